"""Goods: each with its offers, cheapest first; and the page of one: its cheapest shop each day, whether to buy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from almazara.errors import NotFoundError
from almazara.prices.alerts.alerting import rules
from almazara.prices.alerts.rules import AlertRule
from almazara.prices.answering.known import ADVISED_DAYS, YEAR, Known
from almazara.prices.answers import Advice, Product
from almazara.prices.buying.advice import Question, advise
from almazara.prices.buying.cheapest import is_fresh
from almazara.prices.buying.goods import Good, good_meant
from almazara.prices.buying.recent import NOTHING, Recent, amounts, recent
from almazara.prices.forecasting.panel import Floats, Panel
from almazara.prices.money import most_used
from almazara.prices.schema import Observation
from almazara.words.numbers import Language, as_amount
from almazara.words.said import Said, said

_LONGEST_KEY: Final = 100


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A good in one line.

    Attributes:
        declared: Whether somebody said that these are the same, or that one is like no other; else their GTIN does.
        currency: Of most of its shops; offers in others are not compared.
        best: The id of the product that is cheapest now; None where none can be had.
        products: What can be had first, the cheapest of it first; then what is sold out, or was not read lately.
    """

    good_id: str
    title: str | None
    category: str | None
    gtins: list[str]
    declared: bool
    currency: str | None
    best: str | None
    products: list[Product]


@dataclass(frozen=True, slots=True)
class GoodDay:
    """One day: the lowest price, and the product that had it; None where none is known."""

    date: date
    price: Decimal | None
    product: str | None


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A product's price, one a day from `first_day` on; None where it is not known."""

    product: str
    first_day: date
    prices: list[float | None]


@dataclass(frozen=True, slots=True)
class GoodStory:
    """The page of a good.

    Attributes:
        notices: What a page must say of what is missing or late.
        advice: On the good, at the cheapest shop of each day.
        days: The last year, one by one.
        lines: The last year of each product in the good's currency.
        rules: The alert rules that watch the good.
    """

    good: GoodRow
    notices: list[Said]
    advice: Advice
    recent: Recent
    days: list[GoodDay]
    lines: list[ShopLine]
    rules: list[AlertRule]


@dataclass(frozen=True, slots=True)
class GoodRows:
    """All rows in order, and by good, each beside what it was made of on a day."""

    rows: list[GoodRow]
    made: Mapping[str, tuple[tuple[Good, tuple[Observation | None, ...]], GoodRow]]
    today: date


def good_of_product(known: Known, listing_id: str) -> GoodRow | None:
    """The good that a product is, where it is sold elsewhere too."""
    found = (good for good in known.goods if any(one.listing_id == listing_id for one in good.listings))
    good = next(found, None)
    return good_row(good, known.shown(good.listings)) if good else None


def good_rows(known: Known, before: GoodRows | None = None) -> GoodRows:
    """All goods that are sold at several places, in order of title.

    Rows that stood `before` are taken from there where nothing of their good has changed.
    """
    stood = before.made if before and before.today == known.today else {}
    made = {}
    for good in known.goods:
        state = good, tuple(known.read.newest.get(one.listing_id) for one in good.listings)
        kept = stood.get(good.good_id)
        made[good.good_id] = kept if kept and kept[0] == state else (state, good_row(good, known.shown(good.listings)))
    rows = sorted((row for _, row in made.values()), key=lambda row: (row.title or "", row.good_id))
    return GoodRows(rows, made, known.today)


def at(row: GoodRow, now: datetime) -> GoodRow:
    """One that was made earlier, with how old its readings are now."""
    return replace(row, products=[one.at(now) for one in row.products])


