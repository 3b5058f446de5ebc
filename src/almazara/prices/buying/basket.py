"""A basket of goods and its cheapest split over shops, with what they take for delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from almazara.errors import InputError
from almazara.prices.answers import MOST_PIECES
from almazara.prices.buying.basket_values import (
    Basket,
    Delivery,
    Line,
    OtherCurrency,
    ShopOffer,
    ShopPart,
    Wanted,
)
from almazara.prices.buying.cheapest import FRESH_DAYS
from almazara.prices.buying.splitting import Pieces, Problem, Terms, in_one_shop, split
from almazara.prices.money import most_used
from almazara.words.said import Money, Said, named, said

MOST_ITEMS: Final = 40
MOST_SHOPS: Final = 30
_DECIMALS: Final = 2


def cheapest_basket(wanted: Sequence[Wanted], deliveries: Mapping[str, Delivery]) -> Basket:
    """The cheapest way to buy all that can be had, exactly; of several the one in the fewest shops.

    Shops without terms in `deliveries` count as free. More pieces than wanted are never bought to reach an amount. The
    order of items and offers does not matter. For the complexity see `splitting.split`.

    Raises:
        InputError: for more than MOST_ITEMS items, MOST_SHOPS shops or MOST_PIECES pieces of an item.
    """
    _check(wanted)
    currency = _currency(wanted)
    here = [one for one in sorted(wanted, key=lambda one: one.item) if currency in _currencies(one)]
    elsewhere = [
        one for one in sorted(wanted, key=lambda one: one.item) if one.offers and currency not in _currencies(one)
    ]
    counter = _Counter.of(here, currency, deliveries)
    found = split(counter.problem)
    parts = counter.parts(found.pieces)
    single = next((counter.parts(pieces)[0] for pieces in in_one_shop(counter.problem)), None)
    total = counter.amount(found.cost)
    goods = sum((part.goods for part in parts), counter.amount(0))
    basket = Basket(
        currency=currency,
        parts=parts,
        goods=goods,
        delivery=total - goods,
        total=total,
        gap=counter.amount(found.gap),
        single=single,
        saving=single.total - total if single else None,
        alone=counter.alone(),
        missing=sorted(one.item for one in wanted if not one.offers),
        other_currency=[OtherCurrency(one.item, sorted(_currencies(one))) for one in elsewhere],
        delivery_not_known=sorted(
            {one.shop for one in (*parts, *([single] if single else [])) if not one.delivery_known}
        ),
        told=[],
    )
    basket.told.extend(_told(basket, {one.item: one.name or one.item for one in wanted}))
    return basket


@dataclass(frozen=True, slots=True)
class _Counter:
    """The basket in whole numbers, and how answers become amounts again.

    Attributes:
        offers: The cheapest of each item and shop.
        places: Decimals of the least coin that an amount needs.
    """

    wanted: Sequence[Wanted]
    shops: Sequence[str]
    offers: Mapping[tuple[int, int], ShopOffer]
    deliveries: Mapping[str, Delivery]
    places: int
    problem: Problem

    @classmethod
    def of(cls, wanted: Sequence[Wanted], currency: str | None, deliveries: Mapping[str, Delivery]) -> "_Counter":
        """What is wanted, of which each has an offer in the currency."""
        compared = [[offer for offer in one.offers if offer.currency == currency] for one in wanted]
        shops = sorted({offer.shop for offers in compared for offer in offers})
        if len(shops) > MOST_SHOPS:
            raise InputError(said("prices.basket.too_many_shops", shops=len(shops), most=MOST_SHOPS))
        places = _places([*(offer.price for offers in compared for offer in offers), *_amounts(shops, deliveries)])
        at = {shop: place for place, shop in enumerate(shops)}
        best: dict[tuple[int, int], ShopOffer] = {}
        for item, offers in enumerate(compared):
            for offer in sorted(offers, key=lambda one: (one.price, one.listing)):
                best.setdefault((item, at[offer.shop]), offer)
        prices: list[dict[int, int]] = [{} for _ in wanted]
        for (item, shop), offer in best.items():
            prices[item][shop] = _coins(offer.price, places)
        terms = [_terms(deliveries.get(shop), places) for shop in shops]
        return cls(wanted, shops, best, deliveries, places, Problem([one.quantity for one in wanted], prices, terms))

    def amount(self, coins: int) -> Decimal:
        """Coins as money."""
        return Decimal(coins).scaleb(-self.places)

    def parts(self, pieces: Pieces) -> list[ShopPart]:
        """A split by shop."""
        return [self._part(shop, goods, pieces) for shop, goods in self.problem.goods(pieces).items()]

    def alone(self) -> list[ShopPart]:
        """Each item for itself; all its pieces in one shop, since two are never cheaper for one item."""
        found = []
        for item, (quantity, prices) in enumerate(zip(self.problem.quantities, self.problem.prices, strict=True)):
            ways: list[Pieces] = [{(item, shop): quantity} for shop in sorted(prices)]
            found += self.parts(min(ways, key=self.problem.cost))
        return found

    def _part(self, shop: int, goods: int, pieces: Pieces) -> ShopPart:
        delivery = self.problem.terms[shop].of(goods)
        lines = [
            Line(
                item=self.wanted[item].item,
                quantity=count,
                offer=self.offers[item, shop],
                goods=self.amount(count * self.problem.prices[item][shop]),
            )
            for (item, at), count in sorted(pieces.items())
            if at == shop
        ]
        return ShopPart(
            shop=self.shops[shop],
            lines=lines,
            goods=self.amount(goods),
            delivery=self.amount(delivery),
            total=self.amount(goods + delivery),
            delivery_known=self.shops[shop] in self.deliveries,
        )


def _check(wanted: Sequence[Wanted]) -> None:
    if len(wanted) > MOST_ITEMS:
        raise InputError(said("prices.basket.too_many_items", items=len(wanted), most=MOST_ITEMS))
    for one in wanted:
        if not 1 <= one.quantity <= MOST_PIECES:
            raise InputError(said("prices.basket.pieces", item=one.name or one.item, n=one.quantity, most=MOST_PIECES))


def _currencies(wanted: Wanted) -> set[str]:
    return {offer.currency for offer in wanted.offers}


def _currency(wanted: Sequence[Wanted]) -> str | None:
    """The one in which most items can be had, of several the first by the alphabet; None where nothing can be had."""
    return next(iter(most_used(currency for one in wanted for currency in _currencies(one))), None)


def _amounts(shops: Sequence[str], deliveries: Mapping[str, Delivery]) -> list[Decimal]:
    known = [deliveries[shop] for shop in shops if shop in deliveries]
    return [amount for one in known for amount in (one.cost, one.free_from) if amount is not None]


def _places(amounts: Sequence[Decimal]) -> int:
    """With how many decimals all amounts are whole coins: two at least."""
    exponents = [amount.as_tuple().exponent for amount in amounts]
    return max([_DECIMALS, *(-exponent for exponent in exponents if isinstance(exponent, int))])


def _coins(amount: Decimal, places: int) -> int:
    return int(amount.scaleb(places))


def _terms(delivery: Delivery | None, places: int) -> Terms:
    if delivery is None:
        return Terms()
    free_from = None if delivery.free_from is None else _coins(delivery.free_from, places)
    return Terms(_coins(delivery.cost, places), free_from)


def _told(basket: Basket, names: Mapping[str, str]) -> list[Said]:
    """The answer in sentences, by the names of its items."""
    told = [*_told_of_split(basket), *_told_of_single(basket)]
    if basket.missing:
        told.append(said("prices.basket.missing", items=[names[item] for item in basket.missing]))
    if basket.other_currency:
        items = [f"{names[one.item]} ({', '.join(one.currencies)})" for one in basket.other_currency]
        told.append(said("prices.basket.other_currency", items=items))
    if basket.delivery_not_known:
        told.append(
            said("prices.basket.delivery_not_known", shops=[named("shop", one) for one in basket.delivery_not_known])
        )
    return [*told, said("prices.basket.fresh", days=FRESH_DAYS)]


def _told_of_split(basket: Basket) -> list[Said]:
    def money(amount: Decimal) -> Money:
        return Money(amount, basket.currency)

    if not basket.parts:
        return [said("prices.basket.nothing")]
    of_all = {"goods": money(basket.goods), "delivery": money(basket.delivery)}
    told = [said("prices.basket.total", total=money(basket.total), n=len(basket.parts), **of_all)]
    told += [_told_of_part(part, basket.currency) for part in basket.parts]
    return [*told, said("prices.basket.not_proven", gap=money(basket.gap))] if basket.gap else told


def _told_of_part(part: ShopPart, currency: str | None) -> Said:
    code = "prices.basket.part" if part.delivery else "prices.basket.part_free"
    return said(
        code if part.delivery_known else "prices.basket.part_unknown",
        shop=named("shop", part.shop),
        n=sum(line.quantity for line in part.lines),
        goods=Money(part.goods, currency),
        delivery=Money(part.delivery, currency),
    )


def _told_of_single(basket: Basket) -> list[Said]:
    if basket.single is None:
        return [said("prices.basket.no_single")] if basket.parts else []
    if not basket.saving:
        return [said("prices.basket.no_saving")]
    single, saving = Money(basket.single.total, basket.currency), Money(basket.saving, basket.currency)
    return [said("prices.basket.saving", shop=named("shop", basket.single.shop), single=single, saving=saving)]
