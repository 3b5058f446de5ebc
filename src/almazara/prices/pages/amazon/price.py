"""The featured new offer's price on a product page of Amazon, and which prices beside it are not it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import Mark, Money, parse_price
from almazara.prices.pages import unseen
from almazara.prices.pages.amazon import rules
from almazara.prices.pages.amazon.books import is_of_another_format, other_offer
from almazara.prices.pages.amazon.wording import amounts_in, is_seen, role_beside, seen_text
from almazara.prices.pages.document import attribute, decimal_mark, lineage, text_of
from almazara.prices.pages.outcome import OverloadError

_SUPERSCRIPTS = 2
_MOST_PLACES = 500
_MOST_ASKED = 2_000
_FRACTION_DIGITS = 2


@dataclass(frozen=True, slots=True)
class FeaturedPrice:
    """The price taken, the words and rule it was read by, and the prices not taken."""

    money: Money
    text: str
    rule: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoPrice:
    """Why no price is surely the featured one."""

    missing: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    rule: str
    text: str
    money: Money | None
    node: LexborNode


class FeaturedOffer:
    """Tells the elements of the featured new offer from those of other offers, rows and products."""

    def __init__(self, tree: LexborHTMLParser, asin: str) -> None:
        self._tree = tree
        self._asin = asin
        self._renewed = _only_renewed_row(tree)
        self._known: dict[int, str | None] = {}

    @property
    def is_renewed(self) -> bool:
        """Whether the open row of the buy box sells a refurbished article."""
        return (self._renewed or "").startswith(rules.RENEWED_ROWS)

    def places(self, selectors: Iterable[str]) -> Iterator[LexborNode]:
        """Elements in order of the selectors, without those that belong to something else."""
        nodes = [node for selector in selectors for node in self._tree.css(selector)]
        if len(nodes) > _MOST_ASKED:
            raise OverloadError("has more places for one thing than any page of goods")
        return (node for node in nodes if self.why_not(node) is None)

    def why_not(self, node: LexborNode) -> str | None:
        """The first ancestor that belongs to something else, or None."""
        inside = takewhile(lambda step: step.tag not in {"body", "html"}, lineage(node))
        return next((why for step in inside if (why := self._why(step))), None)

    def _why(self, element: LexborNode) -> str | None:
        """Whether one element belongs to something else; kept, for many prices share it."""
        if element.mem_id not in self._known:
            self._known[element.mem_id] = self._foreign(element.attributes)
        return self._known[element.mem_id]

    def is_of_another(self, node: LexborNode) -> bool:
        """Whether an element is of another product, by its number."""
        return any(_asin_of(step.attributes) not in {"", self._asin} for step in lineage(node))

    def _foreign(self, attributes: dict[str, str | None]) -> str | None:
        identity = attributes.get("id") or ""
        if (asin := _asin_of(attributes)) not in {"", self._asin}:
            return f"product {asin}"
        if row := rules.ROW.search(identity):
            return None if self._featured_row(row["kind"].lower(), row["place"]) else row[0]
        if rules.FOREIGN_IDS.search(identity):
            return identity
        found = rules.FOREIGN_CLASSES.search(attributes.get("class") or "")
        return found[0].strip() if found else None

    def _featured_row(self, kind: str, place: str | None) -> bool:
        if kind.startswith(rules.NEW_ROWS):
            return place in {None, "0"}
        return kind.startswith(rules.RENEWED_ROWS) and (self._renewed or "").startswith(kind)


def _asin_of(attributes: dict[str, str | None]) -> str:
    return (attributes.get("data-asin") or attributes.get("data-csa-c-asin") or "").strip()


def buy_box_rows(tree: LexborHTMLParser) -> list[tuple[LexborNode, str]]:
    """The rows of the buy box's accordion with their kinds in lower case, empty for one that names none."""
    rows = tree.css("#buyBoxAccordion > [id*='AccordionRow']")
    matches = [rules.ROW.search(attribute(row, "id")) for row in rows]
    return [(row, match["kind"].lower() if match else "") for row, match in zip(rows, matches, strict=True)]


def _open_rows(rows: list[tuple[LexborNode, str]]) -> list[str]:
    """The kinds of the rows that are open."""
    return [kind for row, kind in rows if "a-accordion-active" in attribute(row, "class").split()]


def _only_renewed_row(tree: LexborHTMLParser) -> str | None:
    """The open row of a buy box that sells refurbished articles only, by condition; None with a new row."""
    rows = buy_box_rows(tree)
    if any(kind.startswith(rules.NEW_ROWS) or not kind for _, kind in rows):
        return None
    opened = _open_rows(rows)
    return opened[0] if len(opened) == 1 else None


