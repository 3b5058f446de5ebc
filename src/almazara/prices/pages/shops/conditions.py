"""Lower prices that a page shows on a condition, in its own words: with a coupon, for members, by subscription."""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Final

from almazara.prices.pages.document import lineage
from almazara.prices.pages.naming import LEAST_SHARE, condition
from almazara.prices.pages.shops import sayings
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.shown import Printed, ShownText
from almazara.prices.schema import NamedPrice, PriceName

_APART: Final = 600  # characters of a page's text between the price and one of its own on a condition
_OUTWARDS: Final = 12
_ROLES: Final = frozenset({Role.STANDING, Role.CONDITIONAL, Role.PIECE, Role.UNIT})
_OF_PARTS: Final = frozenset({Role.UNIT, Role.PIECE, Role.PART})
_LEAST_OF_MANY: Final = Decimal("0.6")
"""Of the price: what one of many pieces costs at least. A pack's page prints less for one of its bottles."""
_CARD: Final = "a img, :is(h2, h3, h4) a, a :is(h2, h3, h4), [itemprop='name'], [data-product-id], [data-asin]"
_NEXT_AMOUNT = re.compile(r"[\s(][\d€$£]$")

Amount = tuple[Decimal, Role, Printed]


def shown_on_conditions(shown: ShownText, amounts: Iterable[Amount], price: Decimal) -> tuple[NamedPrice, ...]:
    """The prices on conditions that stand beside the price; none of a name that has two.

    Args:
        shown: What the page shows.
        amounts: Its amounts in the price's currency, each with its role.
        price: The featured price: where the page does not show it, nothing stands beside it.
    """
    every = list(amounts)
    found: dict[PriceName, dict[Decimal, str]] = {}
    for amount, role, one in every:
        if one.near and role in _ROLES and price * LEAST_SHARE <= amount < price and not shown.is_struck(one.node):
            name, words = _named(role, amount / price, one)
            if name is not None and _stands_beside(one, amount, every, price):
                found.setdefault(name, {}).setdefault(amount, words)
    return tuple(NamedPrice(name, *next(iter(by.items()))) for name, by in found.items() if len(by) == 1)


def _named(role: Role, share: Decimal, one: Printed) -> tuple[PriceName | None, str]:
    """The name that the words beside an amount give it, and those words."""
    ahead, behind = one.beside
    kind, is_ahead = sayings.kind_of_price(ahead, behind)
    of_many = kind == sayings.PIECES
    if kind is None or of_many != (role in _OF_PARTS) or (of_many and share < _LEAST_OF_MANY):
        return None, ""
    words = condition(_whole_words(ahead, behind, ahead=is_ahead))
    return (PriceName.BASKET if of_many else PriceName(kind)) if words else None, words


def _whole_words(before: str, behind: str, *, ahead: bool) -> str:
    """The words on one side of an amount, without one that was cut, or the amount that follows."""
    if ahead:
        return before.partition(" ")[2] if len(before) >= sayings.SIDE and before[:1].isalnum() else before
    return _NEXT_AMOUNT.sub("", behind.rpartition(" ")[0] if len(behind) >= sayings.SIDE else behind)


def _stands_beside(one: Printed, amount: Decimal, amounts: list[Amount], price: Decimal) -> bool:
    """Whether an amount is of the same product as the price that stands near it.

    The smallest element around it that shows another amount, but for those of a unit or a part, shows the price too:
    in the card of another product it does not. Nor is what stands below it, around the amount, such a card.
    """
    others = [other for other in amounts if other[0] != amount and other[1] not in _OF_PARTS | {Role.HIDDEN}]
    close = [other for other in others if abs(other[2].start - one.start) <= _APART]
    inside = [(of, {s.mem_id for s in islice(lineage(shown.node.parent), _OUTWARDS)}) for of, _, shown in close]
    own = one.node
    for step in islice(lineage(one.node.parent), _OUTWARDS):
        if here := {of for of, steps in inside if step.mem_id in steps}:
            return price in here and own.css_first(_CARD) is None
        own = step
    return False
