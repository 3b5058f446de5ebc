"""Pages of products: all of them by the price of a litre, and one with its decision, history and forecast."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.errors import AlmazaraError
from almazara.figures.chart import Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.answering.overview import OverviewRow
from almazara.prices.answers import DataQuery, Prediction
from almazara.prices.buying.recent import Recent
from almazara.prices.service import PriceService
from almazara.web.overview import headline, money_of, price_ruler, service
from almazara.web.page import drawn, page, reader_of
from almazara.web.pictures import history_chart
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import said

_LEVELS: Final = (95, 80)
_AHEAD_DAYS: Final = 30
_SHOWN_DAYS: Final = 365
_CHART_HEIGHT: Final = 340


async def product(request: Request) -> Response:
    """One product: the decision first, then why."""
    asked = service(request), request.path_params["id"], reader_of(request).language
    values = await run_in_threadpool(described, *asked)
    return page(request, "product.html", here="prices", product=values)


def described(prices: PriceService, listing_id: str, language: Language) -> dict[str, Any]:
    """A product as templates show it: the decision, and why."""
    one, advice = prices.product(listing_id), prices.advice(listing_id, _AHEAD_DAYS, 1)
    row = next(row for row in prices.overview() if row.product.id == listing_id)
    since = prices.clock() - timedelta(days=_SHOWN_DAYS)
    rows, _ = prices.daily(DataQuery(product=listing_id, start=since))
    prediction = _prediction(prices, listing_id)
    chart = history_chart(rows, prediction, advice, language)
    return {
        "id": one.id,
        "name": one.title or one.id,
        "headline": headline(row.product, row.plan, is_known=row.recent.prices[-1] is not None),
        "message": advice.message,
        "reasons": advice.reasons,
        "chart": chart,
        "picture": drawn(draw(chart, height=_CHART_HEIGHT)),
        "key": drawn(legend(chart)),
        "horizon": _AHEAD_DAYS,
        "daily": Table(["día", "precio", "estado"], [[row.date, row.price, row.state] for row in reversed(rows)]),
        "downloads": [("CSV", f"/data?product={listing_id}&daily=true&format=csv&limit=10000")],
        "facts": list(_facts(row, language)),
        "ruler": price_ruler(row, language),
    }


def _prediction(prices: PriceService, listing_id: str) -> Prediction | None:
    try:
        return prices.predict(listing_id, _AHEAD_DAYS, _LEVELS)
    except AlmazaraError:
        return None


def _facts(row: OverviewRow, language: Language) -> Iterator[tuple[str, str, str]]:
    """The figures below the ruler: what each is, itself, and what stands beside it; none that is not known."""
    known, latest = row.recent, row.product.latest
    if latest is None or latest.price is None or known.prices[-1] is None:
        return
    price = numbers.money(latest.price, latest.currency, language)
    yield _word("today", language), price, _since(known, language)
    if latest.price_per_litre is not None:
        yield (
            _word("per_litre", language),
            numbers.money(round(latest.price_per_litre, 2), latest.currency, language),
            "",
        )
    if known.share_cheaper is not None:
        share = said("site.product.of_days", share=known.share_cheaper).text(language)
        yield _word("cheaper", language), share, ""
    if known.low is not None and known.low_date is not None:
        low = money_of(known.low, latest.currency)
        yield (
            _word("lowest", language),
            said("site.product.amount", price=low).text(language),
            numbers.day(known.low_date, language),
        )
    if row.plan.target_price is not None:
        chance = said("site.product.of_times", share=row.plan.chance_of_paying_more).text(language)
        yield _word("pays_more", language), chance, ""


def _since(known: Recent, language: Language) -> str:
    return said("site.product.since", day=known.stands_since).text(language) if known.stands_since else ""


def _word(name: str, language: Language) -> str:
    return said(f"site.product.{name}").text(language)


PAGES: Final = (Route("/precios/{id}", product),)