def featured_price(tree: LexborHTMLParser, offer: FeaturedOffer, currency: str) -> FeaturedPrice | NoPrice:
    """The price on which every place of the featured offer agrees, or why there is none."""
    places = list(_rule_places(tree))
    if len(places) > _MOST_PLACES:
        return NoPrice(("price",), "The page has more places for a price than any product page.")
    candidates, others = _candidates(places, offer, currency, decimal_mark(tree))
    if not candidates:
        return NoPrice(("price",), "The page has no price in any place of the featured offer.")
    if any(_in_range(c.node) or c.money is None for c in candidates):
        shown = "; ".join(c.text for c in candidates)[:120]
        return NoPrice(("variant",), f"The featured price is a range or cannot be read surely: {shown!r}.")
    first = candidates[0]
    assert first.money is not None  # noqa: S101 - checked above; for the type checker
    if not _stands_for_new(tree, first) or is_of_another_format(tree, first.node, first.money):
        return NoPrice(("price",), f"Another row of the buy box, or tab, is open: {first.text!r} may be its price.")
    hidden = _hidden_options(tree, currency) | _hidden_totals(offer, currency)
    doubted = [c for c in candidates[1:] if c.money != first.money and not _explained(first, c.money)]
    if doubted or (hidden and first.money not in hidden and not all(_explained(first, h) for h in hidden)):
        said = sorted({c.text for c in candidates} | {str(money.amount) for money in hidden})
        return NoPrice(("price",), f"The featured offer's places contradict each other: {', '.join(said)[:120]}.")
    others += [(c.rule, c.text) for c in candidates[1:] if c.money != first.money]
    return FeaturedPrice(first.money, first.text, first.rule, tuple(others))


def _candidates(
    places: list[tuple[str, LexborNode]], offer: FeaturedOffer, currency: str, decimal: Mark | None
) -> tuple[list[_Candidate], list[tuple[str, str]]]:
    """Prices of the featured offer in order of the rules, and those that are another's or struck."""
    candidates: list[_Candidate] = []
    others: list[tuple[str, str]] = []
    for rule, node in places:
        text = price_text(node)
        if not any(c.isdigit() for c in text):
            continue
        if not any(c.isdigit() and c != "0" for c in text):
            others.append(("free with a subscription", text))
            continue
        if why := offer.why_not(node) or other_offer(node):
            others.append((why, text))
        elif not is_seen(node):
            others.append(("hidden", text))
        elif is_for_a_part(node):
            others.append(("for a unit or month", text))
        elif is_struck(node) or node.css_first(rules.STRUCK_PARTS) is not None:
            others.append(("struck", text))
        else:  # beside words that make it another price it is in doubt, wherever it stands without them too
            sure = role_beside(node) is None
            money = parse_price(text, currency_hint=currency, decimal=decimal) if sure else None
            candidates.append(_Candidate(rule, text, money, node))
    return candidates, others


def _stands_for_new(tree: LexborHTMLParser, candidate: _Candidate) -> bool:
    """Whether a price outside the rows is the new offer's, although another row (a subscription, used) is open."""
    rows = buy_box_rows(tree)
    kinds = [kind for kind in _open_rows(rows) if kind]
    in_row = any(rules.ROW.search(attribute(step, "id")) for step in lineage(candidate.node))
    if in_row or all(kind.startswith((*rules.NEW_ROWS, *rules.RENEWED_ROWS)) for kind in kinds):
        return True
    new = [row for row, kind in rows if kind.startswith(rules.NEW_ROWS)]
    texts = {price_text(node) for row in new for node in row.css(".a-price, .a-color-price, #newBuyBoxPrice")}
    hint = candidate.money.currency if candidate.money else None
    return any(parse_price(text, currency_hint=hint) == candidate.money for text in texts)


def is_for_a_part(node: LexborNode) -> bool:
    """Whether a price is that of a unit of measure, or of one month of several."""
    per_unit = any(rules.PER_UNIT.search(attribute(step, "class")) for step in islice(lineage(node), 3))
    return per_unit or rules.PART.match(_text_behind(node)) is not None


def _text_behind(node: LexborNode) -> str:
    """The beginning of what follows a price in the same line: `/ l`, `per month`."""
    step = node.next
    while step is not None and not (text := text_of(step)):
        step = step.next
    return text.lower() if step is not None else ""


def _rule_places(tree: LexborHTMLParser) -> Iterator[tuple[str, LexborNode]]:
    for rule, selector in rules.PRICE_RULES.items():
        for node in tree.css(selector):
            yield rule, node


def _explained(first: _Candidate, other: Money | None) -> bool:
    """Whether a higher price beside the first one is known to be what it replaces.

    A deal replaces the usual price; in Brazil the price for one way of paying is shown, the usual one hidden.
    """
    price = first.money
    if other is None or price is None or other.currency != price.currency or other.amount <= price.amount:
        return other == price
    if first.rule in {"priceblock-deal", "priceblock-sale"}:
        return True
    return price.currency == "BRL" and bool(rules.ONE_WAY_OF_PAYING.search(_around(first.node)))


