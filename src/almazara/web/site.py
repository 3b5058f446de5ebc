"""The whole site over an app: its pages, what they bring along, and errors as people read them."""

from collections.abc import Awaitable
from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route

from almazara import log
from almazara.api import errors
from almazara.errors import AlmazaraError, InputError, NotFoundError
from almazara.live import Kept
from almazara.web import categories, forecasts, overview, products, reader, routing, start
from almazara.web.assets import send_asset
from almazara.web.explore import pages as explore
from almazara.web.explore.live import LivePanel
from almazara.web.explore.pages import live_pictures
from almazara.web.explore.pictured import PREFIX
from almazara.web.films import model, people
from almazara.web.films import pages as films
from almazara.web.page import page

_PAGES: Final = (
    *start.PAGES,
    *reader.PAGES,
    *forecasts.PAGES,
    *model.PAGES,
    *films.PAGES,
    *people.PAGES,
    *overview.PAGES,
    *categories.PAGES,
    *products.PAGES,
    *explore.PAGES,
)
_MISSING: Final = 404
_WORDS: Final = {
    401: "key",
    403: "forbidden",
    _MISSING: "missing",
    405: "method",
    409: "busy",
    413: "large",
    422: "invalid",
    429: "often",
    503: "away",
}


def install(app: FastAPI) -> None:
    """Add the site to the API's app."""
    routing.install(app.router.routes, _PAGES)
    app.router.routes.append(Route("/estatico/{digest}/{name}", send_asset))
    app.state.panel = LivePanel(live_pictures(app))
    app.state.shown_films = Kept()
    app.router.routes.insert(0, Mount(PREFIX, app.state.panel))
    for kind in (AlmazaraError, HTTPException, Exception):
        _for_readers(app, kind)


def _for_readers(app: FastAPI, kind: type[Exception]) -> None:
    """Answer an error with a page where one was asked for, else as the API does."""
    otherwise = app.exception_handlers[kind]

    async def handler(request: Request, error: Exception) -> Response:
        if not routing.prefers_html(request.scope):
            answer = otherwise(request, error)
            return await answer if isinstance(answer, Awaitable) else answer
        return error_page(request, error)

    app.exception_handler(kind)(handler)


def error_page(request: Request, error: Exception) -> Response:
    """What happened, what to do, and near things that exist."""
    status, detail = 500, ""
    match error:
        case AlmazaraError():
            status, detail = errors.status_of(error), str(error)
        case HTTPException():
            status, detail = error.status_code, "" if error.status_code == _MISSING else str(error.detail)
        case _:
            log.event("unexpected_error", path=request.url.path, error=repr(error))
    near = error.suggestions if isinstance(error, InputError | NotFoundError) else []
    word = _WORDS.get(status, "failed")
    people = request.url.path.startswith("/personas/")
    answer = page(request, "error.html", status=status, word=word, detail=detail, near=near, people=people)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})  # which key is wanted, when to ask again, what may be asked
    return answer
