"""The data that a page's own scripts and forms hold of its product: a second witness for the price that it shows."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.gtin import gtin_of
from almazara.prices.money import read_amount
from almazara.prices.pages.document import attribute, text_of
from almazara.prices.pages.request import folded
from almazara.prices.pages.shops.claims import Claim, Price
from almazara.prices.pages.shops.visible import VisiblePrices

_LARGEST: Final = 2_000_000
_AMOUNT: Final = r"[\\\"']{0,4}(\d{1,9}(?:\.\d{1,3})?)(?![\d.]|,\d)"
_SAYS: Final = r"[\\\"']{0,3}\s{0,3}[:=]\s{0,3}"
# The price to pay, by the whole of its key: no `oldPrice`, `shippingPrice` or `warranty_price`.
_PRICED = re.compile(
    r"(?<![\w-])(?:(?:sales?|selling|current|final|special|our|display|product|item|bin|now|actual|web|online|total)[_-]?)?"
    r"(?:price|precio|prix|preis|prezzo|prijs|preco)(?:[_-]?(?:value|amount|double|number|raw|now|actual|venta|final))?"
    rf"{_SAYS}(?:\{{\s{{0,3}}[\\\"']{{1,3}}(?:value|amount|current|raw|price){_SAYS})?{_AMOUNT}",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[\"']((?:[^\"'\\]|\\.|(?<=\w)'(?=\w)){1,300})[\"']")
_MOST_PRICED: Final = 200
_MOST_MARKED: Final = 50
_CARD: Final = ("label", "data")
_LABEL = re.compile(r"price|precio|preis|prix|prezzo|prijs|preço|cena|fiyat", re.IGNORECASE)
_NUMBERED = re.compile(
    r"[\"'](?:ean|gtin|upc|isbn)(?:8|12|13|14)?[\\\"']{1,4}\s{0,3}[:=]\s{0,3}[\\\"']{0,4}(\d{8,14})(?!\d)",
    re.IGNORECASE,
)
_INNERMOST = re.compile(r"\{[^{}]*\}")
_SIDE: Final = 3_000
_DEEPEST: Final = 8
_NUMBER = re.compile(r"(?<![\d.,])\d{1,9}(?:\.\d{1,2})?(?![\d.,]\d)")
_EURO: Final = "at be bg cy de ee es fi fr gr hr ie it lt lu lv mt nl pt si sk"
_COUNTRIES: Final = {
    **dict.fromkeys(_EURO.split(), "EUR"),
    "uk": "GBP", "pl": "PLN", "se": "SEK", "dk": "DKK", "no": "NOK", "ch": "CHF", "cz": "CZK", "hu": "HUF",
    "ro": "RON", "tr": "TRY", "br": "BRL", "mx": "MXN", "ca": "CAD", "au": "AUD", "nz": "NZD", "jp": "JPY", "in": "INR",
}  # fmt: skip
_CURRENCY = re.compile(r"[cC]urrency\w{0,40}[\"']?\s*[:=]\s*[\"']([A-Z]{3})[\"']")


def own_data(tree: LexborHTMLParser) -> str:
    """The text of a page's scripts, and its hidden inputs and the price on its Twitter card as `name="value"`."""
    scripts = (node.text() for node in tree.css("script:not([src])"))
    inputs = (f'{attribute(i, "name")}="{attribute(i, "value")}"' for i in tree.css("input[type='hidden'][value]"))
    marked = (f"price={attribute(node, 'data-price')}" for node in tree.css("[data-price]")[:_MOST_MARKED])
    return "\n".join((*scripts, *inputs, *marked, *_card(tree)))[:_LARGEST]


def _card(tree: LexborHTMLParser) -> Iterator[str]:
    for place in ("1", "2"):
        label, data = (attribute(tree.css_first(f"meta[name='twitter:{part}{place}' i]"), "content") for part in _CARD)
        amount = read_amount(re.sub(r"[^\d.,' ]", "", data)) if _LABEL.fullmatch(label.strip(": ")) else None
        if amount is not None:
            name = attribute(tree.css_first("meta[property='og:title']"), "content") or text_of(tree.css_first("title"))
            yield f'name="{name}" price="{amount}"'


