"""Observations -> regular daily series: the one place where money becomes float.

A series has one value per listing and calendar day, from the first observation to `until`. Each day says what
is known:

- `observed`: a price was read on that day (the last reading of the day counts),
- `carried`: no reading, but the last price is still taken as valid,
- `out_of_stock`: the last reading says that the product cannot be bought; no price,
- `gap`: nothing is known; no price.

Nothing is filled backward. A scraped reading is carried for `carry_days` at most. An imported change event is
valid until the next imported event however far away that is, because a change history says nothing on days
without a change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import chain, groupby
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from almazara.errors import InputError
from almazara.prices.forecasting.panel import Days, Flags, Floats, Panel
from almazara.prices.schema import EPOCH, TICK, Observation, Readings

CARRY_DAYS: Final = 7
_DAY: Final = timedelta(days=1) // TICK
_FIRST_DAY: Final = EPOCH.date()
_EARLIEST: Final = (datetime.min.replace(tzinfo=UTC) - EPOCH) // TICK + 2 * _DAY
_LATEST: Final = (datetime.max.replace(tzinfo=UTC) - EPOCH) // TICK - 2 * _DAY


class DayState(StrEnum):
    """What is known of a listing on one day."""

    OBSERVED = "observed"
    CARRIED = "carried"
    OUT_OF_STOCK = "out_of_stock"
    GAP = "gap"


_STATES: Final = tuple(DayState)
OBSERVED, _CARRIED, _OUT_OF_STOCK, GAP = range(len(_STATES))
# Those that others look for, as they stand in `DailySeries.states`.


@dataclass(frozen=True, slots=True)
class SeriesIssue:
    """Observations of a listing, up to and including moment `at`, that the series leaves out, and why."""

    listing_id: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DailySeries:
    """Regular series of several listings.

    Attributes:
        panel: Their prices, in units of the currency.
        states: What is known of each day: places in `DayState`, of the shape of the panel's prices.
        issues: What was left out.
    """

    panel: Panel
    states: NDArray[np.int8]
    issues: tuple[SeriesIssue, ...]

    def days(self) -> Iterator[tuple[str, date, float | None, DayState]]:
        """Each day of each listing, in order; the price is None where there is none."""
        panel = self.panel
        for row, (name, begin, end) in enumerate(zip(panel.names, panel.begins, panel.ends, strict=True)):
            known = zip(
                panel.prices[row, begin : end + 1].tolist(), self.states[row, begin : end + 1].tolist(), strict=True
            )
            for day, (price, state) in enumerate(known, int(begin)):
                shown = price if state in {OBSERVED, _CARRIED} else None
                yield name, panel.first_day + timedelta(days=day), shown, _STATES[state]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Readings in order of listing and time.

    Attributes:
        listing: Place among the names.
        moment: Ticks since EPOCH.
        day: Calendar day, counted from that of EPOCH.
        price: NaN where there is none: the listing was unavailable.
        currency: Place among the currencies.
        usable: Whether it has no price, or a positive finite one in a currency.
    """

    listing: Days
    moment: Days
    day: Days
    price: Floats
    currency: Days
    usable: Flags
    imported: Flags

    def of(self, rows: Days | Flags | slice) -> "_Rows":
        """Some of them."""
        listing, moment, day, currency = (one[rows] for one in (self.listing, self.moment, self.day, self.currency))
        return _Rows(listing, moment, day, self.price[rows], currency, self.usable[rows], self.imported[rows])

    def last_of_each(self, rows: Days, listings: int) -> Days:
        """Of some rows the last one of each listing; -1 where it has none."""
        last = np.full(listings, -1)
        last[self.listing[rows]] = rows  # what is written last stays
        return last


def daily(
    observations: Iterable[Observation],
    *,
    until: date | None = None,
    timezone: str = "UTC",
    carry_days: int = CARRY_DAYS,
) -> DailySeries:
    """Make regular daily series out of observations of any number of listings, in any order; see `regular`."""
    in_order = sorted(observations, key=lambda o: (o.listing_id, o.observed_at))
    readings = {name: Readings.of(list(group)) for name, group in groupby(in_order, key=lambda o: o.listing_id)}
    return regular(readings, until=until, timezone=timezone, carry_days=carry_days)


