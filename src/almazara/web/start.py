"""The start page: what is alive, for this state of things, and where to begin."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.health import ScraperWatch
from almazara.errors import UnavailableError
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.web.page import page


async def start(request: Request) -> Response:
    """Two search boxes and what is there, whatever is missing: nothing is linked that is not."""
    state = request.app.state
    films = state.movies.current if state.movies.version is not None else None
    scraper = await run_in_threadpool(_report, state.scraper_watch)
    return page(request, "start.html", films=films, scraper=scraper, demo=state.prices.demo_shop is not None)


def _report(watch: ScraperWatch) -> HealthReport | None:
    """How the scraper is; None while the store does not answer, which /health writes into the log."""
    try:
        return watch.report()
    except UnavailableError:
        return None


PAGES: Final = (Route("/", start),)