def good_story(
    known: Known, key: str, deadline_days: int, quantity: int, language: Language = Language.ES
) -> GoodStory:
    """The page of one good, its advice in words of a language; see `advise` for the errors of its question.

    Raises:
        NotFoundError: when the key names no good and no product.
    """
    good = _meant(known, key)
    row = good_row(good, known.shown(good.listings))
    panel = _in_currency(known.series([one.listing_id for one in good.listings], days=ADVISED_DAYS).panel, row.currency)
    best = _cheapest(panel, good.good_id)
    own = replace(row.products[0], id=good.good_id)
    members = {one.listing_id for one in good.listings}
    others = known.products(own.category) if own.category else []
    beside = [own, *(one for one in others if one.id not in members)]
    question = Question(own, beside, best, known.today, deadline_days, quantity, known.announced.of_all(members))
    story = GoodStory(
        good=row,
        notices=[],
        advice=advise(question, known.policies, language),
        recent=next(iter(recent(best)), NOTHING),
        days=_days(panel, row.currency),
        lines=_lines(panel),
        rules=[
            one
            for one in rules(known.store, known.listings(tracked=True))
            if one.good is not None and good.is_meant(one.good)
        ],
    )
    return replace(story, notices=list(_notices(known, story)))


def _meant(known: Known, key: str) -> Good:
    good = good_meant(key, known.goods, known.listings())
    if good is None:
        raise NotFoundError(said("prices.error.no_good", good=key[:_LONGEST_KEY]))
    return good


def good_row(good: Good, products: Iterable[Product]) -> GoodRow:
    """A good with its products as they are shown."""
    found = list(products)
    currency = _currency(found)

    def order(one: Product) -> tuple[object, ...]:
        price = one.latest.price if one.latest and can_be_had(one, currency) else None
        return (True, one.id) if price is None else (False, price, one.id)

    found.sort(key=order)
    return GoodRow(
        good_id=good.good_id,
        title=next((one.title for one in found if one.title), None),
        category=next((one.category for one in found if one.category), None),
        gtins=good.gtins,
        declared=good.declared,
        currency=currency,
        best=found[0].id if can_be_had(found[0], currency) else None,
        products=found,
    )


def can_be_had(product: Product, currency: str | None) -> bool:
    """Whether it was lately read to be sold for a price in a currency."""
    latest = product.latest
    return latest is not None and latest.price is not None and latest.currency == currency and is_fresh(product)


def _currency(products: Sequence[Product]) -> str | None:
    return next(iter(most_used(one.latest.currency for one in products if one.latest)), None)


def _in_currency(panel: Panel, currency: str | None) -> Panel:
    return panel.of([row for row, of in enumerate(panel.currencies) if of == currency])


def _cheapest(panel: Panel, name: str) -> Panel:
    """The lowest price of each day as a panel of one series; none where no price is known."""
    lowest = _lowest(panel)
    known = np.flatnonzero(~np.isnan(lowest))
    if not known.size:
        return Panel.empty()
    begins, ends = known[:1], np.array([lowest.size - 1])
    return Panel((name,), panel.first_day, lowest[None, :], begins, ends, panel.currencies[:1])


def _lowest(panel: Panel) -> Floats:
    return np.fmin.reduce(panel.prices, axis=0) if panel.names else np.empty(0)


def _days(panel: Panel, currency: str | None) -> list[GoodDay]:
    first, lowest = panel.first_day, amounts(_lowest(panel))
    cheapest = np.where(np.isnan(panel.prices), np.inf, panel.prices).argmin(axis=0).tolist() if panel.names else []
    days = [
        GoodDay(first + timedelta(days=day), as_amount(price, currency), None if price is None else panel.names[row])
        for day, (price, row) in enumerate(zip(lowest, cheapest, strict=True))
    ]
    return days[-YEAR:]


def _lines(panel: Panel) -> list[ShopLine]:
    first = panel.first_day + timedelta(days=max(0, panel.prices.shape[1] - YEAR))
    return [
        ShopLine(name, first, amounts(prices[-YEAR:])) for name, prices in zip(panel.names, panel.prices, strict=True)
    ]


def _notices(known: Known, story: GoodStory) -> Iterator[Said]:
    """What a page must say of what is missing or late."""
    good = story.good
    if all(one.latest is None for one in good.products):
        yield said("prices.story.no_price")
    elif good.best is None:
        newest = max(one.latest.observed_at for one in good.products if one.latest)
        yield said("prices.good.none_now", since=newest.astimezone(ZoneInfo(known.timezone)).date())
    others = sum(one.latest is not None and one.latest.currency not in {None, good.currency} for one in good.products)
    if others:
        yield said("prices.good.currencies", n=others, currency=good.currency or "")
