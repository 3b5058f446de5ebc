"""Proxies, used in turn: one that does not answer is set aside for a while, and named without its login."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from almazara import log
from almazara.files import file_lock, replace_file

_FIRST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Aside:
    """A proxy that is not asked for a while: until when, after so many failures in a row."""

    until: datetime
    failures: int


def public_name(proxy: str) -> str:
    """Scheme, host and port of a proxy's address, without its login.

    Example:
        >>> public_name("http://ana:secret@proxy.example:3128")
        'http://proxy.example:3128'
    """
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('/')[0]}"


def in_turn(proxies: Sequence[str], aside: Mapping[str, Aside], turn: int, now: datetime) -> list[str]:
    """The proxies to try for a request, in order; where all are set aside, the one whose time ends first."""
    ordered = [proxies[(turn + number) % len(proxies)] for number in range(len(proxies))]
    until = {proxy: aside[name].until for proxy in ordered if (name := public_name(proxy)) in aside}
    return [proxy for proxy in ordered if until.get(proxy, now) <= now] or [min(ordered, key=until.__getitem__)]


def after_failure(before: Aside | None, now: datetime) -> Aside:
    """How a proxy stands that has just failed: aside for a minute, then two, four ... an hour."""
    failures = before.failures + 1 if before else 1
    return Aside(now + min(_LONGEST, _FIRST * 2 ** min(failures - 1, 10)), failures)


@dataclass(eq=False)
class Proxies:
    """The proxies of the settings; safe to use from several threads.

    Attributes:
        addresses: As `HttpConfig.proxies`.
        clock: The present moment (aware).
        path: Where those are kept that are set aside, for all processes of this machine; in memory where None.
    """

    addresses: Sequence[str]
    clock: Callable[[], datetime]
    path: Path | None = None
    _aside: Mapping[str, Aside] = field(default_factory=dict, init=False)
    _turns: Iterable[int] = field(default_factory=lambda: count(1), init=False)

    def next(self) -> list[str]:
        """The proxies to try for the next request, in order."""
        return in_turn(self.addresses, self._known(), next(iter(self._turns)), self.clock())

    def keep(self, proxy: str, *, failed: bool) -> None:
        """Remember how one did.

        Raises:
            OSError: when that cannot be kept.
        """
        name = public_name(proxy)
        if not failed and name not in self._known():
            return
        if self.path is None:
            self._change(name, failed=failed)
            return
        with file_lock(self.path.with_suffix(".lock")):
            self._change(name, failed=failed)
            replace_file(self.path, msgspec.json.encode(self._aside), durable=False)

    def set_aside(self) -> dict[str, datetime]:
        """The names of those that are not asked now, and until when."""
        names, now = {public_name(proxy) for proxy in self.addresses}, self.clock()
        return {name: one.until for name, one in sorted(self._known().items()) if name in names and one.until > now}

    def _change(self, name: str, *, failed: bool) -> None:
        known = dict(self._known())
        before = known.pop(name, None)
        if failed:
            known[name] = after_failure(before, self.clock())
            log.event("proxy_set_aside", level=30, proxy=name, until=known[name].until.isoformat())
        self._aside = known

    def _known(self) -> Mapping[str, Aside]:
        if self.path is not None:
            try:
                self._aside = msgspec.json.decode(self.path.read_bytes(), type=dict[str, Aside])
            except (OSError, msgspec.DecodeError):  # none was set aside yet; what a broken file said is found out again
                self._aside = {}
        return self._aside
