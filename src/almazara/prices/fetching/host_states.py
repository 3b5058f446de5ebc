"""What is remembered of hosts: their state, in memory, in files of one machine or in a store of several; robots.txt."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from almazara import log
from almazara.files import file_lock, replace_file, safe_name
from almazara.prices.fetching.politeness import HostState, Robots
from almazara.prices.fetching.protocol import Refused

HOSTS: Final = "host"
"""Kind of the documents of `StoredHostStates`."""
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

    def close(self) -> None:
        """Keep what is not kept yet."""


class Documents(Protocol):
    """Keeps small JSON documents for all machines; see `store.protocol`, a later step."""

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""

    def put_document(self, kind: str, key: str, body: Mapping[str, Any]) -> bool:
        """Keep a document."""


class StoredHostStates:
    """States in a store that several machines share, for a host that one of them asks at a time (see `store.leases`).

    A request costs the store no write: requests are counted in it ahead, BLOCK at a time, so that who is killed has
    counted them; stops, rests and the last pause are kept when they come and when a source is closed.
    """

    BLOCK: Final = 10

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._known: dict[str, HostState] = {}
        self._kept: dict[str, HostState] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def turn(self, site: str) -> Iterator[Turn]:
        """Wait for the turn to ask `site`; its state is read from the store the first time.

        Raises:
            UnavailableError: when the store does not answer.
        """
        with self._locks[site]:
            if site not in self._known:
                body = self._documents.document(HOSTS, site)
                self._known[site] = self._kept[site] = msgspec.convert(body, HostState) if body else HostState()
            yield Turn(self._known[site], partial(self._keep, site))

    def close(self) -> None:
        """Keep what is known of each host."""
        for site, state in self._known.items():
            if state != self._kept[site]:
                self._write(site, state)

    def _keep(self, site: str, state: HostState) -> None:
        self._known[site], kept = state, self._kept[site]
        is_counted = state.day == kept.day and state.spent <= kept.spent
        was_told = (state.troubles, state.openings, state.open_until) == (kept.troubles, kept.openings, kept.open_until)
        if not is_counted or not was_told:
            ahead = -(-state.spent // self.BLOCK) * self.BLOCK
            self._write(site, replace(state, spent=ahead))

    def _write(self, site: str, state: HostState) -> None:
        self._documents.put_document(HOSTS, site, msgspec.to_builtins(state))
        self._kept[site] = state


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

    def close(self) -> None:
        """Nothing is kept."""


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

    def close(self) -> None:
        """All is kept at once."""


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
