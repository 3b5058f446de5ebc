"""The start page: what is alive, for this state of things, and where to begin."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.health import ScraperWatch
from almazara.errors import UnavailableError
from almazara.movies.service import MovieService
from almazara.prices.answering.overview import OverviewRow
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.prices.service import PriceService
from almazara.web.alive import rulers, sought
from almazara.web.filters import typed
from almazara.web.page import page, reader_of

SOUGHT: Final = "producto"


async def start(request: Request) -> Response:
    """Two search boxes and what is there, whatever is missing: nothing is linked that is not."""
    state = request.app.state
    films = state.movies.current if state.movies.version is not None else None
    scraper = await run_in_threadpool(_report, state.scraper_watch)
    rows = await run_in_threadpool(_rows, state.prices.service) if scraper else None
    values = await run_in_threadpool(_alive, request, films, rows or ())
    scraper = None if rows is None else scraper
    return page(request, "start.html", films=films, scraper=scraper, demo=state.prices.demo_shop is not None, **values)


def _alive(request: Request, films: MovieService | None, products: Sequence[OverviewRow]) -> dict[str, Any]:
    """The rulers of what is there, and the products that are sought; of prices nothing while the store is away."""
    language, asked = reader_of(request).language, next(iter(typed(request.query_params, SOUGHT)), "")
    found = sought(products, asked, language) if asked else []
    return {"alive": rulers(films, products, language), "asked": asked, "found": found}


def _rows(prices: PriceService) -> Sequence[OverviewRow] | None:
    """What the overview shows; None while the store does not answer, or is damaged."""
    try:
        return prices.overview_rows()
    except UnavailableError:
        return None


def _report(watch: ScraperWatch) -> HealthReport | None:
    """How the scraper is; None while the store does not answer, which /health writes into the log."""
    try:
        return watch.report()
    except UnavailableError:
        return None


PAGES: Final = (Route("/", start),)
