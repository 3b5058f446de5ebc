"""Other prices of a product page of Amazon: coupon, club, subscription, delivered, and those of other sellers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import Money, parse_price
from almazara.prices.pages.amazon import named_rules as rules
from almazara.prices.pages.amazon.delivery import delivered
from almazara.prices.pages.amazon.price import FeaturedOffer, is_for_a_part, is_struck, price_text
from almazara.prices.pages.amazon.wording import (
    amounts_in,
    has_word,
    is_seen,
    only_words,
    plain,
    said_beside,
    without,
    without_last,
)
from almazara.prices.pages.document import attribute, lineage, text_of
from almazara.prices.pages.naming import condition, settled
from almazara.prices.schema import NamedPrice, PriceName
from almazara.words.numbers import NO_PLACES, THREE_PLACES, smallest

_MOST_PLACES: Final = 200
_LONGEST_LABEL: Final = 80
_LONGEST_NAME: Final = 60
_UNIT = re.compile(r"\([^()]*\)")
_CODE = re.compile(r"\b[A-Z]{2,4}\$?")
_NO_SENTENCE = re.compile(r"[\d/%+*×]")  # noqa: RUF001 - as pages print it
_HUNDRED: Final = 100
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d)?)\s?%|%\s?(\d{1,2})(?![\d.,])")


class OtherPlaces:
    """Where a page may say other prices, and its goods' number, found in one walk."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.tree = tree
        self._by_kind: dict[str, list[LexborNode]] = {}
        for node in islice(tree.css(rules.OTHERS), _MOST_PLACES):
            self._by_kind.setdefault(_kind_of(node), []).append(node)

    def of(self, kind: str) -> list[LexborNode]:
        """The places of a price's name, or of the details of the goods, in the page's order."""
        return self._by_kind.get(kind, [])


def named_prices(places: OtherPlaces, offer: FeaturedOffer, price: Money, *, new: bool) -> tuple[NamedPrice, ...]:
    """What the page shows beside the featured price, in its currency.

    Args:
        places: Where it may.
        offer: What tells the featured offer's elements.
        price: The featured one.
        new: Whether new goods are featured: beside others nothing is taken of other sellers.
    """
    found = [
        *_one_amount(_coupons(places.of(PriceName.COUPON), offer, price)),
        *_one_amount(_members(places.of(PriceName.CLUB), offer, price)),
        *_one_amount(_subscriptions(places.of(PriceName.SUBSCRIPTION), offer, price)),
        *(
            _to_where(places.tree, one, price)
            for one in _one_amount(_deliveries(places.of(PriceName.DELIVERED), offer, price))
        ),
        *(_sellers(places.of(PriceName.SELLER), offer, price) if new else ()),
    ]
    return settled(found, price.amount)


def _kind_of(node: LexborNode) -> str:
    """What a place may hold: a price's name, or details."""
    identity, classes = attribute(node, "id"), attribute(node, "class").split()
    by_class = (kind for name, kind in rules.PLACES_BY_CLASS.items() if name in classes)
    by_id = (kind for start, kind in rules.PLACES.items() if identity.startswith(start))
    return next(by_class, None) or next(by_id, PriceName.DELIVERED)


def _one_amount(found: Iterator[NamedPrice]) -> list[NamedPrice]:
    """The price that all places of one name agree on; none where they differ."""
    every = sorted(found, key=lambda one: not one.condition)
    return every[:1] if len({one.price for one in every}) == 1 else []


def _coupons(nodes: list[LexborNode], offer: FeaturedOffer, price: Money) -> Iterator[NamedPrice]:
    """Prices with a coupon that anybody can apply, by the label of its box: `Aplicar cupón de 5 %`."""
    for node in nodes:
        text = plain(text_of(node))
        is_whole = all(only_words(words, rules.COUPON_WORDS) for words in said_beside(node))
        if is_whole and offer.why_not(node) is None and is_seen(node) and (lowered := _with_coupon(text, price)):
            yield NamedPrice(PriceName.COUPON, lowered, condition(without_last(text, rules.TERMS)))


def _with_coupon(text: str, price: Money) -> Decimal | None:
    """The price less what a label says: one percentage, or one amount in the same currency, and no unknown word."""
    shares, amounts = _PERCENT.findall(text), amounts_in(text)
    rest = _PERCENT.sub(" ", without(text, amounts))
    says = only_words(rest, rules.COUPON_WORDS) and has_word(rest, rules.COUPON_NAMES)
    if len(shares) + len(amounts) != 1 or not says or any(c.isdigit() for c in rest):
        return None
    if shares:
        share = Decimal((shares[0][0] or shares[0][1]).replace(",", "."))
        return _rounded(price.amount * (_HUNDRED - share) / _HUNDRED, price.currency)
    money = parse_price(text[slice(*amounts[0])], currency_hint=price.currency)
    return price.amount - money.amount if money and money.currency == price.currency else None


