"""Pages of products: all of them by the price of a litre, and one with its decision, history and forecast."""

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
from almazara.prices.answers import Advice, DataQuery, Prediction, Product
from almazara.prices.service import PriceService
from almazara.web.page import drawn, page, reader_of
from almazara.web.pictures import history_chart
from almazara.words.said import Money, Said, said

_LEVELS: Final = (95, 80)
_AHEAD_DAYS: Final = 30
_SHOWN_DAYS: Final = 365
_CHART_HEIGHT: Final = 340


def service(request: Request) -> PriceService:
    """The price service of the app."""
    found: PriceService = request.app.state.prices.service
    return found


async def product(request: Request) -> Response:
    """One product: the decision first, then why."""
    values = await run_in_threadpool(_product, request, request.path_params["id"])
    return page(request, "product.html", here="prices", **values)


def _product(request: Request, listing_id: str) -> dict[str, Any]:
    prices, language = service(request), reader_of(request).language
    one, advice = prices.product(listing_id), prices.advice(listing_id, _AHEAD_DAYS, 1)
    since = prices.clock() - timedelta(days=_SHOWN_DAYS)
    rows, _ = prices.daily(DataQuery(product=listing_id, start=since))
    prediction = _prediction(prices, listing_id)
    chart = history_chart(rows, prediction, advice, language)
    return {
        "name": one.title or one.id,
        "headline": headline(one, advice),
        "message": advice.message,
        "reasons": advice.reasons,
        "picture": drawn(draw(chart, height=_CHART_HEIGHT)),
        "key": drawn(legend(chart)),
        "picture_says": chart.label,
        "horizon": _AHEAD_DAYS,
        "daily": Table(["día", "precio", "estado"], [[row.date, row.price, row.state] for row in reversed(rows)]),
        "downloads": [("CSV", f"/data?product={listing_id}&daily=true&format=csv&limit=10000")],
        "facts": [],
        "ruler": None,
    }


def _prediction(prices: PriceService, listing_id: str) -> Prediction | None:
    try:
        return prices.predict(listing_id, _AHEAD_DAYS, _LEVELS)
    except AlmazaraError:
        return None


def headline(one: Product, advice: Advice) -> Said:
    """The decision in two or three words."""
    if advice.price is None:
        return said("site.product.whenever" if one.latest and one.latest.price is None else "site.product.unknown")
    if advice.target_price is None:
        return said("site.product.buy")
    return said("site.product.wait", price=Money(advice.target_price, advice.currency))


PAGES: Final = (Route("/precios/{id}", product),)
