"""The whole site over an app: its pages, what they bring along, and errors as people read them."""

from collections.abc import Awaitable
from typing import Final
from urllib.parse import quote

import fastapi
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount, Route
from starlette.types import Scope

from almazara import log
from almazara.api import errors
from almazara.errors import AlmazaraError, InputError, NotFoundError
from almazara.live import Kept
from almazara.web import categories, forecasts, manual, overview, products, reader, routing, signing_in, start
from almazara.web.assets import send_asset
from almazara.web.explore import pages as explore
from almazara.web.explore.live import LivePanel
from almazara.web.explore.pages import live_pictures
from almazara.web.explore.pictured import PREFIX
from almazara.web.films import model, people
from almazara.web.films import pages as films
from almazara.web.goods import basket
from almazara.web.goods import pages as goods
from almazara.web.page import page
from almazara.words.said import Said, said

_PAGES: Final = (
    *start.PAGES,
    *reader.PAGES,
    *forecasts.PAGES,
    *model.PAGES,
    *films.PAGES,
    *people.PAGES,
    *overview.PAGES,
    *categories.PAGES,
    *goods.PAGES,
    *basket.PAGES,
    *products.PAGES,
    *explore.PAGES,
    *signing_in.PAGES,
    *manual.PAGES,
)
_WORDS: Final = {
    401: "key",
    403: "forbidden",
    404: "missing",
    405: "method",
    409: "busy",
    413: "large",
    422: "invalid",
    429: "often",
    503: "away",
}


class _Assets(Route):
    """Tells, as routes of the API do, which route it is, by which requests are counted."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it fits, and what it adds to the scope."""
        match, child = super().matches(scope)
        return match, {**child, "route": self}


def install(app: FastAPI) -> None:
    """Add the site to the API's app."""
    routing.install(app.router.routes, _PAGES)
    app.router.routes.append(_Assets("/estatico/{digest}/{name}", send_asset))
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


def _near(path: str, name: str) -> tuple[Said | str, str | None]:
    """Something near that exists: what it is called, and its page where it has one."""
    if path.startswith("/personas/"):
        return name, f"/personas/{quote(name, safe='')}"
    if path.startswith("/precios/categoria/"):
        return name, overview.category_address(name)
    if path.startswith(explore.PATH) and name in explore.CHAPTER_NAMES:
        return said(f"site.explore.{name}"), f"{explore.PATH}/{name}"
    return name, None


def error_page(request: Request, error: Exception) -> Response:
    """What happened, what to do, and near things that exist."""
    status, told = 500, None
    match error:
        case AlmazaraError():
            status, told = errors.status_of(error), error.words
            errors.tell(request, error)
        case fastapi.HTTPException():
            status, told = error.status_code, error.detail
        case HTTPException():  # Starlette's own, for a path or a method that there is not
            status = error.status_code
        case _:
            log.event("unexpected_error", path=request.url.path, error=repr(error))
    names = error.suggestions if isinstance(error, InputError | NotFoundError) else []
    near = [_near(request.url.path, name) for name in names]
    word = _WORDS.get(status, "failed")
    answer = page(request, "error.html", status=status, word=word, told=told, near=near)
    if isinstance(error, HTTPException):
        answer.headers.update(errors.headers_of(request, error))
    return answer
