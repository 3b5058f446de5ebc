"""What a page claims of its product for machines, in one form for JSON-LD, microdata and meta elements."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from almazara.prices.money import Mark, is_number, parse_price
from almazara.prices.pages.request import folded
from almazara.prices.pages.shops.told import State
from almazara.prices.schema import Availability, NamedPrice
from almazara.words.numbers import places

_CODE = re.compile(r"[A-Z]{3}")
_MACHINE = re.compile(r"[0-9]{1,9}(?:\.([0-9]+))?")
_EITHER = re.compile(r"(?<![\d.,'’ ])[1-9]\d{0,2}[.,]\d{3}(?![\d.,])")  # noqa: RUF001 - as shops print it
_FORMER_CODES: Final = {"RUR": "RUB"}
_CENTS: Final = 2
_MILS: Final = 3

# The last part of a schema.org address, or what shops write instead, in letters only; what can best be bought first.
_AVAILABILITY: Final = {
    Availability.IN_STOCK: (
        "instock", "onlineonly", "availableforordering", "available", "disponible", "enstock", "verfugbar", "auflager",
        "lieferbar", "disponibile", "opvoorraad", "disponivel", "emestoque", "stoktavar",
    ),
    Availability.LIMITED: ("limitedavailability", "instoreonly"),
    Availability.PREORDER: ("preorder", "presale", "backorder", "availablefororder", "madetoorder"),
    Availability.UNAVAILABLE: (
        "outofstock", "soldout", "discontinued", "reserved", "oos", "unavailable", "notavailable", "agotado",
        "sinstock", "sinexistencias", "nodisponible", "ausverkauft", "nichtverfugbar", "nichtlieferbar", "epuise",
        "rupture", "rupturedestock", "indisponible", "esaurito", "nondisponibile", "uitverkocht",
        "nietleverbaar", "esgotado",        "indisponivel", "tukendi", "stoktayok",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """One published price: its amount, its currency where said, and the words."""

    amount: Decimal
    currency: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of the page's product.

    Attributes:
        source: `json-ld`, `microdata` or `meta`.
        prices: Distinct prices of new offers; more than one when offers or variants differ.
        ranged: Whether it names a range (low and high), or a lowest price only.
        untaxed: Whether it says that its price is without tax: only what the page shows can confirm it.
        limit: Why the prices that it names are not the product's, where it names no other.
        limited: Amounts of such prices.
        availability: Of the offers, the best one.
        list_price: What the source itself calls the usual, original or recommended price.
        state: Of the goods that are priced; of several offers, of which none is of new goods, the best known.
        numbers: What it is numbered: the shop's number, ISBN and GTIN.
        gtins: The numbers of goods among them that are surely of the one that is priced.
        named: Other prices, in the currency of `prices`.
        pinned: Whether the page's address has chosen it among several offers or variants.
    """

    source: str
    prices: tuple[Price, ...] = ()
    ranged: bool = False
    untaxed: bool = False
    limit: str | None = None
    limited: frozenset[Decimal] = frozenset()
    availability: Availability | None = None
    availability_text: str | None = None
    list_price: Decimal | None = None
    state: State = State.NEW
    name: str | None = None
    sku: str | None = None
    numbers: frozenset[str] = frozenset()
    gtins: frozenset[str] = frozenset()
    named: tuple[NamedPrice, ...] = ()
    pinned: bool = False
    seller: str | None = None
    rating: str | None = None
    review_count: str | None = None


def published_price(value: object, currency: object, decimal: Mark | None = None) -> Price | None:
    """A price as written in markup: a machine's number, or a number in the shop's locale with its currency's mark.

    None when it is zero, doubtful, or anything else is said with it: `desde 39.95`, `39.95 al mes`, `$39.95` in euros.

    Args:
        value: What the markup holds.
        currency: What it names as currency.
        decimal: The decimal mark of the page's language, by which `£3.355` is no 3355. Without it three digits behind
            the only mark are neither thousands nor decimals.
    """
    code = currency_code(currency)
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    match = _MACHINE.fullmatch(text)
    if match is not None:
        amount = _machine_amount(text, match[1] or "", code)
        return Price(amount, code, text) if amount else None
    if not is_number(text) or (decimal is None and _EITHER.search(text)):
        return None
    money = parse_price(text, currency_hint=code, decimal=decimal)
    if money is None or (code is not None and money.currency != code) or not _has_places(money.amount, money.currency):
        return None
    return Price(money.amount, money.currency, text)


def _has_places(amount: Decimal, code: str) -> bool:
    """Whether an amount has no more decimals than its currency."""
    return amount == round(amount, places(code))


def _machine_amount(text: str, decimals: str, code: str | None) -> Decimal | None:
    """A number with a decimal point; no more decimals than the currency has, rounding noise removed."""
    amount = Decimal(text)
    least = places(code)
    if len(decimals.rstrip("0")) <= least and not (len(decimals) == _MILS and least == _CENTS):
        return amount
    rounded = round(amount, least)
    noise = len(decimals) > 2 * _MILS and abs(amount - rounded) < Decimal("0.00001")
    return rounded if noise else None


def currency_code(value: object) -> str | None:
    """A three-letter code, or None."""
    text = value.strip().upper() if isinstance(value, str) else ""
    text = _FORMER_CODES.get(text, text)
    return text if _CODE.fullmatch(text) else None


def availability_of(value: object) -> Availability | None:
    """The meaning of `https://schema.org/InStock`, `in stock`, `Agotado`; None when it says nothing known."""
    text = value if isinstance(value, str) else ""
    word = re.sub(r"[^a-z]", "", folded(text.rsplit("/", 1)[-1].rsplit("#", 1)[-1]))
    return next((meaning for meaning, words in _AVAILABILITY.items() if word in words), None)


def combined_availability(values: list[Availability]) -> Availability | None:
    """Of several variants or offers: any that can be bought makes the page one that can be."""
    return next((meaning for meaning in _AVAILABILITY if meaning in values), None)


def agreed_availability(values: list[Availability]) -> Availability | None:
    """What several statements about the same offer agree on; unknown when they contradict each other."""
    meanings = set(values)
    if len(meanings) > 1:
        return Availability.UNKNOWN
    return meanings.pop() if meanings else None


def decimal_or_none(value: object) -> Decimal | None:
    """A number of any JSON form, or None."""
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
