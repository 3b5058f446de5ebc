"""Other prices of a page than the featured one: which are kept, and in what form."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from almazara.prices.schema import LONGEST_CONDITION, MOST_NAMED, NamedPrice, PriceName

LEAST_SHARE: Final = Decimal("0.3")
"""Of the featured price: what is less is a part of it, or of something else."""
_ORDER: Final = tuple(PriceName)
_AROUND_WORDS: Final = " \t:;,.·•|/*–—-+&()[]>›"  # noqa: RUF001 - the dashes that pages print


def settled(found: Iterable[NamedPrice], price: Decimal) -> tuple[NamedPrice, ...]:
    """What is kept of the prices found beside a featured one, in the order of their names.

    Coupons, clubs, subscriptions and baskets lower it, delivery does not; what is less than LEAST_SHARE of it is none.
    One name with one condition and two amounts says nothing: both are left out. One amount is named once.

    Args:
        found: In the same currency.
        price: The featured price.
    """
    plausible = [one for one in found if _is_plausible(one, price)]
    amounts: dict[tuple[PriceName, str], set[Decimal]] = {}
    for one in plausible:
        amounts.setdefault((one.name, one.condition), set()).add(one.price)
    kept: dict[tuple[PriceName, Decimal, str], NamedPrice] = {}
    for one in plausible:
        if len(amounts[one.name, one.condition]) == 1:
            seller = one.condition if one.name is PriceName.SELLER else ""
            kept.setdefault((one.name, one.price, seller), one)
    return tuple(sorted(kept.values(), key=lambda one: _ORDER.index(one.name)))[:MOST_NAMED]


def _is_plausible(one: NamedPrice, price: Decimal) -> bool:
    match one.name:
        case PriceName.DELIVERED:
            return one.price >= price
        case PriceName.SELLER:
            return one.price >= price * LEAST_SHARE
        case _:
            return price * LEAST_SHARE <= one.price < price


def condition(words: str) -> str:
    """A page's words as a condition: in one line, without what joins them to an amount, cut between words."""
    line = " ".join(words.replace("\0", "").encode("utf-8", "ignore").decode().split()).strip(_AROUND_WORDS)
    if line.count("(") > line.count(")"):
        line += ")"
    if len(line) <= LONGEST_CONDITION:
        return line
    return line[: LONGEST_CONDITION + 1].rpartition(" ")[0] or line[:LONGEST_CONDITION]
