"""Observations -> regular daily series: the one place where money becomes float.

A series has one row per listing and calendar day, from the first observation to `until`. Each day says what
is known:

- `observed`: a price was read on that day (the last reading of the day counts),
- `carried`: no reading, but the last price is still taken as valid,
- `out_of_stock`: the last reading says that the product cannot be bought; no price,
- `gap`: nothing is known; no price.

Nothing is filled backward. A scraped reading is carried for `carry_days` at most. An imported change event is
valid until the next imported event however far away that is, because a change history says nothing on days
without a change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from almazara.errors import InputError
from almazara.frames import require_columns
from almazara.prices.forecasting.panel import Panel
from almazara.prices.schema import DATE, LISTING_ID, PRICE, STATE, Availability, Observation

CARRY_DAYS = 7
CHANGE_EVENT_SOURCE = "import"
SERIES_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    LISTING_ID: pl.String,
    DATE: pl.Date,
    PRICE: pl.Float64,
    STATE: pl.String,
}
_EVENT_DATE, _AVAILABLE, _CHANGES_ONLY = "event_date", "available", "changes_only"
_EVENT_SCHEMA = {
    LISTING_ID: pl.String,
    _EVENT_DATE: pl.Date,
    PRICE: pl.Float64,
    _AVAILABLE: pl.Boolean,
    _CHANGES_ONLY: pl.Boolean,
}
_Event = tuple[str, date, float | None, bool, bool]
_Dated = tuple[date, Observation]


class DayState(StrEnum):
    """What is known of a listing on one day."""

    OBSERVED = "observed"
    CARRIED = "carried"
    OUT_OF_STOCK = "out_of_stock"
    GAP = "gap"


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
        frame: Columns of SERIES_SCHEMA, sorted by listing and date, no day missing; price in units of the
            currency.
        currencies: ISO 4217 code of each listing's series.
        issues: What was left out.
    """

    frame: pl.DataFrame
    currencies: Mapping[str, str]
    issues: tuple[SeriesIssue, ...]

    @property
    def panel(self) -> Panel:
        """The prices as arrays, in order of listing_id, whatever the order of the rows."""
        require_columns(self.frame, SERIES_SCHEMA, "series")
        first = self.frame[DATE].min()
        if not isinstance(first, date):
            return Panel.empty()
        names = self.frame[LISTING_ID].unique().sort()
        rows = self.frame[LISTING_ID].replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy()
        columns = (self.frame[DATE] - first).dt.total_days().to_numpy()
        prices = np.full((len(names), int(columns.max()) + 1), np.nan)
        prices[rows, columns] = self.frame[PRICE].to_numpy()
        begins, ends = np.full(len(names), prices.shape[1]), np.zeros(len(names), dtype=np.int64)
        np.minimum.at(begins, rows, columns)
        np.maximum.at(ends, rows, columns)
        return Panel(tuple(names), first, prices, begins, ends, tuple(map(self.currencies.get, names)))


def daily(
    observations: Iterable[Observation],
    *,
    until: date | None = None,
    timezone: str = "UTC",
    carry_days: int = CARRY_DAYS,
) -> DailySeries:
    """Make regular daily series out of observations of any number of listings, in any order.

    A series has one currency: when it changes, the series begins anew with the newest currency, and the older
    part is named in `issues`. So is a price that is not a positive finite number.

    Args:
        observations: What was read.
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
    in_order = sorted(observations, key=lambda o: (o.listing_id, o.observed_at))
    events: list[_Event] = []
    currencies: dict[str, str] = {}
    issues: list[SeriesIssue] = []
    for listing_id, group in groupby(in_order, key=lambda o: o.listing_id):
        dated = [(o.observed_at.astimezone(zone).date(), o) for o in group]
        usable, currency, found = _one_currency([(d, o) for d, o in dated if until is None or d <= until])
        issues += found
        if currency is not None:
            currencies[listing_id] = currency
        last_of_each_day = dict(usable)  # in order of time: a later reading of the same day replaces the earlier
        events += [_event(day, observation) for day, observation in last_of_each_day.items()]
    return DailySeries(_regular(events, until, carry_days), currencies, tuple(issues))


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        unknown = f"The time zone {timezone!r} is not known: give an IANA name such as Europe/Madrid."
        raise InputError(unknown) from error


def _one_currency(dated: list[_Dated]) -> tuple[list[_Dated], str | None, list[SeriesIssue]]:
    """The part of one listing's observations since its currency last changed, without unusable prices."""
    usable = [(day, o) for day, o in dated if _has_usable_price(o)]
    issues = [
        SeriesIssue(o.listing_id, o.observed_at, f"the price {o.price} {o.currency} is no positive number")
        for _, o in dated
        if not _has_usable_price(o)
    ]
    currency = next((o.currency for _, o in reversed(usable) if o.price is not None), None)
    others = [i for i, (_, o) in enumerate(usable) if o.price is not None and o.currency != currency]
    if not others:
        return usable, currency, issues
    last = usable[others[-1]][1]
    reason = f"the currency changed from {last.currency} to {currency}; the series begins with the latter"
    return usable[others[-1] + 1 :], currency, [*issues, SeriesIssue(last.listing_id, last.observed_at, reason)]


def _has_usable_price(observation: Observation) -> bool:
    price = observation.price
    return price is None or (price.is_finite() and price > 0 and bool(observation.currency))


def _event(day: date, observation: Observation) -> _Event:
    sold = observation.price is not None and observation.availability is not Availability.UNAVAILABLE
    price = float(observation.price) if sold and observation.price is not None else None
    return observation.listing_id, day, price, sold, observation.source == CHANGE_EVENT_SOURCE


def _regular(events: list[_Event], until: date | None, carry_days: int) -> pl.DataFrame:
    """One row per listing and day: each event joined to the days up to the next one."""
    frame = pl.DataFrame(events, schema=_EVENT_SCHEMA, orient="row")
    next_date = pl.col(_EVENT_DATE).shift(-1).over(LISTING_ID)
    next_changes_only = pl.col(_CHANGES_ONLY).shift(-1).over(LISTING_ID)
    last_day = pl.lit(until, dtype=pl.Date) if until is not None else pl.col(_EVENT_DATE)
    days = frame.with_columns(
        pl.date_ranges(_EVENT_DATE, pl.coalesce(next_date - pl.duration(days=1), last_day)).alias(DATE),
        # Beyond the last imported event we do not know whether the history was still being kept.
        (pl.col(_CHANGES_ONLY) & next_changes_only.fill_null(value=False)).alias(_CHANGES_ONLY),
    ).explode(DATE)
    age = (pl.col(DATE) - pl.col(_EVENT_DATE)).dt.total_days()
    state = (
        pl.when((age > carry_days) & ~pl.col(_CHANGES_ONLY))
        .then(pl.lit(DayState.GAP.value))
        .when(~pl.col(_AVAILABLE))
        .then(pl.lit(DayState.OUT_OF_STOCK.value))
        .when(age > 0)
        .then(pl.lit(DayState.CARRIED.value))
        .otherwise(pl.lit(DayState.OBSERVED.value))
    )
    days = days.with_columns(state.alias(STATE))
    price = pl.when(pl.col(STATE) != DayState.GAP.value).then(pl.col(PRICE))
    return days.with_columns(price.alias(PRICE)).select(list(SERIES_SCHEMA)).sort(LISTING_ID, DATE)
