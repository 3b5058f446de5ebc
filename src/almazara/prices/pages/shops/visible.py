"""Prices that a reader of the page sees: a witness for what the markup claims, never a source."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import Mark, names_currency, parse_price
from almazara.prices.pages.document import attribute, lineage, text_of

_WORDS: Final = ("price", "prix", "precio", "preis", "prezzo", "prijs", "fiyat")
_NAMED: Final = ", ".join(f"[class*='{word}' i], [id*='{word}' i]" for word in _WORDS)
_PLACES: Final = f"{_NAMED}, [itemprop='price'], del, s, strike, ins"
_STRUCK_TAGS: Final = frozenset({"s", "del", "strike"})
_STRUCK = re.compile(
    r"old|(?<![a-z])was|strike|stroke|list-?price|listprice|regular|before|cross|rrp|uvp|msrp|original|barre|anterior|"
    r"tachad|streich|compare|retail|standard|(?<![a-z])vorher|eski|instead|saving|ahorr|discount-?amount|(?<![a-z])from",
    re.IGNORECASE,
)
_LONGEST: Final = 60
_MOST: Final = 400
_BLOCK: Final = 3
_AROUND: Final = 3
# Characters of text around the heading in which a product shows its own price.
_BEFORE: Final = 300
_AFTER: Final = 2000
_CONTROLS: Final = frozenset({"input", "select", "option", "meta", "link"})
# How the countries of three-decimal currencies write theirs, where that is one way.
_DECIMAL_MARKS: Final[dict[str, Mark]] = {"TND": ","}


@dataclass(frozen=True, slots=True)
class _ShownPrice:
    node: LexborNode
    amount: Decimal
    struck: bool


class VisibleText:
    """What people see of a page, without scripts and styles."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self._by_currency: dict[str, list[_ShownPrice]] = {}

    @cached_property
    def _text(self) -> str:
        return text_of(self._tree.body)

    @cached_property
    def _elements(self) -> list[tuple[LexborNode, str]]:
        """Elements whose name says price, with a text short enough to be one, its parts (`4` `.` `99` `€`) joined."""
        nodes = (node for node in self._tree.css(_PLACES)[:_MOST] if node.tag not in _CONTROLS)
        texts = ((node, " ".join(node.text().split())) for node in nodes)
        return [(node, text) for node, text in texts if len(text) <= _LONGEST and any(c.isdigit() for c in text)]

    def _shown(self, currency: str) -> list[_ShownPrice]:
        """Price elements with a currency mark, read in the offer's currency."""
        if currency not in self._by_currency:
            self._by_currency[currency] = list(self._read_elements(currency))
        return self._by_currency[currency]

    def _read_elements(self, currency: str) -> Iterator[_ShownPrice]:
        for node, text in self._elements:
            money = parse_price(text, currency_hint=currency, decimal=_DECIMAL_MARKS.get(currency))
            if money is not None and money.currency == currency and names_currency(text):
                yield _ShownPrice(node, money.amount, is_struck(node))

    def prices(self, currency: str) -> tuple[set[Decimal], set[Decimal]]:
        """Amounts that price elements show in the offer's currency: as they stand, and only struck through."""
        standing = {shown.amount for shown in self._shown(currency) if not shown.struck}
        return standing, {shown.amount for shown in self._shown(currency)} - standing

    def shows_price_near(self, heading: str | None, currency: str) -> bool:
        """Whether a price stands near the product's heading: scripts have not left its place empty."""
        start = self._text.find(heading) if heading else -1
        near = self._text[max(start - _BEFORE, 0) : start + _AFTER] if heading and start >= 0 else self._text
        return any(text_of(shown.node) in near for shown in self._shown(currency) if not shown.struck)

    def list_price(self, price: Decimal, currency: str) -> Decimal | None:
        """The only higher struck price in the block around the standing price, or None."""
        shown = self._shown(currency)
        struck = {s.node.mem_id: s.amount for s in shown if s.struck and s.amount > price}
        standing = [s.node for s in shown if s.amount == price and not s.struck] if struck else []
        blocks = [block for node in standing for block in islice(lineage(node), _BLOCK, _BLOCK + 1)]
        inside = {part.mem_id for block in blocks for part in block.css(_PLACES)}
        beside = {amount for identity, amount in struck.items() if identity in inside}
        return beside.pop() if len(beside) == 1 else None

    def states(self, amount: Decimal) -> bool:
        """Whether the amount is written anywhere, in any locale's form."""
        return re.search(written(amount), self._text) is not None

    def currency_of(self, amount: Decimal) -> str | None:
        """The only currency with which price elements show the amount, or None."""
        shown = {
            money.currency for _, text in self._elements if (money := parse_price(text)) and money.amount == amount
        }
        return shown.pop() if len(shown) == 1 else None


def is_struck(node: LexborNode) -> bool:
    """Whether the element, one inside it or one closely around it, marks a price that no longer holds."""
    parts = [*node.css("*"), *islice(lineage(node), _AROUND)]
    return any(part.tag in _STRUCK_TAGS or _STRUCK.search(_names(part)) for part in parts)


def _names(node: LexborNode) -> str:
    drawn = "strike" if "line-through" in attribute(node, "style") else ""
    return f"{attribute(node, 'class')} {attribute(node, 'id')} {drawn}"


def written(amount: Decimal) -> str:
    """A regular expression for an amount in print: `1234.50`, `1.234,50`, `1 234 , 50`, `1'234€50`, `1.234,-`."""
    fixed = f"{amount:,.3f}" if amount != round(amount, 2) else f"{amount:,.2f}"
    whole, _, fraction = fixed.partition(".")
    digits = whole.replace(",", "[., ']?")
    decimals = rf"\s?[.,€]\s?{fraction}"
    if not fraction.strip("0"):
        decimals = rf"(?:{decimals}|[.,]000|[.,]-)?"
    return rf"(?<![\d.,]){digits}{decimals}(?!\d|[.,]\d)"
