"""A basket as the query of an address, so that it can be kept and sent: `cosa=ID~2&cosa=ID&envio=SHOP~4.99~49`.

A quantity stands behind the last `~`; without one it is 1. A shop is a host, and holds no `~`: behind it stand what it
takes for an order, and from which amount on it takes nothing, if from any.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode

from almazara.errors import InputError
from almazara.prices.answers import MOST_PIECES
from almazara.prices.buying.basket import MOST_ITEMS, MOST_SHOPS
from almazara.prices.buying.basket_values import Delivery
from almazara.words.said import said

THING: Final = "cosa"
DELIVERY: Final = "envio"
_MARK: Final = "~"
_LONGEST: Final = 200
_SHOWN: Final = 60
_QUANTITY: Final = re.compile(r"[0-9]{1,4}")
_AMOUNT: Final = re.compile(r"[0-9]{1,5}(?:[.,][0-9]{1,2})?")
_PARTS: Final = (2, 3)


@dataclass(frozen=True, slots=True)
class BasketAddress:
    """What an address asks for: the pieces of each item, and the terms of shops, in the order of naming."""

    quantities: Mapping[str, int] = field(default_factory=dict)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)

    def query(self) -> str:
        """It as the query of an address, without `?`; `read_basket` reads it again."""
        things = [(THING, _thing(item, quantity)) for item, quantity in self.quantities.items()]
        terms = [(DELIVERY, _delivery(shop, delivery)) for shop, delivery in self.deliveries.items()]
        return urlencode([*things, *terms], safe=":", quote_via=quote)


def read_basket(things: Sequence[str], deliveries: Sequence[str]) -> BasketAddress:
    """What the values of THING and of DELIVERY say, which are decoded already; O(length).

    An item that is named twice adds up; a shop may be named twice only to say the same.

    Raises:
        InputError: for what cannot be read, and more items, pieces or shops than a basket holds.
    """
    return BasketAddress(_quantities(things), _deliveries(deliveries))


def _quantities(things: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in things:
        item, _, count = text.rpartition(_MARK) if _MARK in text else (text, _MARK, "1")
        if not _is_name(item) or not _QUANTITY.fullmatch(count) or not int(count):
            raise InputError(said("prices.basket.thing", text=_shown(text), most=MOST_PIECES))
        found[item] = found.get(item, 0) + int(count)
        if found[item] > MOST_PIECES:
            raise InputError(said("prices.basket.pieces", item=_shown(item), n=found[item], most=MOST_PIECES))
    if len(found) > MOST_ITEMS:
        raise InputError(said("prices.basket.too_many_items", items=len(found), most=MOST_ITEMS))
    return found


def _deliveries(texts: Sequence[str]) -> dict[str, Delivery]:
    found: dict[str, Delivery] = {}
    for text in texts:
        shop, *amounts = text.split(_MARK, max(_PARTS))
        read = [Decimal(one.replace(",", ".")) for one in amounts if _AMOUNT.fullmatch(one)]
        shop = shop.strip().lower().removeprefix("www.")  # as listings name shops
        if not _is_name(shop) or len(read) != len(amounts) or 1 + len(read) not in _PARTS or not all(read[1:]):
            raise InputError(said("prices.basket.delivery", text=_shown(text)))
        delivery = Delivery(*read)
        if found.setdefault(shop, delivery) != delivery:
            raise InputError(said("prices.basket.delivery_twice", shop=_shown(shop)))
    if len(found) > MOST_SHOPS:
        raise InputError(said("prices.basket.too_many_shops", shops=len(found), most=MOST_SHOPS))
    return found


def _thing(item: str, quantity: int) -> str:
    return item if quantity == 1 and _MARK not in item else f"{item}{_MARK}{quantity}"


def _delivery(shop: str, delivery: Delivery) -> str:
    amounts = [delivery.cost, *([] if delivery.free_from is None else [delivery.free_from])]
    return _MARK.join([shop, *(f"{amount:f}" for amount in amounts)])


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable() and text == text.strip() != ""


def _shown(text: str) -> str:
    """The beginning of a text, as an error repeats it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN])
