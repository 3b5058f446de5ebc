"""The offers of a good as pages list them: the cheapest first, each with its shop, its price, and how old that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from almazara.prices.answering.good_stories import GoodRow, can_be_had
from almazara.prices.answers import LatestPrice, Product
from almazara.prices.buying.cheapest import is_fresh
from almazara.web.overview import per_litre, product_address
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Said, named, said


@dataclass(frozen=True, slots=True)
class Offer:
    """What a shop asks for a good, in words already; `note` says why it is not compared, where it is not."""

    id: str
    title: str
    page: str
    shop: Said | str
    price: str | None
    per_litre: str | None
    age: Said | None
    note: Said | None


def offers(good: GoodRow, language: Language) -> Iterator[Offer]:
    """All offers of a good, in its order."""
    for one in good.products:
        latest = one.latest
        price = latest.price if latest else None
        yield Offer(
            id=one.id,
            title=one.title or one.id,
            page=product_address(one.id),
            shop=named("shop", one.shop),
            price=numbers.money(price, latest.currency, language) if latest and price is not None else None,
            per_litre=per_litre(latest, language),
            age=_age(latest) if latest else None,
            note=_note(one, good.currency),
        )


def _age(latest: LatestPrice) -> Said:
    days = int(latest.days_ago)
    return said("site.good.days_ago", n=days) if days else said("site.good.last_day")


def _note(one: Product, currency: str | None) -> Said | None:
    """Why an offer is not compared."""
    if can_be_had(one, currency):
        return None
    if one.latest is None:
        return said("site.good.never_read")
    if one.latest.price is None:
        return said("site.good.sold_out")
    return said("site.good.other_currency" if is_fresh(one) else "site.good.old")


def compared(good: GoodRow) -> list[Decimal]:
    """The prices that are compared, rising."""
    prices = (one.latest.price for one in good.products if one.latest and can_be_had(one, good.currency))
    return [price for price in prices if price is not None]


def spread(good: GoodRow) -> float | None:
    """By what share the dearest offer costs more than the cheapest; None where fewer than two are compared."""
    prices = compared(good)
    return float(prices[-1] / prices[0]) - 1 if len(prices) > 1 and prices[0] else None
