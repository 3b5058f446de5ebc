"""The lines of a page around an amount, with what its other amounts are, for the words in them to be judged."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from almazara.prices.pages.shops import sayings
from almazara.prices.pages.shops.known import FEATURED, OTHER, OWN, is_of_known_words, is_quiet, names_one
from almazara.prices.pages.shops.lines import SEAM
from almazara.prices.pages.shops.shown import Printed, ShownText

_AHEAD: Final = 8
_BEHIND: Final = 3
"""Lines behind an amount's, and before it, that may say something of it; a heading rules more."""
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the amounts of a page.

    Attributes:
        shown: What the page shows.
        amounts: Its amounts in the featured price's currency, by where they start.
        price: The featured price.
    """

    shown: ShownText
    amounts: Mapping[int, Decimal]
    price: Decimal

    def are_known(self, kind: str, one: Printed) -> bool:
        """Whether an amount is surely a price of a kind: no word in its line or the lines around it is unknown."""
        ahead, behind = one.beside
        place = self.place_of(one.start)
        own = self.line(place, own=one.start)
        if not names_one(kind, own, f"{ahead} {OWN}{behind}", self.amounts[one.start] / self.price):
            return False
        return all(is_quiet(kind, line) for line in self.beside(place))

    def is_of_known_words(self, kind: str, one: Printed) -> bool:
        """Whether nothing in the line of an amount, or the lines around it, is no known word of a kind."""
        place = self.place_of(one.start)
        own = self.line(place, own=one.start)
        return is_of_known_words(kind, own) and all(is_quiet(kind, line) for line in self.beside(place))

    def place_of(self, at: int) -> int:
        """The number of the line in which a character of the page's text stands."""
        return bisect_right(self.shown.lines, (at, len(self.shown.text))) - 1

    def line(self, place: int, own: int = -1) -> str:
        """A line with a sign for each amount: OWN, FEATURED or OTHER; one that is too long is no known word."""
        start, end = self.shown.lines[place]
        if end - start > _LONGEST:
            return "…"
        parts, done = [], start
        for first, last in self._spans_in(place):
            sign = OWN if first == own else FEATURED if self.amounts.get(first) == self.price else OTHER
            parts += [self.shown.text[done:first], sign]
            done = last
        return "".join([*parts, self.shown.text[done:end]]).replace(SEAM, " ")

    def amounts_in(self, place: int) -> set[Decimal | None]:
        """The amounts of a line, None for one in another currency."""
        return {self.amounts.get(first) for first, _ in self._spans_in(place)}

    def beside(self, place: int) -> Iterator[str]:
        """The lines around one that may say something of it."""
        yield from self._before(place)
        yield from self._behind(place)

    def _spans_in(self, place: int) -> list[tuple[int, int]]:
        start, end = self.shown.lines[place]
        spans = self.shown.amounts
        return spans[bisect_left(spans, (start, 0)) : bisect_left(spans, (end, 0))]

    def _before(self, place: int) -> Iterator[str]:
        """Up to the title or the featured price."""
        for before in range(place - 1, max(place - 1 - _AHEAD, -1), -1):
            if self.shown.is_title(*self.shown.lines[before]):
                return
            yield (text := self.line(before))
            if FEATURED in text:
                return

    def _behind(self, place: int) -> Iterator[str]:
        """Up to a heading or a button to buy."""
        for behind in range(place + 1, min(place + 1 + _BEHIND, len(self.shown.lines))):
            text = self.line(behind)
            if self.shown.is_heading(*self.shown.lines[behind]) or sayings.BUY.search(text):
                return
            yield text