def regular(
    readings: Mapping[str, Readings],
    *,
    until: date | None = None,
    timezone: str = "UTC",
    carry_days: int = CARRY_DAYS,
) -> DailySeries:
    """Make regular daily series out of the readings of listings.

    A series has one currency: when it changes, the series begins anew with the newest currency, and the older
    part is named in `issues`. So is a price that is not a positive finite number. What was read before 1970 was not:
    such a moment is none of a reading, and the days since would be more than memory holds.

    Args:
        readings: What was read, by listing.
        until: Last day of every series; observations after it are not looked at. None: each one's last
            observation.
        timezone: IANA name of the zone whose calendar days count.
        carry_days: For how many days after a scraped reading its price is still taken as valid.

    Raises:
        InputError: for an unknown time zone or a negative `carry_days`.
    """
    zone = _zone(timezone)
    if carry_days < 0:
        raise InputError(f"carry_days is {carry_days}; it must be 0 or more.")
    names = sorted(readings)
    rows, currencies = _rows([readings[name] for name in names], zone)
    rows = rows.of(rows.day >= 0)
    last = None if until is None else (until - _FIRST_DAY).days
    rows = rows if last is None else rows.of(rows.day <= last)
    newest, changed = _changes_of_currency(rows, len(names))
    events = _last_of_each_day(rows.of(rows.usable & (np.arange(rows.day.size) > changed[rows.listing])))
    panel, states = _side_by_side(events, last, carry_days)
    held = np.unique(events.listing).tolist()
    currency = [None if row < 0 else currencies[rows.currency[row]] for row in newest[held].tolist()]
    named = replace(panel, names=tuple(names[one] for one in held), currencies=tuple(currency))
    return DailySeries(named, states, _left_out(rows, names, currencies, newest, changed))


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        unknown = f"The time zone {timezone!r} is not known: give an IANA name such as Europe/Madrid."
        raise InputError(unknown) from error


def _rows(readings: Sequence[Readings], zone: ZoneInfo) -> tuple[_Rows, list[str]]:
    """The readings of several listings side by side, and the currencies that they name; the first of these is none."""
    listing = np.repeat(np.arange(len(readings)), [one.moments.size for one in readings])
    moment = np.concatenate([np.zeros(0, dtype=np.int64), *(one.moments for one in readings)])
    imported = np.concatenate([np.zeros(0, dtype=np.bool_), *(one.imported for one in readings)])
    texts, price = _distinct([""], *(one.prices for one in readings))
    currencies, currency = _distinct([""], *(one.currencies for one in readings))
    amount = np.array([float(text or "nan") for text in texts], dtype=np.float64)[price]
    usable = (price == 0) | ((amount > 0) & (amount < np.inf) & (currency > 0))
    rows = _Rows(listing, moment, _calendar_days(moment, zone), amount, currency, usable, imported)
    return rows.of(_order(listing, moment)), currencies


def _distinct(first: Sequence[str], *others: Sequence[str]) -> tuple[list[str], Days]:
    """The distinct texts, those of `first` before the others, and where each text of the others is among them."""
    texts = list(chain.from_iterable(others))
    places = {text: place for place, text in enumerate(dict.fromkeys(chain(first, texts)))}
    return list(places), np.fromiter(map(places.__getitem__, texts), np.int64, len(texts))


def _order(listing: Days, by: Days) -> Days | slice:
    """The order by listing and then something else; most rows are in it already, and seeing that is quick."""
    is_in_order = ((listing[1:] > listing[:-1]) | (by[1:] >= by[:-1])).all()
    return slice(None) if is_in_order else np.lexsort((by, listing))


