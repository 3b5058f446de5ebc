"""The start page: what is alive, for this state of things, and where to begin."""

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.health import ScraperWatch
from almazara.errors import UnavailableError
from almazara.movies.service import MovieService
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.web.alive import rulers, sought
from almazara.web.filters import typed
from almazara.web.page import page, reader_of

SOUGHT: Final = "producto"


async def start(request: Request) -> Response:
    """Two search boxes and what is there, whatever is missing: nothing is linked that is not."""
    state = request.app.state
    films = state.movies.current if state.movies.version is not None else None
    scraper = await run_in_threadpool(_report, state.scraper_watch)
    values = await run_in_threadpool(_alive, request, films, reads=scraper is not None)
    return page(request, "start.html", films=films, scraper=scraper, demo=state.prices.demo_shop is not None, **values)


def _alive(request: Request, films: MovieService | None, *, reads: bool) -> dict[str, Any]:
    """The rulers of what is there, and the products that are sought; of prices nothing while the store is away."""
    language, asked = reader_of(request).language, next(iter(typed(request.query_params, SOUGHT)), "")
    products = request.app.state.prices.service.overview_rows() if reads else ()
    found = sought(products, asked, language) if asked else []
    return {"alive": rulers(films, products, language), "asked": asked, "found": found}


def _report(watch: ScraperWatch) -> HealthReport | None:
    """How the scraper is; None while the store does not answer, which /health writes into the log."""
    try:
        return watch.report()
    except UnavailableError:
        return None


PAGES: Final = (Route("/", start),)
