"""The start page: what is alive, for this state of things, and where to begin."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.web.page import page


async def start(request: Request) -> Response:
    """Two search boxes and what is there; nothing is linked that is not."""
    state = request.app.state
    films = state.movies.current if state.movies.version is not None else None
    return page(request, "start.html", films=films, products=state.prices.service.products())


PAGES: Final = (Route("/", start),)
