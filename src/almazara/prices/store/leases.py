"""Who does a work that is done once at a time, with several servers on one store: leases among its documents.

A lease names its owner and until when it holds; the owner's thread renews it. One that was not renewed for MARGIN
beyond that, because its process was killed or its machine lost the store, is free for the next. Clocks may differ by
less than MARGIN. An owner that could not renew its lease in time knows it: `lost`, and ends what it does.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from almazara import log
from almazara.errors import AlmazaraError, ConflictError
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import Said

LEASES: Final = "lease"
"""Kind of the documents."""
HELD: Final = timedelta(seconds=90)
"""As long a lease holds after it was renewed."""
MARGIN: Final = timedelta(seconds=30)
_RENEWALS: Final = 3  # within the time that one holds


@dataclass(eq=False)
class Lease:
    """A lease that is held until it is closed, as long as it can be renewed."""

    name: str
    leases: "StoreLeases"
    body: dict[str, Any]
    until: datetime
    _lost: bool = field(default=False, init=False)

    @property
    def lost(self) -> bool:
        """Whether it is another one's, or could not be renewed in time: then it is never ours again."""
        self._lost = self._lost or self.leases.clock() > self.until
        return self._lost

    def lose(self) -> None:
        """Know that it is another one's."""
        self._lost = True

    def close(self) -> None:
        """Let it go."""
        self.leases.let_go(self)


@dataclass(eq=False)
class StoreLeases:
    """Gives leases of one process; safe to use from several threads.

    Attributes:
        clock: The present moment (aware).
        held: As long a lease holds after it was renewed.
    """

    store: ObservationStore
    clock: Callable[[], datetime]
    held: timedelta = HELD
    _owner: str = field(default_factory=lambda: uuid4().hex, init=False)
    _leases: set[Lease] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _wake: threading.Condition = field(init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._wake = threading.Condition(self._lock)

    def take(self, name: str, busy: Said) -> Lease:
        """Take a lease.

        Raises:
            ConflictError: when another one holds it, saying `busy`.
            UnavailableError: when the store does not answer.
        """
        was, now = self.store.document(LEASES, name), self.clock()
        body = self._body(now)
        if not self._is_over(was, now) or not self.store.swap_document(LEASES, name, was, body):
            raise ConflictError(busy)
        lease = Lease(name, self, body, now + self.held)
        with self._lock:
            self._leases.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew_all, name="leases", daemon=True)
                self._thread.start()
        return lease

    def is_free(self, name: str) -> bool:
        """Whether nobody holds a lease."""
        return self._is_over(self.store.document(LEASES, name), self.clock())

    def in_force(self) -> list[str]:
        """The names of all leases that somebody holds."""
        now = self.clock()
        return [name for name, body in self.store.documents(LEASES).items() if not self._is_over(body, now)]

    def let_go(self, lease: Lease) -> None:
        """Give a lease back; a store that does not answer gives it back by itself in time."""
        with self._lock:
            self._leases.discard(lease)
            self._wake.notify_all()
        try:
            self.store.swap_document(LEASES, lease.name, lease.body, None)
        except AlmazaraError as error:
            log.event("lease_not_given_back", level=logging.WARNING, lease=lease.name, reason=error)

    def close(self) -> None:
        """Let all leases go."""
        for lease in list(self._leases):
            lease.close()

    def renew(self) -> None:
        """Renew all leases that are held."""
        with self._lock:
            for lease in self._leases:
                if not lease.lost:
                    self._renew(lease)

    def _renew(self, lease: Lease) -> None:
        now = self.clock()
        body = self._body(now)
        try:
            if self.store.swap_document(LEASES, lease.name, lease.body, body):
                lease.body, lease.until = body, now + self.held
            else:
                lease.lose()
                log.event("lease_lost", level=logging.WARNING, lease=lease.name)
        except AlmazaraError as error:  # tried again until it is over
            log.event("lease_not_renewed", level=logging.WARNING, lease=lease.name, reason=error)

    def _renew_all(self) -> None:
        pause = self.held.total_seconds() / _RENEWALS
        while True:
            with self._wake:
                self._wake.wait(pause)
                if not self._leases:
                    self._thread = None
                    return
            self.renew()

    def _body(self, now: datetime) -> dict[str, Any]:
        return {"owner": self._owner, "until": (now + self.held).isoformat()}

    @staticmethod
    def _is_over(body: dict[str, Any] | None, now: datetime) -> bool:
        return body is None or now > datetime.fromisoformat(body["until"]) + MARGIN
