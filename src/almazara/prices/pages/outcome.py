"""What reading a page can end in: an offer, none, a block, a page that cannot be read surely, or a list."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from almazara.prices.schema import Availability, NamedPrice


class Condition(StrEnum):
    """State of the goods that the featured offer sells; a used one is never featured."""

    NEW = "new"
    REFURBISHED = "refurbished"


class BlockKind(StrEnum):
    """How the shop refused to show the page."""

    CAPTCHA = "captcha"
    CONTINUE_SHOPPING = "continue_shopping"
    CHALLENGE = "challenge"
    ERROR_PAGE = "error_page"
    RATE_LIMIT = "rate_limit"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Price for a unit of measure, as the page prints it.

    Attributes:
        amount: Price of one `per`.
        per: What it is the price of, as printed: `l`, `100 ml`, `unit`.
    """

    amount: Decimal
    currency: str
    per: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The featured offer of a product page.

    Attributes:
        price: What one unit costs now, without delivery.
        currency: ISO 4217 code of what is printed, which may be the visitor's currency.
        shop: Host of the shop without `www.`.
        sku: ASIN on Amazon, the shop's own number elsewhere, None where none is shown.
        list_price: Struck or recommended price shown beside it, in the same currency.
        rating: Stars of five, where shown.
        gtin: The number of the goods that the page publishes; see `gtin.gtin_of`.
        named: Other prices of the product, each with its condition.
        seen: Other prices of the same page that were not taken, each with its place.
    """

    price: Decimal
    currency: str
    price_text: str
    rule: str
    shop: str
    sku: str | None = None
    title: str | None = None
    list_price: Decimal | None = None
    unit_price: UnitPrice | None = None
    availability: Availability = Availability.UNKNOWN
    availability_text: str | None = None
    seller: str | None = None
    rating: Decimal | None = None
    review_count: int | None = None
    condition: Condition = Condition.NEW
    gtin: str | None = None
    named: tuple[NamedPrice, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The product's page says that nobody sells it as a featured new offer now."""

    reason: str
    rule: str
    shop: str
    sku: str | None = None
    title: str | None = None
    availability_text: str | None = None
    rating: Decimal | None = None
    review_count: int | None = None
    seen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """The shop answered with something other than the page: a captcha, a challenge, an error page."""

    kind: BlockKind
    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No price is surely this product's; `missing` names what was not found or contradicts itself.

    Attributes:
        contradicts: Whether the page says two things, or of another product: no rule of a shop's own is asked then.
    """

    missing: tuple[str, ...]
    reason: str
    sku: str | None = None
    title: str | None = None
    seen: tuple[tuple[str, str], ...] = ()
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class ListedOffer:
    """One result of a search or category page; without a price where the page shows none for it."""

    sku: str
    title: str
    price: Decimal | None = None
    currency: str | None = None
    list_price: Decimal | None = None
    url: str | None = None
    sponsored: bool = False
    rating: Decimal | None = None
    review_count: int | None = None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A search or category page: its results in the page's order."""

    offers: tuple[ListedOffer, ...]
    shop: str
    rule: str


class OverloadError(Exception):
    """A page has more of something than any page of goods: reading it would take long. Its argument says of what."""


Outcome = Offer | Unavailable | Blocked | Unreadable | ListingPage

_NAMES: dict[type, str] = {
    Offer: "offer",
    Unavailable: "unavailable",
    Blocked: "blocked",
    Unreadable: "unreadable",
    ListingPage: "listing",
}
_ALWAYS = ("price", "currency", "list_price", "unit_price", "asin", "title", "rule")


def as_dict(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain JSON values: amounts as decimal strings, `sku` also as `asin`.

    Every outcome has the keys outcome, price, currency, list_price, unit_price, asin, title and rule.
    """
    fields: dict[str, Any] = _plain(asdict(outcome))
    head = {"outcome": _NAMES[type(outcome)]} | dict.fromkeys(_ALWAYS)
    return head | fields | {"asin": fields.get("sku")}


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks whatever the dataclasses hold
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
