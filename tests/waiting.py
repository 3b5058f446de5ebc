"""Waiting in tests: for what another thread or process does, with a deadline that is never the promise."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 300) -> None:
    """Returns as soon as the condition holds; fails when it does not in time.

    It asks often at first, for what is nearly there, and ever more seldom: whoever asks takes time from those who work.
    """
    deadline, pause = time.monotonic() + seconds, 0.001
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(pause)
        pause = min(2 * pause, 0.05)


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Nobody is told."""
