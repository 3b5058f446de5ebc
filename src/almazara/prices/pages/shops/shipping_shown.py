"""Whether what a page says of shipping to people bears out the rate that it publishes for machines."""

from decimal import Decimal
from typing import Final

from almazara.prices.pages.shops.around import Surroundings
from almazara.prices.pages.shops.known import FREE, OTHER, SHIPPING, is_of_known_words, is_quiet, without_charges
from almazara.prices.schema import PriceName

_LONGEST_VALUE: Final = 60


def bears_out(around: Surroundings, rate: Decimal) -> bool:
    """Whether no line of the page contradicts a rate of shipping, or puts a condition on it.

    A rate of nothing must be said near the product, without a condition: shops publish it too for what is free
    from some sum on, or for who fetches the goods. Another rate may be printed or unsaid.
    """
    places = {around.place_of(at): at for at in around.shown.places(SHIPPING)}
    if not all(_agrees(around, place, rate) for place in places):
        return False
    free = [place for place, at in places.items() if around.shown.is_near(at) and FREE.search(_said(around, place)[0])]
    quiet = all(is_quiet(PriceName.DELIVERED, line) for place in free for line in around.beside(place))
    return rate > 0 or (bool(free) and quiet)


def _agrees(around: Surroundings, place: int, rate: Decimal) -> bool:
    """Whether a line names this rate, or none, and says nothing that is not known."""
    text, amounts = _said(around, place)
    if rate > 0:
        text = without_charges(text)
        if FREE.search(text):
            return False
    return amounts <= ({rate} if rate else set()) and is_of_known_words(PriceName.DELIVERED, text.replace(OTHER, " "))


def _said(around: Surroundings, place: int) -> tuple[str, set[Decimal | None]]:
    """A line that speaks of shipping, with the one behind where that tells what it costs; and their amounts."""
    text, amounts = around.line(place), around.amounts_in(place)
    if not amounts and not FREE.search(text) and place + 1 < len(around.shown.lines):
        behind = around.line(place + 1)
        if len(behind) <= _LONGEST_VALUE and (around.amounts_in(place + 1) or FREE.search(behind)):
            return f"{text} {behind}", around.amounts_in(place + 1)
    return text, amounts
