"""All followed products at once: what each costs, how that compares, and whether to buy now; cheapest litre first."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from almazara.prices.answering.known import ADVISED_DAYS, Known
from almazara.prices.answers import Plan, Product
from almazara.prices.buying.advice import plan
from almazara.prices.buying.cheapest import grade, is_fresh
from almazara.prices.buying.deciding import decided
from almazara.prices.buying.policy import DEADLINE_DAYS, Action, Decision, Why
from almazara.prices.buying.recent import NOTHING, Recent, recent
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.publishing import Published
from almazara.prices.schema import Listing, ListingKind, Observation
from almazara.words.numbers import as_amount

LEVEL: Final = 80
"""Of the interval that is shown, in percent."""


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A product in one line.

    Attributes:
        grade: What the title says of an oil's quality.
        currency: Of its prices, also while it is sold out.
        plan: What to do, to have bought within DEADLINE_DAYS.
        low_80: The 80 % interval of the price on that day goes from here to `high_80`, where it is forecast.
    """

    product: Product
    grade: str | None
    currency: str | None
    recent: Recent
    plan: Plan
    low_80: Decimal | None
    high_80: Decimal | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All rows in order, and by product, each beside what it was made of; `of` what all of them are made of."""

    rows: list[OverviewRow]
    made: Mapping[str, tuple[tuple[Listing, Observation | None], OverviewRow]]
    of: tuple[date, Published | None, str, Sequence[AnnouncedMove]]


class RowState(StrEnum):
    """What a product may be that somebody looks for."""

    SOLD_OUT = "sold_out"
    NO_FORECAST = "no_forecast"


def states(row: OverviewRow) -> list[RowState]:
    """What a product is of these: sold out by its newest reading, without a forecast."""
    latest = row.product.latest
    holds = {
        RowState.SOLD_OUT: latest is not None and latest.price is None,
        RowState.NO_FORECAST: row.low_80 is None,
    }
    return [state for state, is_so in holds.items() if is_so]


def _litres(row: OverviewRow) -> list[float]:
    return [] if row.product.litres is None else [float(row.product.litres)]


FILTERS: Final[Mapping[str, Callable[[OverviewRow], Sequence[str | float]]]] = {
    "category": lambda row: [row.product.category] if row.product.category else [],
    "shop": lambda row: [row.product.shop],
    "litres": _litres,
    "state": states,
}
"""What products are chosen by, and the values of it that one has."""


def chosen(rows: Iterable[OverviewRow], asked: Mapping[str, object]) -> list[OverviewRow]:
    """The rows that have every value that is asked for, by the names of FILTERS; None asks for nothing."""
    wanted = [(FILTERS[name], value) for name, value in asked.items() if value is not None]
    return [row for row in rows if all(value in values_of(row) for values_of, value in wanted)]


_AT_ONCE: Final = 500
"""Rows are made of so many products at once: of more the arrays that are in between take more memory."""
_UNREAD: Final = None, NOTHING, Decision(Action.UNKNOWN, Why.NO_PRICE)
_LONG_AGO: Final = None, NOTHING, Decision(Action.UNKNOWN, Why.STALE)


def overview(known: Known, before: Overview | None = None) -> Overview:
    """All products that are followed or were found lately; cheapest litre first, each currency apart.

    Rows that stood `before` are taken from there where their product is as it was.
    """
    read = known.read
    of = known.today, known.published, read.revision.past, known.announced.moves
    states = {one.listing_id: (one, read.newest.get(one.listing_id)) for one in followed(known)}
    stood = before.made if before and before.of == of else {}
    kept = {name: one for name, one in stood.items() if states.get(name) == one[0]}
    news = known.shown([one for name, (one, _) in states.items() if name not in kept])
    parts = (news[start : start + _AT_ONCE] for start in range(0, len(news), _AT_ONCE))
    made = kept | {row.product.id: (states[row.product.id], row) for part in parts for row in _rows(known, part)}
    products_in = Counter(one.currency for _, one in states.values() if one)

    def order(row: OverviewRow) -> tuple[object, ...]:
        latest = row.product.latest
        if latest is None or latest.price_per_litre is None:
            return True, row.product.id
        return False, -products_in[latest.currency], latest.currency, latest.price_per_litre, row.product.id

    return Overview(sorted((row for _, row in made.values()), key=order), made, of)


def _rows(known: Known, products: Sequence[Product]) -> list[OverviewRow]:
    """The rows of some products."""
    panel = known.panel([one.id for one in products], days=ADVISED_DAYS)
    category = {one.id: one.category for one in products}
    moves, categories = known.moved.of_each(panel.names), [category[name] for name in panel.names]
    decisions = decided(panel, moves, categories, known.policies, DEADLINE_DAYS)
    found = dict(zip(panel.names, zip(panel.currencies, recent(panel), decisions, strict=True), strict=True))
    return [_row(known, one, *found.get(one.id, _LONG_AGO if one.latest else _UNREAD)) for one in products]


def shown(rows: Iterable[OverviewRow], now: datetime) -> list[OverviewRow]:
    """Rows that were made earlier, with how old their readings are now."""
    return [replace(row, product=row.product.at(now)) for row in rows]


def followed(known: Known) -> list[Listing]:
    """The products that are followed one by one, and what a followed search found in the last FRESH_DAYS."""
    tracked = known.listings(tracked=True)
    searches = {(one.shop, one.category) for one in tracked if one.kind is ListingKind.SEARCH}
    found = [one for one in known.listings(tracked=False) if (one.shop, one.category) in searches]
    fresh = (one for one, shown in zip(found, known.shown(found), strict=True) if is_fresh(shown))
    return [one for one in (*tracked, *fresh) if one.kind is ListingKind.PRODUCT]


def _row(known: Known, product: Product, currency: str | None, last: Recent, decision: Decision) -> OverviewRow:
    price = product.latest.price if product.latest and last.prices[-1] is not None else None
    interval = known.forecasts.interval(product.id, known.today + timedelta(days=DEADLINE_DAYS), LEVEL)
    low, high = (as_amount(end, currency) for end in interval) if interval else (None, None)
    return OverviewRow(product, grade(product.title), currency, last, plan(decision, price, known.today), low, high)
