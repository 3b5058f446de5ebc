"""Pages of films: search, one film, lists for a taste."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.movies.service import MovieService
from almazara.web.page import page

_SHOWN: Final = 12


def service(request: Request) -> MovieService:
    """The film service of the version in use; UnavailableError where there is none."""
    films: MovieService = request.app.state.movies.current
    return films


async def films(request: Request) -> Response:
    """Search as one types: the same list as a page, and alone for HTMX."""
    asked = request.query_params.get("q", "").strip()
    found = service(request).search(asked, _SHOWN) if asked else None
    part = "film_hits.html" if "hx-request" in request.headers else "films.html"
    return page(request, part, here="films", asked=asked, found=found, films=service(request))


PAGES: Final = (Route("/peliculas", films),)
