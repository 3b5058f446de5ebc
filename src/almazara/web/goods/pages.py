"""Goods that several shops sell: the list of them, and the page of one with its offers and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.films.parameters import START
from almazara.api.tables import Format, as_table
from almazara.figures.chart import Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.answering.good_stories import GoodDay, GoodRow, GoodStory
from almazara.prices.buying.policy import Why
from almazara.web.alerts import Watch, alerts, routes
from almazara.web.forms import back_to, guard, sent
from almazara.web.goods.pictures import good_chart, rows
from almazara.web.offers import compared, offers, spread
from almazara.web.overview import (
    SHOWN,
    Ahead,
    category_address,
    good_address,
    headline,
    per_litre,
    price_ruler,
    ruler_key,
    service,
)
from almazara.web.page import drawn, page, pages, reader_of
from almazara.web.products import past_facts
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Money, Said, named, said

_CHART_HEIGHT: Final = 340
_REASONED: Final = {Why.NOT_WORTH, Why.TOO_LITTLE, Why.WORTH, Why.RISE_ANNOUNCED}
"""What decides where enough is known: other decisions are to buy because nothing is."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A good of the list, in words already."""

    name: str
    page: str
    price: str | None
    per_litre: str | None
    where: Said
    spread: Said


async def goods(request: Request) -> Response:
    """All goods that several shops sell."""
    return page(request, "goods.html", here="prices", **await run_in_threadpool(_listed, request))


def _listed(request: Request) -> dict[str, Any]:
    language, start = reader_of(request).language, START.read(request)
    found, total = service(request).page_of_goods(start, SHOWN)
    return {
        "total": total,
        "rows": [_row(one, language) for one in found],
        "pages": pages(start, SHOWN, total),
        "demo": request.app.state.prices.demo_shop is not None,
    }


def _row(good: GoodRow, language: Language) -> _Row:
    best, prices, share = good.products[0], compared(good), spread(good)
    beside = said("site.goods.offers", n=len(good.products))
    if share is not None:
        beside = said("site.goods.spread" if share else "site.goods.level", n=len(prices), share=share)
    return _Row(
        name=good.title or good.good_id,
        page=good_address(good.good_id),
        price=numbers.money(prices[0], good.currency, language) if prices else None,
        per_litre=per_litre(best.latest, language) if prices else None,
        where=said("site.goods.at", shop=named("shop", best.shop)) if prices else said("site.goods.nowhere"),
        spread=beside,
    )


async def good(request: Request) -> Response:
    """One good; `formato=csv` is its days."""
    prices, key, language = service(request), request.path_params["key"], reader_of(request).language
    story = await run_in_threadpool(lambda: prices.good(key, language=language))
    if request.query_params.get("formato") == "csv":
        return as_table(story.days, GoodDay, Format.csv)
    shown = await run_in_threadpool(_described, story, language)
    return page(request, "good.html", here="prices", good=shown, may_write=guard(request).may_write(request))


def _described(story: GoodStory, language: Language) -> dict[str, Any]:
    """A good as its template shows it: the decision, its offers, its days, why, alerts."""
    good, advice = story.good, story.advice
    ahead = Ahead(advice.currency, None, advice.target_price)
    watched = _watch_of(good.good_id)
    return {
        "id": good.good_id,
        "name": good.title or good.good_id,
        "page": watched.page,
        "category": named("category", good.category) if good.category else None,
        "category_address": category_address(good.category or ""),
        "headline": _headline(story),
        "message": advice.message,
        "reasons": advice.reasons,
        "notices": story.notices,
        "ruler": price_ruler(story.recent, ahead, language),
        "ruler_key": ruler_key(story.recent, ahead),
        "facts": list(_facts(story, language)),
        "offers": list(offers(good, language)),
        "gtins": good.gtins,
        "changes": [*(["separar"] if len(good.products) > 1 else []), *(["olvidar"] if good.declared else [])],
        "ties": said(f"site.good.{_ties(good)}"),
        **_history(story, language),
        "alerts": alerts(watched, story.rules, good.currency),
    }