def _rounded(amount: Decimal, currency: str) -> Decimal | None:
    """To the cent, halves up; no guess where a currency has no cents and the amount has."""
    if currency in THREE_PLACES or (currency in NO_PLACES and amount != amount.to_integral_value()):
        return None
    return amount.quantize(smallest(currency), ROUND_HALF_UP)


def _members(nodes: list[LexborNode], offer: FeaturedOffer, price: Money) -> Iterator[NamedPrice]:
    """The printed price for members of Prime: `Join Prime to buy this item at $8.09`."""
    for node in nodes:
        text = plain(text_of(node))
        if offer.is_of_another(node) or not is_seen(node) or not has_word(text, rules.PRIME):
            continue
        rest = without(text, amounts_in(text))
        is_whole = only_words(rest, rules.MEMBERS_WORDS) and not _NO_SENTENCE.search(rest)
        if is_whole and not any(said_beside(node)) and (amount := _only(text, price)):
            yield NamedPrice(PriceName.CLUB, amount, condition(text))


def _subscriptions(nodes: list[LexborNode], offer: FeaturedOffer, price: Money) -> Iterator[NamedPrice]:
    """The printed prices of deliveries that come again, and the label of their row."""
    for node in nodes:
        struck = is_struck(node) or "a-text-price" in attribute(node, "class").split()
        if struck or is_for_a_part(node) or offer.is_of_another(node) or not is_seen(node):
            continue
        text = plain(price_text(node))
        amount = _only(_UNIT.sub(" ", text), price)
        if amount and _are_of_subscription(node, text, label := condition(_label_of(node))):
            yield NamedPrice(PriceName.SUBSCRIPTION, amount, label)


def _are_of_subscription(node: LexborNode, text: str, label: str) -> bool:
    """Whether the words of a price, those beside it and its label leave it the price of every delivery."""
    said = (_UNIT.sub(" ", words) for words in (text, label, plain(text_of(node)), *said_beside(node)))
    rests = [_PERCENT.sub(" ", _CODE.sub(" ", without(words, amounts_in(words)))) for words in said]
    return all(only_words(rest, rules.SUBSCRIPTION_WORDS) and not _NO_SENTENCE.search(rest) for rest in rests)


def _label_of(node: LexborNode) -> str:
    """The words in front of a price in its row, without other figures of money."""
    own = text_of(node)
    rows = [step for step in lineage(node.parent) if "sns" in attribute(step, "id").lower()]
    for row in rows:
        label, found, _ = text_of(row).partition(own)
        if found and any(c.isalpha() for c in label):
            said = label.partition(":")[0]
            return said if len(said) <= _LONGEST_LABEL and not amounts_in(said) else ""
    return ""


def _deliveries(nodes: list[LexborNode], offer: FeaturedOffer, price: Money) -> Iterator[NamedPrice]:
    seen = (node for node in nodes if offer.why_not(node) is None and is_seen(node))
    return (found for node in seen if (found := delivered(node, price)))


def _to_where(tree: LexborHTMLParser, found: NamedPrice, price: Money) -> NamedPrice:
    """With the place that the page delivers to in its condition, where that costs something: `Enviar a Brasil`."""
    place = plain(text_of(tree.css_first(rules.DESTINATION))) if found.price > price.amount else ""
    return replace(found, condition=condition(f"{found.condition}, {place}" if place else found.condition))


def _sellers(rows: list[LexborNode], offer: FeaturedOffer, price: Money) -> Iterator[NamedPrice]:
    """Prices of new goods of other sellers, each with the seller's name."""
    for row in rows:
        names = {name for node in row.css(rules.SELLER_NAMES) if (name := text_of(node))}
        name = names.pop() if len(names) == 1 else ""
        if not 0 < len(name) <= _LONGEST_NAME or not _sells_new(row) or offer.is_of_another(row):
            continue
        printed = (node for node in row.css(rules.SELLER_PRICES) if not is_struck(node) and is_seen(node))
        texts = {text for node in printed if (text := price_text(node)) and "/" not in text}
        if amount := _only(" · ".join(texts), price):
            yield NamedPrice(PriceName.SELLER, amount, name)


def _sells_new(row: LexborNode) -> bool:
    """Whether a seller's row is of new goods: by its heading, or by the address of its details."""
    states = [plain(text_of(node)) for node in row.css(rules.SELLER_CONDITIONS)]
    says_new = all(only_words(state, rules.NEW_WORDS) and has_word(state, rules.NEW_WORDS) for state in states)
    if attribute(row, "id"):
        return bool(states) and says_new
    return says_new and set(rules.SELLER_KIND.findall(row.html or "")) <= {"new"}


def _only(text: str, price: Money) -> Decimal | None:
    """The one amount that a text prints, in the featured currency."""
    amounts = {parse_price(text[start:end], currency_hint=price.currency) for start, end in amounts_in(text)}
    money = amounts.pop() if len(amounts) == 1 else None
    return money.amount if money and money.currency == price.currency else None
