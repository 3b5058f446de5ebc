"""Lower prices that a page shows on a condition, in its own words: with a coupon, for members, by subscription."""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Final

from almazara.prices.pages.document import attribute, lineage
from almazara.prices.pages.naming import condition
from almazara.prices.pages.shops import sayings
from almazara.prices.pages.shops.around import Surroundings
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.shown import Printed, ShownText
from almazara.prices.schema import NamedPrice, PriceName

_APART: Final = 600  # characters of a page's text between the price and one of its own on a condition
_OUTWARDS: Final = 12
_ROLES: Final = frozenset({Role.STANDING, Role.CONDITIONAL, Role.PIECE, Role.UNIT})
_NOT_OF_IT: Final = frozenset({Role.HIDDEN, Role.ELSEWHERE})
_OF_PARTS: Final = frozenset({Role.UNIT, Role.PIECE, Role.PART})
_LEAST: Final = Decimal("0.5")
"""Of the price: what one piece costs at least on a condition. What is less may be what a coupon or a card is worth."""
_LEAST_OF_MANY: Final = Decimal("0.6")
"""Of the price: what one of many pieces costs at least. A pack's page prints less for one of its bottles."""
_CARD: Final = "a img, :is(h2, h3, h4) a, a :is(h2, h3, h4), [itemprop='name'], [data-product-id], [data-asin]"
_FAINT = re.compile(
    r"(?:opacity|font-size|height|max-height)\s*:\s*0(?:\.0+)?(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{3}"
)
_FOLDED: Final = frozenset({"details", "dialog"})
_NEXT_AMOUNT = re.compile(r"[\s(][\d€$£]$")

Amount = tuple[Decimal, Role, Printed]


def shown_on_conditions(around: Surroundings, amounts: Iterable[Amount]) -> tuple[NamedPrice, ...]:
    """The prices on conditions that stand beside the price; none of a name that has two.

    Args:
        around: The page, and its featured price: where the page does not show it, nothing stands beside it.
        amounts: The page's amounts in the price's currency, each with its role.
    """
    every, shown, price = list(amounts), around.shown, around.price
    found: dict[PriceName, dict[Decimal, str]] = {}
    for amount, role, one in every:
        if one.near and role in _ROLES and price * _LEAST <= amount < price and _is_seen(shown, one):
            name, words = _named(role, amount / price, one, around)
            if name is not None and _stands_beside(one, amount, every, price):
                found.setdefault(name, {}).setdefault(amount, words)
    return tuple(NamedPrice(name, *next(iter(by.items()))) for name, by in found.items() if len(by) == 1)


def is_not_otherwise(around: Surroundings, amounts: Iterable[Amount], published: NamedPrice) -> bool:
    """Whether a page that shows the amount of a published price on a condition somewhere says nothing unknown of it."""
    places = [one for amount, role, one in amounts if amount == published.price and one.near and role not in _NOT_OF_IT]
    kinds = [published.name.value, *([sayings.PIECES] if published.name is PriceName.BASKET else [])]
    return not places or any(around.is_of_known_words(kind, one) for one in places for kind in kinds)


def _is_seen(shown: ShownText, one: Printed) -> bool:
    """Whether an amount is drawn, and not struck."""
    steps = list(islice(lineage(one.node.parent), _OUTWARDS))
    folded = any(step.tag in _FOLDED and "open" not in step.attributes for step in steps)
    return not folded and not shown.is_struck(one.node) and not any(_FAINT.search(attribute(s, "style")) for s in steps)


def _named(role: Role, share: Decimal, one: Printed, around: Surroundings) -> tuple[PriceName | None, str]:
    """The name that the words beside an amount give it, and those words."""
    ahead, behind = one.beside
    kind, is_ahead = sayings.kind_of_price(ahead, behind)
    of_many = kind == sayings.PIECES
    if kind is None or of_many != (role in _OF_PARTS) or (of_many and share < _LEAST_OF_MANY):
        return None, ""
    if not around.are_known(kind, one):
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
