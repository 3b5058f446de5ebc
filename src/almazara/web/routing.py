"""Pages at the paths of the API: who asks for HTML gets the page, everyone else what the API answers."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

from almazara.api.weights import preferences

_FOUND: Final = "almazara.page"
AS_JSON: Final = b"formato=json"
_GOES_BACK: Final = "hx-history-restore-request"


def prefers_html(scope: Scope) -> bool:
    """Whether a request names HTML, and at least as gladly as JSON; one that takes anything is no reader of pages.

    Who follows a link of a page to what it shows asks with `formato=json`: browsers name HTML in any case. Who goes
    back to where HTMX changed a page and the address takes anything, and means the page.
    """
    if AS_JSON in scope["query_string"].split(b"&"):
        return False
    headers = dict(scope["headers"])
    if _GOES_BACK.encode() in headers:
        return True
    accept = headers.get(b"accept", b"").lower()
    if b"text/html" not in accept:
        return False
    wanted = dict(preferences(accept.decode("latin-1")))
    return 0 < wanted.get("text/html", 0.0) >= wanted.get("application/json", 0.0)


def wants_part(headers: Headers) -> bool:
    """Whether HTMX asks for what changes of a page, and not for the whole."""
    return "hx-request" in headers and _GOES_BACK not in headers


class _Named:
    """What a request is counted as: a page, and not the API route of the same path."""

    def __init__(self, route: Route) -> None:
        self.path = f"{route.path} (página)"
        self.path_format = route.path_format


class Pages(BaseRoute):
    """All pages as one route, so that a request of the API is looked at once, and not once a page."""

    def __init__(self, routes: Sequence[Route], *, only_for_readers: bool) -> None:
        self._routes = [(route, _Named(route)) for route in routes]
        self._only_for_readers = only_for_readers

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first page that fits the path and the method, or else the first that fits the path."""
        found: tuple[Match, Scope] = Match.NONE, {}
        if scope["type"] != "http" or (self._only_for_readers and not prefers_html(scope)):
            return found
        for route, named in self._routes:
            match, child = route.matches(scope)
            if match.value > found[0].value:
                found = match, {**child, _FOUND: route, "route": named}
            if match is Match.FULL:
                break
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the page answer that matched."""
        await scope[_FOUND].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:  # noqa: ANN401 - as its base has it
        """Nothing is looked up by name: pages name their paths."""
        raise NoMatchFound(name, path_params)


def install(routes: list[BaseRoute], pages: Sequence[Route]) -> None:
    """Put pages before the API for who asks for HTML, and after it for everyone."""
    routes.insert(0, Pages(pages, only_for_readers=True))
    routes.append(Pages(pages, only_for_readers=False))
