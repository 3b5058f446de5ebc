"""A basket that an address names, answered: each good at the shops where it can be had now, and the cheapest split."""

from collections.abc import Iterable
from dataclasses import dataclass

from almazara.prices.answering.good_stories import GoodRow, can_be_had, good_row
from almazara.prices.answering.known import Known
from almazara.prices.answers import Product
from almazara.prices.buying.basket import cheapest_basket
from almazara.prices.buying.basket_address import BasketAddress
from almazara.prices.buying.basket_values import Basket, ShopOffer, Wanted
from almazara.prices.buying.goods import good_meant


@dataclass(frozen=True, slots=True)
class BasketAnswer:
    """A basket with what it asks for.

    Attributes:
        query: The basket as the query of an address, so that it can be kept and sent.
        things: What each item is, by the id that the basket names it by.
        unknown: Items that are no good and no product.
        unused: Shops of which delivery terms were given, and that sell nothing of it now.
    """

    query: str
    basket: Basket
    things: dict[str, GoodRow]
    unknown: list[str]
    unused: list[str]


def basket_answer(known: Known, asked: BasketAddress) -> BasketAnswer:
    """The cheapest split of a basket over the shops where its goods can be had now.

    Raises:
        InputError: when it holds more than `cheapest_basket` takes.
    """
    listings = known.listings()
    meant = {item: good_meant(item, known.goods, listings) for item in asked.quantities}
    things = {item: good_row(good, known.shown(good.listings)) for item, good in meant.items() if good is not None}
    wanted = [
        Wanted(item, quantity, _offers(things[item].products), things[item].title)
        for item, quantity in asked.quantities.items()
        if item in things
    ]
    unknown = [item for item in asked.quantities if item not in things]
    selling = {offer.shop for one in wanted for offer in one.offers}
    unused = sorted(asked.deliveries.keys() - selling)
    return BasketAnswer(asked.query(), cheapest_basket(wanted, asked.deliveries), things, unknown, unused)


def _offers(products: Iterable[Product]) -> list[ShopOffer]:
    return [
        ShopOffer(one.id, one.shop, latest.price, latest.currency, one.title, one.url)
        for one in products
        if (latest := one.latest) and latest.price and latest.currency and can_be_had(one, latest.currency)
    ]
