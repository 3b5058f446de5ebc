"""A store whose calls are made again while it is away, for work that lasts: a run goes on when a restart is over."""

import logging
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar, cast

from almazara import log
from almazara.errors import DamagedError, UnavailableError
from almazara.prices.store.protocol import ObservationStore

SECONDS: Final = 60.0
"""So long a store may be away: less than an owner's leases last (`leases.HELD`), so that nobody takes over in it."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0
T = TypeVar("T")


def patient(store: ObservationStore, stopped: Callable[[], bool] = lambda: False) -> ObservationStore:
    """The store, each of whose calls is repeated with growing pauses for SECONDS, or until `stopped`.

    A call may have been done although its answer was lost. So this is for calls that do the same when they are made
    again: all but `swap_document` and `put_document` with `if_absent`, which would find what they did themselves.
    """
    return cast("ObservationStore", _Patient(store, stopped))


class _Patient:
    def __init__(self, store: ObservationStore, stopped: Callable[[], bool]) -> None:
        self._store = store
        self._stopped = stopped

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._made, name)

    def _made(self, name: str, *args: object, **options: object) -> Any:  # noqa: ANN401 - what the call gives
        return patiently(name, partial(getattr(self._store, name), *args, **options), self._stopped)


def patiently(name: str, call: Callable[[], T], stopped: Callable[[], bool]) -> T:
    """What a call gives, that is repeated as those of a patient store are; its name is for the log."""
    deadline, pause = 0.0, _FIRST_PAUSE
    while True:
        try:
            return call()
        except DamagedError:
            raise
        except UnavailableError as error:
            if not deadline:
                deadline = time.monotonic() + SECONDS
                log.event("store_away", level=logging.WARNING, call=name, reason=error)
            if stopped() or time.monotonic() >= deadline:
                raise
        time.sleep(pause * random.uniform(0.5, 1))  # not all at once
        pause = min(2 * pause, _LONGEST_PAUSE)
