"""The basket: a form whose answer is an address that holds it all, and the cheapest split over shops of what it asks.

What somebody put together here last is kept in a cookie too, so that other pages can add to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.errors import InputError
from almazara.prices.answering.baskets import BasketAnswer
from almazara.prices.answers import MOST_PIECES
from almazara.prices.buying.basket_address import DELIVERY, THING, BasketAddress, read_basket
from almazara.prices.buying.basket_values import ShopPart
from almazara.prices.service import PriceService
from almazara.web.forms import back_to
from almazara.web.overview import good_address, product_address, service
from almazara.web.page import page, reader_of
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Money, Said, named, said, text_of

PATH: Final = "/precios/cesta"
_ITEM, _PIECES, _SHOP, _COST, _FREE_FROM, _MORE = "de", "piezas", "tienda", "envio_cuesta", "envio_gratis_desde", "mas"
_FIELDS: Final = (_ITEM, _PIECES, _SHOP, _COST, _FREE_FROM, _MORE)
_KEPT: Final = "cesta"
_KEPT_SECONDS: Final = 90 * 86_400
_IN_TABLE: Final = ("prices.basket.total", "prices.basket.part")
"""Sentences that the figures and the table say already."""
_LONGEST_KEPT: Final = 3000
"""Letters; browsers keep cookies of 4096 bytes."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """An item of the basket: `page` where it is known."""

    item: str
    name: str
    page: str | None
    pieces: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a shop takes for delivery, as the form holds it."""

    shop: str
    name: Said | str
    cost: str
    free_from: str


async def basket(request: Request) -> Response:
    """The basket of the address; what a form holds, or a link adds, leads to such an address."""
    asked = request.query_params
    if any(name in asked for name in _FIELDS):
        return _kept(_filled(asked, _before(request)))
    found = read_basket(asked.getlist(THING), asked.getlist(DELIVERY))
    if not found.quantities and not found.deliveries and (before := _before(request)).quantities:
        return back_to(_address(before))
    values = await run_in_threadpool(_described, service(request), found, reader_of(request).language)
    shared = f"{str(request.base_url).rstrip('/')}{_address(found)}"
    return page(request, "basket.html", here="prices", shared=shared, **values)


def _address(asked: BasketAddress) -> str:
    query = asked.query()
    return f"{PATH}?{query}" if query else PATH


def _filled(asked: QueryParams, before: BasketAddress) -> BasketAddress:
    """What a form asks for; a thing alone is added to what there was before.

    Raises:
        InputError: for what no basket holds, in the words of `read_basket`.
    """
    more = [text for text in asked.getlist(_MORE) if text]
    if all(name == _MORE for name in asked if name in _FIELDS):
        kept = parse_qs(before.query())
        return read_basket([*kept.get(THING, []), *(f"{one}~1" for one in more)], kept.get(DELIVERY, []))
    try:
        pieces = list(zip(asked.getlist(_ITEM), asked.getlist(_PIECES), strict=True))
        names = (_SHOP, _COST, _FREE_FROM)
        terms = list(zip(*(asked.getlist(name) for name in names), strict=True))
    except ValueError as error:
        raise InputError(said("site.basket.pairs")) from error
    things = [f"{item}~{count.strip()}" for item, count in pieces if count.strip().strip("0")]
    deliveries = ["~".join([shop, *filter(None, amounts)]) for shop, *amounts in map(_trimmed, terms) if any(amounts)]
    return read_basket([*things, *(f"{one}~1" for one in more)], deliveries)


def _trimmed(texts: tuple[str, ...]) -> list[str]:
    """A shop with its terms; from where delivery is free says nothing without what it costs below that."""
    shop, cost, free_from = (text.strip() for text in texts)
    return [shop, cost or ("?" if free_from else ""), free_from]


def _before(request: Request) -> BasketAddress:
    """The basket that was put together last; empty where there is none that can be read."""
    kept = parse_qs(request.cookies.get(_KEPT, "")[:_LONGEST_KEPT])
    try:
        return read_basket(kept.get(THING, []), kept.get(DELIVERY, []))
    except InputError:
        return BasketAddress()


def _kept(asked: BasketAddress) -> Response:
    """To the address of a basket, which is kept."""
    response = back_to(_address(asked) if asked.quantities else PATH)
    query = asked.query()
    if asked.quantities and len(query) <= _LONGEST_KEPT:
        response.set_cookie(_KEPT, query, max_age=_KEPT_SECONDS, path=PATH, httponly=True, samesite="lax")
    else:
        response.delete_cookie(_KEPT, path=PATH)
    return response


