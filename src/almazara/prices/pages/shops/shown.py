"""The amounts of money that a page shows to people, in order, each with what it is and where it stands."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import chain, islice, pairwise, takewhile
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.money import Mark, parse_price, printed_amounts
from almazara.prices.pages.document import attribute, lineage
from almazara.prices.pages.request import alike
from almazara.prices.pages.shops import sayings
from almazara.prices.pages.shops.drawn import Styles
from almazara.prices.pages.shops.lines import SEAM, Lines
from almazara.prices.pages.shops.sayings import Role

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_WHOLE: Final = frozenset({"body", "html"})  # whose names and styles are for a script that is yet to run
_BLANK: Final = f" {SEAM}"
_DECIMALS = re.compile(r"\d+[.,]\d\d(?!\d)")
_PRICED = re.compile(r"pri(?:ce|x|js)|prec[iç]o|preco|preis|prezzo|fiyat|cena", re.IGNORECASE)
_AROUND: Final = 4
_OUTWARDS: Final = 12
_MOST: Final = 400
_LONGEST_LINE: Final = 300
_LONGEST_LABEL: Final = 40
# Characters around the title, and around a button to buy, in which a product shows its own price.
_BEFORE: Final = 300
_AFTER: Final = 1700
_BESIDE_BUTTON: Final = 300
# How the countries of three-decimal currencies write theirs, where that is one way.
_DECIMAL_MARKS: Final[dict[str, Mark]] = {"TND": ","}


@dataclass(frozen=True, slots=True)
class Printed:
    """One amount as printed: its words, its place in the page's text, its element, and what it is.

    Attributes:
        near: Whether it stands near the title or a button to buy.
        plain: Whether no words stand beside it that might make it another price than the one to pay.
        beside: The words before and behind it in its line, or those that label it.
    """

    words: str
    start: int
    node: LexborNode
    role: Role
    near: bool
    plain: bool
    beside: tuple[str, str]

    def in_currency(self, currency: str) -> Decimal | None:
        """The amount where it is, or may be, of a currency; else None."""
        money = parse_price(self.words, currency_hint=currency, decimal=_DECIMAL_MARKS.get(currency))
        return money.amount if money is not None and money.currency == currency else None


class ShownText:
    """What people see of a page's body: its text in lines, and the element of each piece."""

    def __init__(self, parts: Iterable[LexborNode], names: Sequence[str], styles: Styles) -> None:
        """Read a page's body, or parts of it.

        Args:
            parts: The elements, without scripts and styles.
            names: What the page calls its product: a heading that is alike is its title, or else a text.
            styles: What the page's own styles draw otherwise.
        """
        self._styles = styles
        self._elements: dict[int, tuple[Role | None, bool]] = {}
        self._hidden: dict[int, bool] = {}
        self.text = ""
        self._headings: list[tuple[int, LexborNode]] = []
        self._starts: list[int] = []
        self._nodes: list[LexborNode] = []
        self._read(parts)
        self._title_at = self._found_title(names)
        self._title = self._line(self._title_at) if self._title_at is not None else ""
        title = self._node_at(self._title_at) if self._title_at is not None else None
        self._title_lineage = frozenset(step.mem_id for step in lineage(title))

    def _read(self, parts: Iterable[LexborNode]) -> None:
        lines = Lines()
        for node in chain.from_iterable(part.traverse(include_text=True) for part in parts):
            if node.is_text_node:
                if (start := lines.add_text(node)) is not None:
                    self._starts.append(start)
                    self._nodes.append(node)
            elif node.is_element_node:
                lines.add_element(node)
                if node.tag in _HEADINGS and len(self._headings) < _MOST:
                    self._headings.append((lines.length, node))
        self.text = "".join(lines.parts)

    def _found_title(self, names: Sequence[str]) -> int | None:
        """Where the product's title starts: the first heading, or the first place, that is like its name."""
        lines = [(at, str(node.tag), line) for at, node in self._headings if (line := self._line(at))]
        first = [at for at, tag, _ in lines if tag == "h1"]
        if not names:
            return next(iter(first), None)
        own = (at for at, tag, line in lines if tag == "h1" and any(alike(name, line) for name in names))
        same = (at for at, _, line in lines if any(name in line for name in names))
        places = (place for name in names if (place := self.text.find(name)) >= 0)
        like = (at for at, _, line in lines if any(alike(name, line) for name in names))
        return next(chain(own, same, places, like, first), None)

    def _line(self, start: int) -> str:
        return self.text[start : start + _LONGEST_LINE].partition("\n")[0].replace(SEAM, " ").strip()

    def _node_at(self, start: int) -> LexborNode:
        return self._nodes[self._piece_at(start)]

    def _piece_at(self, start: int) -> int:
        return max(bisect_right(self._starts, start) - 1, 0)

    def _drawn(self, start: int, end: int) -> tuple[str, LexborNode]:
        """What is drawn of a place's words, or all where nothing is, and its first text: digits may have decoys."""
        pieces = range(self._piece_at(start), self._piece_at(end - 1) + 1)
        cuts = pairwise([start, *(self._starts[at] for at in pieces[1:]), end])
        every = [(self.text[slice(*cut)], self._nodes[at]) for at, cut in zip(pieces, cuts, strict=True)]
        drawn = [one for one in every if self._role_of_elements(one[1]) is not Role.HIDDEN] if pieces[1:] else []
        return "".join(words for words, _ in drawn or every).replace(SEAM, ""), (drawn or every)[0][1]

    @cached_property
    def amounts(self) -> list[tuple[int, int]]:
        """Where every amount beside a currency's mark starts and ends, in the page's order."""
        return list(islice(printed_amounts(self.text), _MOST))

    @cached_property
    def _amounts_in(self) -> dict[int, set[str]]:
        """The different amounts in each element, by its identity."""
        inside: dict[int, set[str]] = {}
        for start, end in self.amounts:
            for step in islice(lineage(self._node_at(start)), _OUTWARDS):
                inside.setdefault(step.mem_id, set()).add(self.text[start:end])
        return inside

    @cached_property
    def printed(self) -> list[Printed]:
        """Every amount beside a currency's mark, in the page's order."""
        since = [0, *(end for _, end in self.amounts)]
        until = [*(start for start, _ in self.amounts[1:]), len(self.text)]
        places = zip(self.amounts, since, until, strict=False)
        return [self._printed(start, end, before, after) for (start, end), before, after in places]

    def box_of(self, node: LexborNode) -> int | None:
        """Identity of the smallest element around a node that shows two amounts."""
        steps = islice(lineage(node), 1, 2 * _AROUND)
        return next((step.mem_id for step in steps if len(self._amounts_in.get(step.mem_id, ())) > 1), None)

    def _printed(self, start: int, end: int, since: int, until: int) -> Printed:
        words, node = self._drawn(start, end)
        role = self._role_of_elements(node)
        if role is None and self._is_of_others(start, node):
            role = Role.ELSEWHERE
        beside = self._ahead(since, start), self._behind(end, until)
        role = role or sayings.role_of_words(*beside) or Role.STANDING
        return Printed(words, start, node, role, self.is_near(start), sayings.is_plain(*beside), beside)

    def bare(self, amount: re.Pattern[str]) -> Iterator[Printed]:
        """Places near the title where an amount is printed with its decimals, and with no currency's mark."""
        for match in islice(amount.finditer(self.text), _MOST):
            start, end = match.span()
            has_decimals = match[0][-1:].isdigit() and not match[0].isdigit()
            marked = any(begun < end and start < ended for begun, ended in self.amounts)
            if has_decimals and self.is_near(start) and not marked:
                ahead, behind = max(start - sayings.SIDE, 0), min(end + sayings.SIDE, len(self.text))
                since = max((one.end() for one in _DECIMALS.finditer(self.text, ahead, start)), default=ahead)
                until = min(next((one.start() for one in _DECIMALS.finditer(self.text, end)), behind), behind)
                one = self._printed(start, end, since, until)
                is_other = one.role is Role.STANDING and sayings.is_other_money(*one.beside)
                yield replace(one, role=Role.FOREIGN) if is_other else one

    def is_called_price(self, one: Printed) -> bool:
        """Whether the words before an amount, or the names of elements around it, call it a price."""
        around = islice(lineage(one.node.parent), _AROUND)
        names = (f"{attribute(step, 'class')} {attribute(step, 'id')} {attribute(step, 'itemprop')}" for step in around)
        return _PRICED.search(one.beside[0]) is not None or any(map(_PRICED.search, names))

    def _ahead(self, since: int, start: int) -> str:
        """The words before an amount in its line; where there are none, the line before, if it shows no amount."""
        *earlier, own = self.text[max(since, start - sayings.SIDE) : start].split("\n")
        if own.strip(_BLANK) or not earlier:
            words = own.replace(SEAM, " ")
            return words if earlier or not 0 < since > start - sayings.SIDE else sayings.without_unit(words)
        whole = earlier if since < start - sayings.SIDE else earlier[1:]
        line = next((line for line in reversed(whole) if line.strip(_BLANK)), "")
        is_label = len(line) <= _LONGEST_LABEL and not self._title.endswith(line.strip(_BLANK))
        return line.replace(SEAM, " ") if is_label else ""

    def _behind(self, end: int, until: int) -> str:
        """The words behind an amount in its line; where there are none, the line after, if no amount follows it.

        A line after in parentheses that makes it another price goes before: `24,95 € ahora`, below it `(sin IVA)`.
        """
        own, *later = self.text[end : min(until, end + sayings.SIDE)].split("\n")
        if own.strip(_BLANK) or not later:
            beside = self.text[until : until + 1] if not later and until < end + sayings.SIDE else ""
            return sayings.note_below([line.replace(SEAM, " ") for line in later]) or own.replace(SEAM, " ") + beside
        whole = later if end + sayings.SIDE < until or until == len(self.text) else later[:-1]
        lines = [line for line in whole if line.strip(_BLANK)]
        leads_on = len(lines) == 1 and until < min(end + sayings.SIDE, len(self.text))
        if not lines or len(lines[0]) > _LONGEST_LABEL:
            return ""
        label = lines[0].replace(SEAM, " ")
        return label if not leads_on or sayings.is_about_what_it_follows(label) else ""

    def _role_of_elements(self, node: LexborNode) -> Role | None:
        """What the elements around an amount say of it by their tags, attributes, classes and ids."""
        if node.parent is not None and (self._styles.hides_text_of(node.parent) or self._is_hidden(node.parent)):
            return Role.HIDDEN
        role: Role | None = None
        for height, step in enumerate(islice(lineage(node.parent), _OUTWARDS)):
            said, is_struck = self._said_of(step)
            if said is Role.ELSEWHERE:
                role = role if step.mem_id in self._title_lineage else said
            elif said is Role.CONDITIONAL and height < _AROUND and step.mem_id not in self._title_lineage:
                role = role or said
            elif role is None and is_struck:
                role = Role.FORMER
            elif role is None and height < _AROUND and len(self._amounts_in.get(step.mem_id, ())) <= 1:
                role = said
        return role

    def _is_hidden(self, element: LexborNode) -> bool:
        """Whether an element, or one around it at any height, is not drawn; kept, for many texts share them."""
        inside = takewhile(lambda step: step.tag not in _WHOLE and step.mem_id not in self._hidden, lineage(element))
        steps = list(inside)
        around = steps[-1].parent if steps else element
        hidden = around is not None and self._hidden.get(around.mem_id, False)
        for step in reversed(steps):
            hidden = hidden or self._said_of(step)[0] is Role.HIDDEN
            self._hidden[step.mem_id] = hidden
        return hidden

    def _said_of(self, element: LexborNode) -> tuple[Role | None, bool]:
        """What one element says of all in it, and whether it draws it struck; kept, for many amounts share it."""
        known = self._elements.get(element.mem_id)
        if known is None:
            names = sayings.names_in(f"{attribute(element, 'class')} {attribute(element, 'id')}")
            role = Role.HIDDEN if self._styles.hides(element, names) else sayings.role_of_names(names)
            known = role, self._styles.strikes(element)
            self._elements[element.mem_id] = known
        return known

    def is_struck(self, node: LexborNode) -> bool:
        """Whether an element around a text draws it struck, or names it, and no other amount, as an earlier price."""
        said = [(step, *self._said_of(step)) for step in islice(lineage(node.parent), _OUTWARDS)]
        former = (step for step, role, _ in said[:_AROUND] if role is Role.FORMER)
        alone = any(len(self._amounts_in.get(step.mem_id, ())) <= 1 for step in former)
        return alone or any(struck for *_, struck in said)

    def _is_of_others(self, start: int, node: LexborNode) -> bool:
        """Whether a heading above rules this place that says that others' products, or reviews, follow."""
        around = {step.mem_id for step in islice(lineage(node), _OUTWARDS)}
        return any(at < start < end and (holder is None or holder in around) for at, end, holder in self._others)

    @cached_property
    def _others(self) -> list[tuple[int, int, int | None]]:
        """What headings rule that say that others' products, or reviews, follow.

        Returns:
            Start, end and element of each part: the smallest element around the heading that shows amounts; where that
            holds the title too, none, and all until the next heading of its rank.
        """
        parts: list[tuple[int, int, int | None]] = []
        for place, (at, heading) in enumerate(self._headings):
            if at <= (self._title_at or 0) or not sayings.OTHERS.search(self._line(at)):
                continue
            steps = (step.mem_id for step in islice(lineage(heading), _OUTWARDS) if step.mem_id in self._amounts_in)
            holder = next(steps, None)
            if holder is None or holder in self._title_lineage:
                later = (end for end, one in self._headings[place + 1 :] if str(one.tag) <= str(heading.tag))
                parts.append((at, next(later, len(self.text)), None))
            else:
                parts.append((at, len(self.text), holder))
        return parts

    def says(self, saying: re.Pattern[str]) -> bool:
        """Whether the page says something near its title, to people, and of its own product."""
        if self._title_at is None:
            return False
        first = max(self._title_at - _BEFORE, 0)
        return any(True for _ in self.places(saying, first, self._title_at + _AFTER))

    def places(self, saying: re.Pattern[str], first: int = 0, last: int | None = None) -> Iterator[int]:
        """Where the page says something to people that is not of others' products: the last character of each."""
        found = islice(saying.finditer(self.text[first:last]), _MOST)
        elsewhere = {Role.HIDDEN, Role.ELSEWHERE}
        for end in (first + match.end() - 1 for match in found):
            node = self._node_at(end)
            if self._role_of_elements(node) not in elsewhere and not self._is_of_others(end, node):
                yield end

    @cached_property
    def lines(self) -> list[tuple[int, int]]:
        """Where every line with something in it starts and ends."""
        ends = [match.start() for match in re.finditer(r"\n|$", self.text)]
        spans = pairwise([-1, *ends])
        return [(before + 1, end) for before, end in spans if self.text[before + 1 : end].strip(_BLANK)]

    def is_title(self, start: int, end: int) -> bool:
        """Whether a line holds the product's title."""
        return self._title_at is not None and start <= self._title_at < end

    def is_heading(self, start: int, end: int) -> bool:
        """Whether a heading starts in a line."""
        return any(start <= at < end for at, _ in self._headings)

    def is_after_title(self, one: Printed) -> bool:
        """Whether an amount stands behind the title."""
        return self._title_at is not None and one.start >= self._title_at

    def is_near(self, start: int) -> bool:
        """Whether a place is near the product's title, or near a button to buy it."""
        if self._title_at is not None and self._title_at - _BEFORE <= start < self._title_at + _AFTER:
            return True
        return any(abs(start - at) < _BESIDE_BUTTON for at in self._buttons)

    @cached_property
    def _buttons(self) -> list[int]:
        return [match.start() for match in islice(sayings.BUY.finditer(self.text), _MOST)]
