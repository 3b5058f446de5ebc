"""What Amazon says that delivery of the featured offer costs: told only where it is so for everybody."""

from decimal import Decimal
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.money import Money, parse_price
from almazara.prices.pages.amazon import named_rules as rules
from almazara.prices.pages.amazon.wording import (
    amounts_in,
    has_word,
    only_words,
    plain,
    said_beside,
    without,
    without_last,
)
from almazara.prices.pages.document import attribute, text_of
from almazara.prices.pages.naming import condition
from almazara.prices.pages.request import folded
from almazara.prices.schema import NamedPrice, PriceName

_FIGURE: Final = "data-csa-c-delivery-price"
_TIMES: Final = ("data-csa-c-delivery-time", "data-csa-c-delivery-cutoff")
_FOR_SOME: Final = ("data-csa-c-pickup-location", "data-csa-c-distance", "data-csa-c-delivery-condition")


def delivered(node: LexborNode, price: Money) -> NamedPrice | None:
    """The price with delivery, by the line that says what that costs; None where it may not be so for everybody.

    The day and the time left are no condition. Free from some amount on counts where the price alone reaches it.
    """
    if any(attribute(node, name) for name in _FOR_SOME) or not all(map(_leads_on, said_beside(node))):
        return None
    text = plain(text_of(node))
    said = text
    for name in _TIMES:
        said = _without(said, plain(attribute(node, name)))
    amounts = amounts_in(said)
    rest = without(said, amounts)
    figures = [parse_price(said[start:end], currency_hint=price.currency) for start, end in amounts]
    if len(figures) > 1 or any(one is None or one.currency != price.currency for one in figures):
        return None
    is_free = has_word(rest, rules.FREE_WORDS)
    cost = _cost(figures[0].amount if figures and figures[0] else None, rest, price.amount, is_free=is_free)
    if cost is None or (not is_free and not _agrees(node, cost, price)):
        return None
    return NamedPrice(
        PriceName.DELIVERED, price.amount + cost, condition(without_last(said.partition(". ")[0], rules.LINKS))
    )


def _leads_on(beside: str) -> bool:
    """Whether what stands beside the line is no condition: links, an amount, or another way to send the goods."""
    first = folded(beside).split(" ")[0].strip("&.,:;|+")
    rest = without(beside, amounts_in(beside))
    return only_words(rest, rules.DELIVERY_WORDS) or beside.startswith("&") or first in rules.ALTERNATIVES


def _cost(figure: Decimal | None, rest: str, price: Decimal, *, is_free: bool) -> Decimal | None:
    """What delivery costs: the figure, or nothing where it is free for a basket of this price; None in doubt."""
    if any(c.isdigit() for c in rest):
        return None
    if not is_free:
        return figure if only_words(rest, rules.DELIVERY_WORDS) else None
    if figure is None:
        return Decimal(0) if only_words(rest, rules.DELIVERY_WORDS) else None
    is_met = figure <= price and has_word(rest, rules.THRESHOLD_WORDS)
    return Decimal(0) if is_met and only_words(rest, rules.THRESHOLD_WORDS | rules.DELIVERY_WORDS) else None


def _agrees(node: LexborNode, cost: Decimal, price: Money) -> bool:
    """Whether the figure that newer pages keep beside the line is the one that it prints."""
    kept = plain(attribute(node, _FIGURE))
    read = [parse_price(kept[start:end], currency_hint=price.currency) for start, end in amounts_in(kept)]
    return not kept or read == [Money(cost, price.currency)]


def _without(text: str, part: str) -> str:
    return text.replace(part, " ") if part else text
