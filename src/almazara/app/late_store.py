"""A store that cannot be opened when a server begins: what needs it is refused until it comes, all else is served."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final, cast

from almazara.errors import UnavailableError
from almazara.prices.store.protocol import ObservationStore

_PAUSE_SECONDS: Final = 15.0


def open_now_or_late(
    opening: Callable[[], ObservationStore], clock: Callable[[], float] = time.monotonic
) -> ObservationStore:
    """The store, or where it cannot be opened one that is opened when it is asked later, and raises why meanwhile."""
    try:
        return opening()
    except UnavailableError as error:
        return cast("ObservationStore", LateStore(opening, error, clock))


class LateStore:
    """Does what an `ObservationStore` does as soon as it can be opened, which is tried at most every few seconds."""

    def __init__(
        self, opening: Callable[[], ObservationStore], error: UnavailableError, clock: Callable[[], float]
    ) -> None:
        self._opening = opening
        self._error = error
        self._clock = clock
        self._tried_at = clock()
        self._store: ObservationStore | None = None
        self._lock = threading.Lock()

    @property
    def away(self) -> UnavailableError | None:
        """Why it could not be opened yet; None as soon as it is."""
        return self._error if self._store is None else None

    def close(self) -> None:
        """Close what was opened."""
        if self._store is not None:
            self._store.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a store has
        return getattr(self._opened(), name)

    def _opened(self) -> ObservationStore:
        # One tries, which takes a store that is away ten seconds; whoever asks meanwhile does not wait for it.
        if self._store is None and self._lock.acquire(blocking=False):
            try:
                self._try_again()
            finally:
                self._lock.release()
        if self._store is None:
            raise UnavailableError(self._error.words)
        return self._store

    def _try_again(self) -> None:
        if self._store is not None or self._clock() - self._tried_at < _PAUSE_SECONDS:
            return
        try:
            self._store = self._opening()
        except UnavailableError as error:
            self._error = error
        self._tried_at = self._clock()