def data_claims(data: str, names: Sequence[str], visible: VisiblePrices, *, is_named: bool = False) -> list[Claim]:
    """The price that the page shows first, where it is the only one and its data name it and the product's title.

    Args:
        data: What `own_data` found.
        names: What the page calls its product.
        visible: What the page shows.
        is_named: Whether markup around the product names it already, without its price.

    Returns:
        One claim, or none where a witness is missing.
    """
    currency = _only_currency(data)
    told = ((Decimal(match[1]), match.start(1)) for match in islice(_PRICED.finditer(data), _MOST_PRICED))
    amounts = {amount for amount, place in told if is_named or _names_one(_objects_around(data, place), names)}
    shown = visible.only_price(currency) or (visible.only_bare_price(amounts, currency) if currency else None)
    if shown is None or shown.amount not in amounts:
        return []
    price = Price(shown.amount, shown.currency, str(shown.amount))
    return [Claim("shown+data", (price,), name=names[0], gtins=_gtins(data, names))]


def asked_variation(tree: LexborHTMLParser, url: str) -> frozenset[Decimal] | None:
    """The prices of the variations that an address asks for by attributes, as WooCommerce keeps them.

    Returns:
        None where it asks for none, or the page keeps none.
    """
    asked = {key: value for key, value in parse_qsl(urlsplit(url).query) if key.startswith("attribute_")}
    kept = attribute(tree.css_first("[data-product_variations]"), "data-product_variations") if asked else ""
    if not kept:
        return None
    try:
        every: list[dict[str, Any]] = json.loads(kept)
        own = [one for one in every if all(one["attributes"].get(key) in {"", value} for key, value in asked.items())]
        return frozenset(Decimal(str(one["display_price"])) for one in own)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        return frozenset()


def data_currency(data: str, names: Sequence[str], amount: Decimal, shop: str) -> str | None:
    """The currency of an amount that a page shows and publishes without one.

    Its data name one, the same everywhere, beside the product and the amount; and it is that of the shop's country.

    Args:
        data: What `own_data` found.
        names: What the page calls its product.
        amount: The published amount.
        shop: The shop's host, whose last part may be a country's.
    """
    currency = _only_currency(data)
    if currency is None or currency != _COUNTRIES.get(shop.rpartition(".")[2]):
        return None
    objects = (_objects_around(data, match.start()) for match in islice(_CURRENCY.finditer(data), _MOST_MARKED))
    told = (text for around in objects for text in around if _names_one([text], names))
    return currency if any(Decimal(number) == amount for text in told for number in _NUMBER.findall(text)) else None


def _only_currency(data: str) -> str | None:
    found = set(_CURRENCY.findall(data))
    return found.pop() if len(found) == 1 else None


def _gtins(data: str, names: Sequence[str]) -> frozenset[str]:
    """The numbers of goods in data, where an object with one of them also names the product."""
    found = list(islice(_NUMBERED.finditer(data), _MOST_MARKED))
    numbers = {gtin_of(match[1]) for match in found} - {None}
    is_own = any(_names_one(_objects_around(data, match.start())[:1], names) for match in found)
    return frozenset(number for number in numbers if number) if is_own else frozenset()


def _objects_around(data: str, place: int) -> list[str]:
    """The text of the braces around a place, and of those around them, without what other braces hold; bounded."""
    ahead, behind = data[max(place - _SIDE, 0) : place], data[place : place + _SIDE]
    for _ in range(_DEEPEST):
        ahead, behind = _INNERMOST.sub("", ahead), _INNERMOST.sub("", behind)
    outer, _, inner = ahead.rpartition("{")
    own, _, later = behind.partition("}")
    _, is_nested, around = outer.rpartition("{")
    return [inner + own, *([around + later.partition("}")[0]] if is_nested else [])]


def _names_one(objects: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a whole value in one of these texts is what the page calls its product."""
    values = {folded(value.strip()) for text in objects for value in _VALUE.findall(text.replace('\\"', '"'))}
    return not values.isdisjoint(folded(name) for name in names)