def _calendar_days(moments: Days, zone: ZoneInfo) -> Days:
    """The calendar day of each moment in a zone."""
    utc_days, at = np.unique(moments // _DAY, return_inverse=True)
    offset = {day: _offset(day * _DAY, zone) for day in {*utc_days.tolist(), *(utc_days + 1).tolist()}}
    begin, end = (np.array([offset[day] for day in days.tolist()], dtype=np.int64) for days in (utc_days, utc_days + 1))
    offsets = begin[at]
    for place in np.flatnonzero((begin != end)[at]):  # summer time begins or ends on that day
        offsets[place] = _offset(int(moments[place]), zone)
    return (moments + offsets) // _DAY


def _offset(moment: int, zone: ZoneInfo) -> int:
    """How far a zone's clocks are ahead of UTC, in ticks; at the ends of the calendar as shortly before."""
    within = min(max(moment, _EARLIEST), _LATEST)
    return ((EPOCH + within * TICK).astimezone(zone).utcoffset() or timedelta()) // TICK


def _changes_of_currency(rows: _Rows, listings: int) -> tuple[Days, Days]:
    """Each listing's newest row with a price, and its newest one in another currency; -1 where there is none."""
    priced = np.flatnonzero(rows.usable & (rows.currency > 0))
    newest = rows.last_of_each(priced, listings)
    others = priced[rows.currency[priced] != rows.currency[newest[rows.listing[priced]]]]
    return newest, rows.last_of_each(others, listings)


def _left_out(
    rows: _Rows, names: Sequence[str], currencies: Sequence[str], newest: Days, changed: Days
) -> tuple[SeriesIssue, ...]:
    """What the series leave out, by listing; see `_changes_of_currency` for `newest` and `changed`."""

    def issue(row: int, reason: str) -> SeriesIssue:
        return SeriesIssue(names[rows.listing[row]], EPOCH + int(rows.moment[row]) * TICK, reason)

    found = [
        issue(row, f"the price {rows.price[row]:g} {currencies[rows.currency[row]]} is no positive number")
        for row in np.flatnonzero(~rows.usable).tolist()
    ]
    for row in changed[changed >= 0].tolist():
        before, now = (currencies[rows.currency[one]] for one in (row, newest[rows.listing[row]]))
        found.append(issue(row, f"the currency changed from {before} to {now}; the series begins with the latter"))
    return tuple(sorted(found, key=lambda one: one.listing_id))


def _last_of_each_day(rows: _Rows) -> _Rows:
    """Of the readings of a listing on one day the last."""
    rows = rows.of(_order(rows.listing, rows.day))
    return rows.of(_differs_from_next(rows.listing) | _differs_from_next(rows.day))


def _differs_from_next(values: Days) -> Flags:
    return np.append(values[1:] != values[:-1], values.size > 0)[: values.size]


def _side_by_side(events: _Rows, last: int | None, carry_days: int) -> tuple[Panel, NDArray[np.int8]]:
    """The prices and states of the listings that have events; whose they are is left out."""
    if not events.day.size:
        return Panel.empty(), np.empty((0, 0), dtype=np.int8)
    is_last = _differs_from_next(events.listing)
    begins, ends = events.day[np.roll(is_last, 1)], events.day[is_last]
    if last is not None:
        ends = np.full_like(ends, last)
    first = int(begins.min())
    prices = np.full((begins.size, int(ends.max()) - first + 1), np.nan)
    states = np.full(prices.shape, GAP, dtype=np.int8)
    at, age, price, state = _regular(events, ends, carry_days)
    place = (np.cumsum(is_last) - is_last)[at], events.day[at] + age - first
    prices[place], states[place] = price, state
    return Panel((), _FIRST_DAY + timedelta(days=first), prices, begins - first, ends - first, ()), states


def _regular(events: _Rows, ends: Days, carry_days: int) -> tuple[Days, Days, Floats, Days]:
    """Each event on each day until the next one or the end of its series: its place, age, price and state."""
    is_last = _differs_from_next(events.listing)
    until = np.roll(events.day, -1)
    until[is_last] = ends + 1
    spans = until - events.day
    at = np.repeat(np.arange(spans.size), spans)
    age = np.arange(at.size) - np.repeat(np.cumsum(spans) - spans, spans)
    # Beyond the last imported event we do not know whether the history was still being kept.
    changes_only = events.imported & np.roll(events.imported, -1) & ~is_last
    is_gap = (age > carry_days) & ~changes_only[at]
    price = np.where(is_gap, np.nan, events.price[at])
    state = np.where(np.isnan(price), np.where(is_gap, GAP, _OUT_OF_STOCK), np.where(age > 0, _CARRIED, OBSERVED))
    return at, age, price, state
