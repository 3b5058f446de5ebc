"""How often somebody may write: counted by this process, or by all servers, or workers of one, of one store.

Those that share a store take writes of the minute out of one document a caller, a few at a time: a single write costs
the store a read and a write of its own, which is less than it writes itself, and thirty in a minute cost six.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from almazara import log
from almazara.errors import AlmazaraError, UnavailableError

WRITES: Final = "writes"
"""Kind of the documents that say how many writes of a minute were taken."""
_MINUTE: Final = 60.0
_MOST_CALLERS: Final = 10_000
_BLOCKS: Final = 6  # in which the writes of a minute are taken
_ATTEMPTS: Final = 20


class Writes(Protocol):
    """Counts who writes."""

    @property
    def per_minute(self) -> int:
        """How many writes a caller has in a minute."""
        ...

    def wait_seconds(self, caller: str) -> float:
        """Count a write of a caller, or say after how long the next one may be."""
        ...


class OwnWrites:
    """Counts the writes that this process takes, in any sixty seconds; in memory, of a bounded number of callers."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait_seconds(self, caller: str) -> float:
        """Count a write of a caller, or say after how long the next one may be."""
        now = self._clock()
        with self._lock:
            if len(self._calls) > _MOST_CALLERS:
                self._calls.clear()
            calls = self._calls.setdefault(caller, deque())
            while calls and now - calls[0] >= _MINUTE:
                calls.popleft()
            if len(calls) >= self.per_minute:
                return _MINUTE - (now - calls[0])
            calls.append(now)
        return 0.0


class Documents(Protocol):
    """What is asked of a store; see `prices.store.protocol`."""

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""
        ...

    def swap_document(
        self, kind: str, key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> bool:
        """Put one document in the place of another, where that is still there."""
        ...


@dataclass(slots=True)
class _Taken:
    """The writes of a minute that this process took and has not given out, and whether there are none to take."""

    minute: int
    left: int = 0
    used_up: bool = False


@dataclass(eq=False)
class SharedWrites:
    """Counts the writes of all servers of one store, or of its `group` of them, by the minute of the clock.

    While the store does not answer this process counts its own. What a process has taken and not given out when the
    minute ends, or when it is killed, nobody gets.
    """

    own: OwnWrites
    store: Documents
    clock: Callable[[], datetime]
    group: str = ""
    _taken: dict[str, _Taken] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def per_minute(self) -> int:
        """How many writes a caller has in a minute."""
        return self.own.per_minute

    def wait_seconds(self, caller: str) -> float:
        """Count a write of a caller, or say after how long the next one may be."""
        now = self.clock().timestamp()
        minute = int(now // _MINUTE)
        with self._lock:
            try:
                taken = self._of(caller, minute)
            except AlmazaraError as error:
                log.event("writes_not_shared", level=logging.WARNING, reason=error)
                return self.own.wait_seconds(caller)
            if taken.left == 0:
                return (minute + 1) * _MINUTE - now
            taken.left -= 1
        return 0.0

    def _of(self, caller: str, minute: int) -> _Taken:
        """What this process has of a caller's minute; more is taken where nothing is left."""
        if len(self._taken) > _MOST_CALLERS:
            self._taken.clear()
        taken = self._taken.get(caller)
        if taken is None or taken.minute != minute:
            taken = self._taken[caller] = _Taken(minute)
        if taken.left == 0 and not taken.used_up:
            taken.left = self._take(caller, minute)
            taken.used_up = taken.left == 0
        return taken

    def _take(self, caller: str, minute: int) -> int:
        """Take some of the writes that a caller has left in a minute; returns how many."""
        caller = f"{self.group}{caller}"
        for _ in range(_ATTEMPTS):
            was = self.store.document(WRITES, caller)
            used = was["used"] if was is not None and was["minute"] == minute else 0
            more = min(max(1, self.per_minute // _BLOCKS), self.per_minute - used)
            if more <= 0:
                return 0
            if self.store.swap_document(WRITES, caller, was, {"minute": minute, "used": used + more}):
                return more
        raise UnavailableError("Too many servers count writes at once.")
