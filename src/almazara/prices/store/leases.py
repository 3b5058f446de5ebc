"""Who does a work that is done once at a time, with several servers on one store: leases among its documents.

A lease names its owner, a process, and the owner says in one document, however many leases it has, until when it is
there; its thread says so anew. What is owned by one that did not for MARGIN beyond that, because it was killed or its
machine lost the store, is free for the next, who first takes the owner's document away: one that comes back late
learns by that, at the latest, that it has lost all that it held. Clocks may differ by less than MARGIN. What was said
before the clock was set back counts for as long as an owner is there after it said so, as watched by who asks.
"""

import logging
import threading
import time
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
"""Kind of the documents that say who owns what."""
OWNERS: Final = "lease_owner"
"""Kind of the documents that say until when an owner is there."""
HELD: Final = timedelta(seconds=90)
"""As long an owner is there after it said so."""
MARGIN: Final = timedelta(seconds=30)
_RENEWALS: Final = 3  # within the time that one holds


@dataclass(eq=False)
class _Owner:
    """This process as others know it, from its first lease to its last one, or until it is taken for gone."""

    name: str
    until: datetime
    gone: bool = False

    @property
    def body(self) -> dict[str, Any]:
        return {"until": self.until.isoformat()}


@dataclass(frozen=True, slots=True, eq=False)
class Lease:
    """A lease that is held until it is closed, as long as its owner is there."""

    name: str
    owner: _Owner
    leases: "StoreLeases"

    @property
    def lost(self) -> bool:
        """Whether it is another one's, or may be: then it is never ours again."""
        self.owner.gone = self.owner.gone or self.leases.clock() > self.owner.until
        return self.owner.gone

    def close(self) -> None:
        """Let it go."""
        self.leases.let_go(self)


@dataclass(eq=False)
class StoreLeases:
    """Gives leases of one process; safe to use from several threads.

    Attributes:
        clock: The present moment (aware).
        held: As long this process is there after it said so.
        watch: Seconds, that are never set back.
    """

    store: ObservationStore
    clock: Callable[[], datetime]
    held: timedelta = HELD
    watch: Callable[[], float] = time.monotonic
    _ahead: dict[str, tuple[str, float]] = field(default_factory=dict, init=False)
    _leases: set[Lease] = field(default_factory=set, init=False)
    _owner: _Owner | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _wake: threading.Condition = field(init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._wake = threading.Condition(self._lock)

    def take(self, name: str, busy: Said) -> Lease:
        """Take a lease; one that the store gave although its answer was lost is given when it is asked for again.

        Raises:
            ConflictError: when another one holds it, saying `busy`.
            UnavailableError: when the store does not answer.
        """
        with self._lock:
            was = self.store.document(LEASES, name)
            if was is not None and not self._was_unanswered(name, was["owner"]) and not self._has_gone(was["owner"]):
                raise ConflictError(busy)
            owner = self._there()
            if not self.store.swap_document(LEASES, name, was, {"owner": owner.name}):
                self._leave_if_done()
                raise ConflictError(busy)
            lease = Lease(name, owner, self)
            self._leases.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew_all, name="leases", daemon=True)
                self._thread.start()
        return lease

    def is_free(self, name: str) -> bool:
        """Whether nobody holds a lease."""
        was = self.store.document(LEASES, name)
        return was is None or self._is_over(was["owner"], self.store.document(OWNERS, was["owner"]))

    def in_force(self) -> list[str]:
        """The names of all leases that somebody holds."""
        owners = self.store.documents(OWNERS)
        return [
            name
            for name, body in self.store.documents(LEASES).items()
            if not self._is_over(body["owner"], owners.get(body["owner"]))
        ]

    def let_go(self, lease: Lease) -> None:
        """Give a lease back; a store that does not answer gives it back by itself in time."""
        with self._lock:
            if lease not in self._leases:
                return
            self._leases.discard(lease)
            self._wake.notify_all()
            try:
                self.store.swap_document(LEASES, lease.name, {"owner": lease.owner.name}, None)
                self._leave_if_done()
            except AlmazaraError as error:
                log.event("lease_not_given_back", level=logging.WARNING, lease=lease.name, reason=error)

    def close(self) -> None:
        """Let all leases go."""
        for lease in list(self._leases):
            lease.close()

    def renew(self) -> None:
        """Say anew that this process is there, where it holds anything."""
        with self._lock:
            owner = self._owner
            if owner is None or not self._leases or owner.gone:
                return
            try:
                self._stay(owner)
            except AlmazaraError as error:  # tried again until it is over
                log.event("leases_not_renewed", level=logging.WARNING, reason=error)

    def _there(self) -> _Owner:
        """This process as an owner that is there."""
        owner = self._owner
        if owner is None or owner.gone or self.clock() > owner.until:
            owner = _Owner(uuid4().hex, self.clock() + self.held)
            self.store.put_document(OWNERS, owner.name, owner.body)
            self._owner = owner  # only now: others take for gone whom the store does not know
        return owner

    def _stay(self, owner: _Owner) -> None:
        was, until = owner.body, self.clock() + self.held
        if self.clock() <= owner.until and self.store.swap_document(
            OWNERS, owner.name, was, {"until": until.isoformat()}
        ):
            owner.until = until
        else:
            owner.gone = True
            log.event("leases_lost", level=logging.WARNING, leases=",".join(sorted(one.name for one in self._leases)))

    def _leave_if_done(self) -> None:
        """Take this process's document away where it holds nothing."""
        if self._owner is not None and not self._leases:
            self.store.delete_document(OWNERS, self._owner.name)
            self._owner = None

    def _was_unanswered(self, lease: str, owner: str) -> bool:
        """Whether a lease is this process's by the store, and nobody here was told so."""
        is_ours = self._owner is not None and self._owner.name == owner
        return is_ours and all(one.name != lease for one in self._leases)

    def _has_gone(self, name: str) -> bool:
        """Whether an owner is there no longer; one that is overdue is taken away, unless it comes back just now."""
        body = self.store.document(OWNERS, name)
        return self._is_over(name, body) and (body is None or self.store.swap_document(OWNERS, name, body, None))

    def _is_over(self, owner: str, body: dict[str, Any] | None) -> bool:
        if body is None:
            return True
        until, now = datetime.fromisoformat(body["until"]), self.clock()
        if until <= now + self.held + MARGIN:
            self._ahead.pop(owner, None)
            return now > until + MARGIN
        if self._ahead.get(owner, ("", 0.0))[0] != body["until"]:
            self._ahead[owner] = body["until"], self.watch()
        return self.watch() > self._ahead[owner][1] + (self.held + MARGIN).total_seconds()

    def _renew_all(self) -> None:
        pause = self.held.total_seconds() / _RENEWALS
        while True:
            with self._wake:
                self._wake.wait(pause)
                if not self._leases:
                    self._thread = None
                    return
            self.renew()
