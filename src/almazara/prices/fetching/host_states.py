"""What is remembered of hosts: their state, in memory or in files that several processes share; their robots.txt."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from almazara import log
from almazara.files import file_lock, replace_file
from almazara.prices.fetching.politeness import HostState, Robots
from almazara.prices.fetching.protocol import Refused
from almazara.prices.fetching.snapshots import safe_name

_ROBOTS_GOOD_FOR = timedelta(days=1)
_UNREADABLE_ROBOTS_FOR = timedelta(minutes=10)


@dataclass(slots=True)
class Turn:
    """The right to ask one host, held by one at a time."""

    state: HostState
    _write: Callable[[HostState], None]

    def keep(self, state: HostState) -> None:
        """Remember a new state, at once."""
        self._write(state)
        self.state = state


class HostStates(Protocol):
    """Keeps the state of each host and gives its turn to one caller at a time."""

    def turn(self, site: str) -> AbstractContextManager[Turn]:
        """Wait for the turn to ask `site`; it ends with the block.

        Raises:
            OSError: when the state cannot be kept.
        """


class MemoryHostStates:
    """States of this process; threads share them."""

    def __init__(self) -> None:
        self._states: dict[str, HostState] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def turn(self, site: str) -> Iterator[Turn]:
        """Wait for the turn to ask `site`."""
        with self._locks[site]:
            yield Turn(self._states.get(site, HostState()), partial(self._states.__setitem__, site))


class FileHostStates:
    """States in a folder, one small file a host; threads and processes of this machine share them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def turn(self, site: str) -> Iterator[Turn]:
        """Wait for the turn to ask `site`; the kernel ends it when the process is killed."""
        path = self._folder / f"{safe_name(site)}.json"
        with file_lock(path.with_suffix(".lock")):
            yield Turn(_read(path), lambda state: replace_file(path, msgspec.json.encode(state), durable=False))


def _read(path: Path) -> HostState:
    try:
        return msgspec.json.decode(path.read_bytes(), type=HostState)
    except FileNotFoundError:
        return HostState()
    except msgspec.DecodeError as error:
        log.event("host-state-unreadable", level=30, file=path.name, error=error)
        return HostState()


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
            until = self._clock() + (_UNREADABLE_ROBOTS_FOR if robots.unreadable else _ROBOTS_GOOD_FOR)
            self._kept[origin] = (until, robots)
            return robots
