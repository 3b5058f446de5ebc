"""The forecasts that were published, one by one, beside the prices that came."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from datetime import date as Day  # noqa: N812 - a field called date would hide its own type
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from itertools import islice
from typing import Any

from almazara.prices.answering.known import ADVISED_DAYS, Known
from almazara.prices.answers import cursor_at, placed
from almazara.prices.forecasting.issued import ISSUED, SCORES, issued_at
from almazara.prices.forecasting.scores import HORIZONS, SCORED_QUANTILES, Document, covers, cutoff_of, interval
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import as_amount

_MEDIAN = SCORED_QUANTILES.index(0.5)


class IssuedState(StrEnum):
    """Whether a forecast was held against what came."""

    SCORED = "scored"
    DUE = "due"
    NO_PRICE = "no_price"
    TO_COME = "to_come"


@dataclass(frozen=True, slots=True)
class IssuedRow:
    """One product on one day, as it was forecast so many days before, and as it came.

    Attributes:
        cutoff: The last day that the forecast knew.
        last: The price that was known last on it.
        state: `scored`; `due`: its day has ended, and the next retraining scores it; `no_price`: no price was known on
            its day, so that it is counted and not scored; `to_come`: its day has not ended.
        price: What it cost on the day, once that has ended and where it is known.
        within_80: Whether that lies within the 80 % interval; `within_95` likewise.
    """

    product: str
    title: str | None
    model: str
    cutoff: Day
    horizon: int
    date: Day
    currency: str | None
    last: Decimal
    median: Decimal
    low_80: Decimal
    high_80: Decimal
    low_95: Decimal
    high_95: Decimal
    state: IssuedState
    price: Decimal | None
    within_80: bool | None
    within_95: bool | None


@dataclass(frozen=True, slots=True)
class IssuedQuery:
    """Which forecasts are asked for: of one product or all, for the last `days` that have ended and those to come."""

    product: str | None = None
    days: int = 28
    limit: int = 1000
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A forecast as it was kept."""

    product: str
    cutoff: date
    horizon: int
    day: date
    kept: Mapping[str, Any]

    @property
    def quantiles(self) -> Sequence[float]:
        """The values of SCORED_QUANTILES."""
        values: Sequence[float] = self.kept["quantiles"][str(self.horizon)]
        return values


def issued_forecasts(known: Known, query: IssuedQuery) -> tuple[list[IssuedRow], str | None]:
    """One page of forecasts, and where the next begins: of days that have ended, newest first; then of those to come.

    Forecasts are kept until the last of their days has ended: they are read at once, their prices for a page only.

    Raises:
        InputError: for a cursor that was not given out.
        NotFoundError: for an unknown product.
    """
    if query.product is not None:
        known.listing(query.product)
    found = list(islice(_told(known, query), query.limit + 1))
    shown, following = found[: query.limit], found[query.limit :]
    return _rows(known, shown), _cursor(following[0]) if following else None


def _told(known: Known, query: IssuedQuery) -> Iterator[_Told]:
    """The forecasts in order of their days, products and horizons, from the cursor on."""
    today = known.today
    days = _by_day(known.store.document_keys(ISSUED), today - timedelta(days=query.days))
    of_cutoff = cache(partial(_of_cutoff, known.store, query.product))

    def place(day: date) -> tuple[bool, int]:
        return day >= today, abs((day - today).days)

    begins, begin_day, begin_horizon = _begins(query.cursor)
    for day in sorted(days, key=place):
        if begin_day is not None and place(day) < place(begin_day):
            continue
        of_day = (
            _Told(product, cutoff, horizon, day, kept)
            for cutoff, horizon in days[day]
            for product, kept in of_cutoff(cutoff).items()
        )
        for one in sorted(of_day, key=lambda one: (one.product, one.horizon)):
            if day != begin_day or (one.product, one.horizon) >= (begins, begin_horizon):
                yield one


def _by_day(keys: Iterable[str], oldest: date) -> dict[date, list[tuple[date, int]]]:
    """The days that were forecast, from `oldest` on, each with the cutoffs and how many days ahead of these it is."""
    found: dict[date, list[tuple[date, int]]] = {}
    for cutoff in sorted({cutoff_of(key) for key in keys}):
        for horizon in HORIZONS:
            day = cutoff + timedelta(days=horizon)
            if day >= oldest:
                found.setdefault(day, []).append((cutoff, horizon))
    return found


def _of_cutoff(store: ObservationStore, product: str | None, cutoff: date) -> Document:
    """What was published for a cutoff, of one product or of all."""
    found = issued_at(store, cutoff).values()
    return {name: kept for one in found for name, kept in one.items() if product in (None, name)}


def _cursor(following: _Told) -> str:
    """The day as a moment, whose minute is the horizon: a product has one forecast a horizon on a day."""
    return cursor_at(following.product, datetime.combine(following.day, time(minute=following.horizon), UTC))


def _begins(cursor: str | None) -> tuple[str, date | None, int]:
    if not cursor:
        return "", None, 0
    product, moment = placed(cursor)
    return product, moment.date(), moment.minute


def _rows(known: Known, told: Sequence[_Told]) -> list[IssuedRow]:
    if not told:
        return []
    today, panel = known.today, known.panel(sorted({one.product for one in told}), days=ADVISED_DAYS)
    prices = {day: panel.prices_on(day) for day in {one.day for one in told} if day < today}
    currencies = dict(zip(panel.names, panel.currencies, strict=True))
    titles = {one.listing_id: one.title for one in known.listings()}
    scored = set(known.store.document_keys(SCORES))
    rows = []
    for one in told:
        price = prices.get(one.day, {}).get(one.product)
        state = _state(one.day, price, scored, today)
        rows.append(_row(one, titles.get(one.product), currencies.get(one.product), price, state))
    return rows


def _state(day: date, price: float | None, scored: Collection[str], today: date) -> IssuedState:
    if day >= today:
        return IssuedState.TO_COME
    if day.isoformat() not in scored:
        return IssuedState.DUE
    return IssuedState.NO_PRICE if price is None else IssuedState.SCORED


def _row(one: _Told, title: str | None, currency: str | None, price: float | None, state: IssuedState) -> IssuedRow:
    quantiles, last = one.quantiles, float(one.kept["last"])
    (low_80, high_80), (low_95, high_95) = interval(quantiles, 80), interval(quantiles, 95)
    within = [None if price is None else covers(quantiles, last, price, level) for level in (80, 95)]
    return IssuedRow(
        product=one.product,
        title=title,
        model=one.kept["model"],
        cutoff=one.cutoff,
        horizon=one.horizon,
        date=one.day,
        currency=currency,
        last=as_amount(last, currency),
        median=as_amount(quantiles[_MEDIAN], currency),
        low_80=as_amount(low_80, currency),
        high_80=as_amount(high_80, currency),
        low_95=as_amount(low_95, currency),
        high_95=as_amount(high_95, currency),
        state=state,
        price=as_amount(price, currency),
        within_80=within[0],
        within_95=within[1],
    )
