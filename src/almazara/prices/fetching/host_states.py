"""Where the state of hosts is kept: in memory, or in files that several processes share."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from almazara import log
from almazara.errors import UnavailableError
from almazara.files import file_lock, replace_file
from almazara.prices.fetching.addresses import Forbidden, check_url
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.politeness import HostState, after_block
from almazara.prices.fetching.snapshots import safe_name


class Turn(Protocol):
    """The right to ask one host, held by one at a time."""

    state: HostState

    def keep(self, state: HostState) -> None:
        """Remember a new state, at once."""
        ...


class HostStates(Protocol):
    """Keeps the state of each host and gives its turn to one caller at a time."""

    def turn(self, site: str) -> AbstractContextManager[Turn]:
        """Wait for the turn to ask `site`; it ends with the block.

        Raises:
            OSError: when the state cannot be kept.
        """
        ...


class MemoryHostStates:
    """States of this process; threads share them."""

    def __init__(self) -> None:
        self._states: dict[str, HostState] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def turn(self, site: str) -> Iterator[Turn]:
        """Wait for the turn to ask `site`."""
        with self._locks[site]:
            yield _MemoryTurn(self._states, site)


class _MemoryTurn:
    def __init__(self, states: dict[str, HostState], site: str) -> None:
        self._states = states
        self._site = site
        self.state = states.get(site, HostState())

    def keep(self, state: HostState) -> None:
        self.state = self._states[self._site] = state


class FileHostStates:
    """States in a folder, one small file a host; threads and processes of this machine share them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def turn(self, site: str) -> Iterator[Turn]:
        """Wait for the turn to ask `site`; the kernel ends it when the process is killed."""
        path = self._folder / f"{safe_name(site)}.json"
        with file_lock(path.with_suffix(".lock")):
            yield _FileTurn(path)


class _FileTurn:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.state = _read(path)

    def keep(self, state: HostState) -> None:
        replace_file(self._path, msgspec.json.encode(state), durable=False)
        self.state = state


def stop_host(url: str, config: HttpConfig, states: HostStates, now: datetime) -> None:
    """Leave the host of `url` alone for the cool-off time, because its page is a block or captcha.

    Raises:
        UnavailableError: when that cannot be remembered.
    """
    target = check_url(url, config.addresses)
    if isinstance(target, Forbidden):
        return
    try:
        with states.turn(target.site) as turn:
            turn.keep(after_block(turn.state, config.politeness, now, "it showed a block page or captcha"))
    except OSError as error:
        raise UnavailableError(f"It could not be remembered that {target.site} blocks us: {error}.") from error
    log.event("host-stopped", level=30, host=target.site)


def _read(path: Path) -> HostState:
    try:
        return msgspec.json.decode(path.read_bytes(), type=HostState)
    except FileNotFoundError:
        return HostState()
    except msgspec.DecodeError as error:
        log.event("host-state-unreadable", level=30, file=path.name, error=error)
        return HostState()
