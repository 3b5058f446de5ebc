"""A rule of a shop's own: where a reader of the page finds its price, for shops that publish none that can be read.

A rule fills a gap and never wins: it is asked where a page publishes nothing, not where a page contradicts itself.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from almazara.errors import InputError
from almazara.prices.money import parse_price
from almazara.prices.pages.document import attribute, decoded, first_text, parsed, text_of
from almazara.prices.pages.outcome import Offer, Outcome, OverloadError, Unavailable, Unreadable
from almazara.prices.pages.request import PageRequest
from almazara.prices.pages.shops.claims import availability_of
from almazara.prices.pages.xpath import IS_XPATH, xpath_texts
from almazara.prices.schema import Availability

_JSON: Final = "json:"
_ATTRIBUTE = re.compile(r"(.+)::attr\(([\w:-]+)\)")
_PATH = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+)*")
_LONGEST_SELECTOR: Final = 500
_MOST_VALUES: Final = 50


@dataclass(frozen=True, slots=True)
class ShopRule:
    """Where pages of one shop show their price.

    Each place is a CSS selector (`.pvp b`, `meta[name=x]::attr(content)`), an XPath (`//b[@class="pvp"]/@content`), or
    a path into JSON in the page's scripts (`json:props.product.pricing.now`).

    Attributes:
        shop: Host without `www.`.
        price: Where the price stands.
        currency: Of amounts without a mark (ISO 4217); None where the page prints one.
        list_price: Where the price before stands.
        availability: Where the page says whether it can be bought.
    """

    shop: str
    price: str
    currency: str | None = None
    list_price: str | None = None
    availability: str | None = None

    def as_document(self) -> dict[str, Any]:
        """As the store keeps it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ShopRule":
        """The rule that was kept."""
        return cls(**document)


def check_rule(rule: ShopRule) -> None:
    """Refuse a rule with a path or a currency that is none.

    Raises:
        InputError: naming it.
    """
    for place in (rule.price, rule.list_price, rule.availability):
        if place is not None and place.startswith(_JSON) and not _PATH.fullmatch(place.removeprefix(_JSON)):
            raise InputError(f"{place!r} is no path into JSON: it looks like json:product.prices.0.now.")
    money = parse_price(f"1 {rule.currency}") if rule.currency else None
    if rule.currency is not None and (money is None or money.currency != rule.currency):
        raise InputError(f"The currency {rule.currency!r} is no ISO 4217 code that is known.")


def read_by_rule(rule: ShopRule, html: str | bytes, request: PageRequest, headers: Mapping[str, str]) -> Outcome:
    """What a page says by a rule: one price in one place, else nothing.

    Raises:
        InputError: for a selector that is none.
        MissingExtraError: for an XPath, when lxml is not installed.
    """
    try:
        tree = parsed(decoded(html, headers))
    except OverloadError as error:
        return Unreadable(("page",), f"The page {error}.")
    if tree is None:
        return Unreadable(("page",), "The page is empty, broken or too large.")
    title = (
        first_text(tree, ("h1", "title")) or attribute(tree.css_first("meta[property='og:title']"), "content") or None
    )
    if request.title_changed(title):
        return Unreadable(("title",), f"The title no longer resembles {request.known_title!r}.", title=title)
    name = f"own:{rule.shop}"
    said = next(iter(_texts(tree, rule.availability)), None) if rule.availability else None
    stock = availability_of(said) if said else None
    if stock is Availability.UNAVAILABLE:
        return Unavailable(f"The page says: {said}.", name, request.shop, title=title, availability_text=said)
    texts = _texts(tree, rule.price)
    read = {parse_price(text, currency_hint=rule.currency) for text in texts}
    money = next(iter(read)) if len(read) == 1 else None
    if money is None:
        shown = "; ".join(texts[:3])[:80] or "nothing"
        return Unreadable(("price",), f"The shop's own rule finds no one price: {shown}.", title=title)
    return Offer(
        price=money.amount,
        currency=money.currency,
        price_text=texts[0],
        rule=name,
        shop=request.shop,
        title=title,
        list_price=_list_price(tree, rule, money.amount),
        availability=stock or Availability.UNKNOWN,
        availability_text=said,
    )


def _list_price(tree: LexborHTMLParser, rule: ShopRule, price: Decimal) -> Decimal | None:
    texts = _texts(tree, rule.list_price) if rule.list_price else []
    amounts = {money.amount for text in texts if (money := parse_price(text, currency_hint=rule.currency))}
    return next((amount for amount in amounts if amount > price), None) if len(amounts) == 1 else None


def _texts(tree: LexborHTMLParser, selector: str) -> list[str]:
    """The texts at a place, in the page's order."""
    if len(selector) > _LONGEST_SELECTOR:
        raise InputError(f"A selector has at most {_LONGEST_SELECTOR} characters.")
    if selector.startswith(_JSON):
        keys = selector.removeprefix(_JSON).split(".")
        found = (_at(value, keys) for value in _json_of(tree))
        return [str(value) for value in found if isinstance(value, str | int | float) and not isinstance(value, bool)]
    if IS_XPATH.match(selector):
        return xpath_texts(tree.html or "", selector, _MOST_VALUES)
    match = _ATTRIBUTE.fullmatch(selector)
    try:
        nodes = tree.css(match[1] if match else selector)[:_MOST_VALUES]
    except (SelectolaxError, ValueError) as error:
        raise InputError(f"{selector!r} is no CSS selector.") from error
    texts = (attribute(node, match[2]) if match else text_of(node) for node in nodes)
    return [text for text in texts if text]


def _json_of(tree: LexborHTMLParser) -> Iterator[Any]:
    for script in tree.css("script[type*='json' i]")[:_MOST_VALUES]:
        try:
            yield json.loads(script.text())
        except (ValueError, RecursionError):
            continue


def _at(value: Any, keys: list[str]) -> Any:  # noqa: ANN401 - whatever the page's JSON holds
    for key in keys:
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value
