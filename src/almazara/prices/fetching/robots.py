"""Remembers what each site's robots.txt says, for a day."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from almazara.prices.fetching.politeness import Robots
from almazara.prices.fetching.protocol import Refused

ROBOTS_BYTES = 512_000
"""What is read of a robots.txt (RFC 9309 asks for at least 500 KiB)."""

_GOOD_FOR = timedelta(days=1)
_UNREADABLE_FOR = timedelta(minutes=10)


class RobotsCache:
    """Robots by origin, read when first needed, again after a day; ten minutes later where that failed.

    Args:
        read: Fetches and reads the robots.txt at an address.
        clock: The present moment (aware).
    """

    def __init__(self, read: Callable[[str], Robots | Refused], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock
        self._kept: dict[str, tuple[datetime, Robots]] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def rules(self, origin: str) -> Robots | Refused:
        """What the site at `origin` (`https://shop.example:443`) asks of robots; Refused if it was not asked."""
        with self._locks[origin]:
            kept = self._kept.get(origin)
            if kept is not None and self._clock() < kept[0]:
                return kept[1]
            robots = self._read(f"{origin}/robots.txt")
            if isinstance(robots, Refused):
                return robots
            until = self._clock() + (_UNREADABLE_FOR if robots.unreadable else _GOOD_FOR)
            self._kept[origin] = (until, robots)
            return robots