def _described(prices: PriceService, asked: BasketAddress, language: Language) -> dict[str, Any]:
    """The basket and its answer as the template shows them."""
    answer = prices.basket(asked)
    found = answer.basket
    told = [one for one in found.told if not one.code.startswith(_IN_TABLE)]
    told[1:1] = [said("site.basket.unknown", items=answer.unknown)] if answer.unknown else []
    return {
        "path": PATH,
        "query": answer.query,
        "headline": _headline(answer),
        "things": [_thing(item, pieces, answer) for item, pieces in asked.quantities.items()],
        "most": MOST_PIECES,
        "choices": list(_choices(prices, answer, language)),
        "terms": list(_terms(asked, answer, language)),
        "told": told,
        "facts": list(_facts(answer, language)),
        "parts": [_part(one, answer, language) for one in found.parts],
    }


def _headline(answer: BasketAnswer) -> Said:
    found = answer.basket
    if not answer.things and not answer.unknown:
        return said("site.basket.empty")
    if not found.parts:
        return said("site.basket.none")
    return said("site.basket.costs", total=Money(found.total, found.currency), n=len(found.parts))


def _thing(item: str, pieces: int, answer: BasketAnswer) -> _Thing:
    good = answer.things.get(item)
    return _Thing(item, (good and good.title) or item, good_address(good.good_id) if good else None, pieces)


def _choices(prices: PriceService, answer: BasketAnswer, language: Language) -> Iterator[tuple[str, str]]:
    """What can be added, by what a basket names it by: goods of several shops, and followed products of one."""
    inside = {one.id for good in answer.things.values() for one in good.products}
    goods = prices.good_rows()
    known = inside | {one.id for good in goods for one in good.products}
    found = [(good.good_id, good.title or good.good_id) for good in goods if good.products[0].id not in inside]
    for row in prices.overview_rows():
        one = row.product
        if one.id not in known:
            shop = named("shop", one.shop)
            found.append((one.id, said("site.basket.single", name=one.title or one.id, shop=shop).text(language)))
    yield from sorted(found, key=lambda one: (one[1], one[0]))


def _terms(asked: BasketAddress, answer: BasketAnswer, language: Language) -> Iterator[_Terms]:
    """The shops that sell what is asked for, and those whose terms were given."""
    selling = {one.shop for good in answer.things.values() for one in good.products}
    for shop in sorted(selling | set(asked.deliveries)):
        known = asked.deliveries.get(shop)
        free_from = known.free_from if known else None
        cost = _written(known.cost if known else None, language)
        yield _Terms(shop, named("shop", shop), cost, _written(free_from, language))


def _written(amount: Decimal | None, language: Language) -> str:
    """An amount as a form holds it: without marks for thousands, so that it is read again."""
    text = "" if amount is None else f"{amount:f}"
    return text.replace(".", ",") if language is Language.ES else text


def _facts(answer: BasketAnswer, language: Language) -> Iterator[tuple[str, str, str]]:
    """The sums of the split, and what it saves; none where nothing can be had."""
    found = answer.basket
    if not found.parts:
        return

    def fact(name: str, amount: Decimal, beside: str = "") -> tuple[str, str, str]:
        return said(f"site.basket.{name}").text(language), numbers.money(amount, found.currency, language), beside

    yield fact("goods", found.goods)
    yield fact("delivery", found.delivery)
    if found.single is not None and found.saving:
        shop = said("site.goods.at", shop=named("shop", found.single.shop)).text(language)
        yield fact("at_once", found.single.total, shop)
        yield fact("saving", found.saving)


def _part(part: ShopPart, answer: BasketAnswer, language: Language) -> Mapping[str, Any]:
    """What is bought at one shop."""
    currency = answer.basket.currency

    def money(amount: Decimal) -> str:
        return numbers.money(amount, currency, language)

    lines = [
        (
            one.offer.title or one.item,
            product_address(one.offer.listing),
            one.quantity,
            money(one.offer.price),
            money(one.goods),
        )
        for one in part.lines
    ]
    return {
        "shop": text_of(named("shop", part.shop), language),
        "lines": lines,
        "delivery": money(part.delivery) if part.delivery_known else None,
        "total": money(part.total),
    }


PAGES: Final = (Route(PATH, basket),)