def _around(node: LexborNode) -> str:
    """The text of the column or buy box that a price stands in."""
    column = next((step for step in lineage(node) if attribute(step, "id") in rules.COLUMNS), node)
    return text_of(column).lower()


def _hidden_options(tree: LexborHTMLParser, currency: str) -> set[Money]:
    """Prices of new offers that the page keeps as JSON for its scripts (2022 on)."""
    found: set[Money] = set()
    for node in tree.css(rules.HIDDEN_OPTIONS):
        try:
            data = json.loads(node.text())
        except (ValueError, RecursionError):
            continue
        groups = list(data.values()) if isinstance(data, dict) else [data]
        for option in (o for group in groups if isinstance(group, list) for o in group if isinstance(o, dict)):
            money = parse_price(str(option.get("displayPrice") or ""), currency_hint=currency)
            if money and str(option.get("buyingOptionType") or "").startswith(("NEW", "RENEWED")):
                found.add(money)
    return found


def _hidden_totals(offer: FeaturedOffer, currency: str) -> set[Money]:
    """The total for one piece that the featured row keeps for its quantity box (2022 on)."""
    texts = [price_text(node) for node in offer.places([rules.HIDDEN_TOTALS])]
    return {money for text in texts if (money := parse_price(text, currency_hint=currency))}


def is_struck(node: LexborNode) -> bool:
    """Whether a price, or what it stands in, is struck through."""
    return any(
        unseen.is_struck(step)
        or attribute(step, "data-a-strike") == "true"
        or rules.STRUCK.search(attribute(step, "class"))
        for step in islice(lineage(node), 4)
    )


def _in_range(node: LexborNode) -> bool:
    """Whether the price is one end of a range of variants."""
    parent = node.parent
    if parent is None:
        return False
    return "a-price-range" in attribute(parent, "class") or bool(
        "a-price" in attribute(node, "class") and {"-", "\u2013"} & set(text_of(parent).split())
    )


def higher_price(node: LexborNode, price: Money) -> Decimal | None:
    """An element's price where it is higher than another one, in the same currency."""
    money = parse_price(price_text(node), currency_hint=price.currency)
    return money.amount if money and money.currency == price.currency and money.amount > price.amount else None


def price_text(node: LexborNode) -> str:
    """The text of one price element, in each of the forms in which Amazon builds it."""
    said, whole = text_of(node.css_first(".a-offscreen")), node.css_first(".a-price-whole")
    parts = _from_parts(node, whole) if whole is not None else ""
    if said or parts:
        return f"{said} ? {parts}" if said and parts and _differ(said, parts) else said or parts
    small, large = node.css(".price-info-superscript"), node.css_first(".price-large")
    if small or large is not None:
        return _from_superscript(small, large)
    return text_of(node) if node.tag != "td" else " ".join(node.text(deep=False).split())


def _differ(said: str, drawn: str) -> bool:
    """Whether screen readers are told another amount than the one that is drawn; cents of nothing may be left out."""
    marked = amounts_in(said)
    first, other = (_digits(text) for text in (said[slice(*marked[0])] if marked else said, drawn))
    return bool(first and other) and first.removesuffix("00") != other.removesuffix("00")


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _from_parts(node: LexborNode, whole: LexborNode) -> str:
    """`52` `,` `41` `€` as `52,41 €`; marked as doubtful when a part is missing."""
    fractions, symbols = node.css_first(".a-price-fraction"), node.css_first(".a-price-symbol")
    mark = text_of(whole.css_first(".a-price-decimal"))
    digits = seen_text(whole).replace(" ", "").removesuffix(mark)
    fraction = seen_text(fractions) if fractions is not None else ""
    symbol = text_of(symbols)
    if (mark and not fraction) or not symbol:
        return f"{symbol} {digits}?{fraction}"
    return f"{symbol} {with_fraction(digits, mark, fraction)}"


def with_fraction(digits: str, mark: str, fraction: str) -> str:
    """`1.234` and `99` as `1.234,99`; marked as doubtful when the fraction is not two digits."""
    if fraction and (len(fraction) != _FRACTION_DIGITS or not fraction.isdecimal()):
        return f"{digits}?{fraction}"
    return f"{digits}{mark or (',' if '.' in digits else '.')}{fraction}" if fraction else f"{digits}{mark}"


def _from_superscript(small: list[LexborNode], large: LexborNode | None) -> str:
    """`£` `34` `99` as `£34.99`; marked as doubtful when a part is missing."""
    parts = [text_of(part) for part in small]
    if len(parts) != _SUPERSCRIPTS or not parts[1].isdigit() or large is None:
        return f"{' '.join(parts)} {text_of(large)}?"
    return f"{parts[0]}{with_fraction(text_of(large), '', parts[1])}"
