"""What a basket asks for, and what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from almazara.words.said import Said


@dataclass(frozen=True, slots=True)
class ShopOffer:
    """One piece of a good, as a listing has it now; `price` is above 0, `currency` is ISO 4217."""

    listing: str
    shop: str
    price: Decimal
    currency: str
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A good that is to be bought, and the offers at which it can be had: fresh ones, and in stock.

    Attributes:
        item: Any id; one of each in a basket.
        quantity: 1 to MOST_PIECES.
        name: What people call it; its id where that is None.
    """

    item: str
    quantity: int
    offers: Sequence[ShopOffer]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a shop takes for an order, 0 or more, and from which amount of goods on it takes nothing, if any."""

    cost: Decimal
    free_from: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of an item at one offer, and what they cost."""

    item: str
    quantity: int
    offer: ShopOffer
    goods: Decimal


@dataclass(frozen=True, slots=True)
class ShopPart:
    """What is bought in one shop; `delivery` is 0, and `delivery_known` false, where its terms are not known."""

    shop: str
    lines: list[Line]
    goods: Decimal
    delivery: Decimal
    total: Decimal
    delivery_known: bool


@dataclass(frozen=True, slots=True)
class OtherCurrency:
    """An item that can be had in other currencies only."""

    item: str
    currencies: list[str]


@dataclass(frozen=True, slots=True)
class Basket:
    """The cheapest split of a basket, beside the alternatives; lists are in order of shop and of item.

    Attributes:
        currency: Of all amounts: the one in which most items can be had; None where none can be.
        parts: What to buy in each shop; a piece of an item may be in one, and the next in another.
        gap: No split is cheaper by more than this: 0 where it is proven that none is cheaper at all.
        single: The cheapest shop that has all that can be had, if one does.
        saving: Of the split against that shop, 0 or more.
        alone: Each item bought for itself where that is cheapest, with delivery, as an order of one line.
        missing: Items that nobody sells now.
        other_currency: Items that are not compared, for want of an offer in the currency.
        delivery_not_known: Shops of the split and of `single` whose terms are not known: they count as free.
        told: All of that in sentences.
    """

    currency: str | None
    parts: list[ShopPart]
    goods: Decimal
    delivery: Decimal
    total: Decimal
    gap: Decimal
    single: ShopPart | None
    saving: Decimal | None
    alone: list[ShopPart]
    missing: list[str]
    other_currency: list[OtherCurrency]
    delivery_not_known: list[str]
    told: list[Said]