def _ties(good: GoodRow) -> str:
    """The word for why these offers are one good."""
    if len(good.products) > 1:
        return "declared_same" if good.declared else "by_gtin"
    return "declared_alone" if good.declared else "alone"


def _headline(story: GoodStory) -> Said:
    """The decision in a few words; where nothing speaks for it, the cheapest offer."""
    advice, best = story.advice, story.good.products[0]
    if advice.price is None or advice.target_price is not None:
        return headline(best, advice, is_known=advice.price is not None, is_forecast=False)
    shop = named("shop", best.shop)
    if {f"prices.advice.{why}" for why in _REASONED} & {one.code for one in advice.told}:
        return said("site.good.buy", shop=shop)
    return said("site.good.cheapest", price=Money(advice.price, advice.currency), shop=shop)


def _facts(story: GoodStory, language: Language) -> Iterator[tuple[str, str, str]]:
    """What it costs at best, and beside the dearest offer and the past; none that is not known."""
    good, best, prices = story.good, story.good.products[0], compared(story.good)
    if prices:
        shop = said("site.goods.at", shop=named("shop", best.shop)).text(language)
        yield _word("best", language), numbers.money(prices[0], good.currency, language), shop
    if prices and (litre := per_litre(best.latest, language)):
        yield said("site.product.per_litre").text(language), litre, ""
    if share := spread(good):
        dearest = numbers.money(prices[-1], good.currency, language)
        yield _word("dearest", language), dearest, _word("dearer", language, share=share)
    yield from past_facts(story.recent, story.advice, language)


def _word(name: str, language: Language, **figures: Figure) -> str:
    return said(f"site.good.{name}", **figures).text(language)


def _history(story: GoodStory, language: Language) -> dict[str, Any]:
    """The days as a picture and as a table."""
    chart, sign = good_chart(story, language), numbers.sign(story.good.currency or "")
    columns = [
        said("site.product.day").text(language),
        f"{_word('lowest', language)} ({sign})",
        said("site.category.shop").text(language),
    ]
    address = good_address(story.good.good_id)
    return {
        "title": said("site.good.history"),
        "picture": drawn(draw(chart, height=_CHART_HEIGHT)),
        "key": drawn(legend(chart)),
        "chart": chart,
        "daily": Table(columns, rows(story, language)),
        "downloads": [("CSV", f"{address}?formato=csv"), ("JSON", f"/goods/{quote(story.good.good_id, safe=':')}")],
        "chances": None,
        "model": None,
        "backtest": None,
    }


def _watch_of(key: str) -> Watch:
    return Watch(good_address(key), {"good": key})


async def declare(request: Request) -> Response:
    """Make one good of two products."""
    fields = await sent(request, "uno", "otro")
    same = [fields.get("uno", ""), fields.get("otro", "")]
    story = await run_in_threadpool(service(request).declare_good, same)
    return back_to(good_address(story.good.good_id))


async def separate(request: Request) -> Response:
    """Let a product be a good of its own."""
    product = (await sent(request, "producto")).get("producto", "")
    await run_in_threadpool(service(request).declare_good, [product])
    return back_to(good_address(product))


async def forget(request: Request) -> Response:
    """Forget what was declared of a product."""
    product = (await sent(request, "producto")).get("producto", "")
    await run_in_threadpool(service(request).undeclare, product)
    return back_to(good_address(product))


_PATH: Final = "/precios/articulo/{key:text}"
PAGES: Final = (
    Route("/precios/articulos", goods),
    Route("/precios/articulo", declare, methods=["POST"]),
    *routes(_PATH, lambda request: _watch_of(request.path_params["key"])),
    Route(f"{_PATH}/separar", separate, methods=["POST"]),
    Route(f"{_PATH}/olvidar", forget, methods=["POST"]),
    Route(_PATH, good),
)
