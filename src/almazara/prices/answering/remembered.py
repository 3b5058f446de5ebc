"""What a store holds, kept from question to question and read again only as far as it has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from almazara.live import Kept
from almazara.locks import thread_lock
from almazara.prices.buying.goods import Good, goods
from almazara.prices.forecasting.continued import laid_over, without
from almazara.prices.forecasting.series import DailySeries, regular
from almazara.prices.schema import Listing, Observation, Readings, Revision
from almazara.prices.store.protocol import ObservationStore

_AT_ONCE: Final = 100
"""Histories that are read at once: more take more memory, and no less time."""
_TAIL_DAYS: Final = 10
"""What was read last before that is read whole again: one question asks for the days of many."""


@dataclass(frozen=True, slots=True)
class Read:
    """All listings in order of id, and the newest observation of each that has one, as of a revision."""

    revision: Revision
    listings: Mapping[str, Listing]
    newest: Mapping[str, Observation]


@dataclass(frozen=True, slots=True)
class _Made:
    """The daily series of all that was read, up to a day."""

    read: Read
    today: date
    series: DailySeries


@dataclass(eq=False)
class Remembered:
    """What was read of a store; threads may share one, and who asks while it is read waits.

    Attributes:
        timezone: IANA name of the zone whose calendar days count.
    """

    store: ObservationStore
    timezone: str
    _read: Read | None = field(default=None, init=False)
    _made: _Made | None = field(default=None, init=False)
    _goods: Kept[list[Good]] = field(default_factory=Kept, init=False)
    _reading: AbstractContextManager[bool] = field(default_factory=thread_lock, init=False)
    _making: AbstractContextManager[bool] = field(default_factory=thread_lock, init=False)

    def read(self) -> Read:
        """The listings and their newest observations; listings are read again where one of them has changed."""
        with self._reading:
            before, revision = self._read, self.store.revision()
            if before is None or before.revision != revision:
                if before is None or before.revision.listings != revision.listings:
                    listings: Mapping[str, Listing] = {one.listing_id: one for one in self.store.listings()}
                else:
                    listings = before.listings
                before = self._read = Read(revision, listings, self.store.latest())
            return before

    def goods(self, read: Read) -> list[Good]:
        """The goods among the listings, told apart anew where a listing has changed."""
        return self._goods.of(read.revision.listings, lambda: goods(read.listings.values()))

    def series(self, today: date) -> DailySeries:
        """The daily series of all that was read, of the whole history up to a day.

        Of a listing that was read since, what is new is asked for; the others are as they were, or one day longer.
        """
        with self._making:
            read, made = self.read(), self._made
            if made is None or (made.read.revision, made.today) != (read.revision, today):
                made = self._made = _Made(read, today, self._series(made, read, today))
            return made.series

    def _series(self, made: _Made | None, read: Read, today: date) -> DailySeries:
        if made is None or made.read.revision.past != read.revision.past or today < made.today:
            return laid_over(self._whole(list(read.newest), today))
        tails = self._tails(made, read, today)
        news = regular(tails, until=today, timezone=self.timezone)
        anew = read.newest.keys() - tails.keys() - (_unchanged(made, read) if today == made.today else set())
        anew |= _in_another_currency(made.series, news)
        if not tails and not anew:
            return made.series
        return laid_over([without(made.series, anew), without(news, anew), *self._whole(sorted(anew), today)])

    def _tails(self, made: _Made, read: Read, today: date) -> dict[str, Readings]:
        """The readings with which series go on, from the newest that they hold on; absent where they are made anew."""
        unchanged, zone = _unchanged(made, read), ZoneInfo(self.timezone)
        before, oldest = made.read.newest, today - timedelta(days=_TAIL_DAYS)
        held = {name for name, one in before.items() if oldest <= one.observed_at.astimezone(zone).date() <= made.today}
        changed = [name for name in read.newest if name in held and name not in unchanged]
        first = min((before[name].observed_at for name in changed), default=None)
        tails = self.store.readings(changed, first) if changed else {}
        if today == made.today:
            return tails
        seen = (name for name in unchanged if before[name].observed_at.astimezone(zone).date() <= made.today)
        return tails | {name: Readings.of([before[name]]) for name in seen}

    def _whole(self, names: Sequence[str], today: date) -> list[DailySeries]:
        parts = (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))
        return [regular(self.store.readings(part), until=today, timezone=self.timezone) for part in parts]


def _unchanged(made: _Made, read: Read) -> set[str]:
    """The listings of which nothing was read since."""
    before = made.read.newest
    return {name for name, one in read.newest.items() if name in before and before[name].observed_at == one.observed_at}


def _in_another_currency(series: DailySeries, news: DailySeries) -> set[str]:
    """The listings whose series begin anew, with another currency than they had."""
    had = dict(zip(series.panel.names, series.panel.currencies, strict=True))
    now = zip(news.panel.names, news.panel.currencies, strict=True)
    return {name for name, currency in now if currency and had.get(name) not in {None, currency}}
