"""What every path answers beside its routes: HEAD, OPTIONS, other sites' pages, what browsers heed of any answer."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import METHOD_NOT_ALLOWED, around_everything
from almazara.api.security import KEY_HEADER

NEXT_HEADER: Final = "X-Next-Cursor"
"""The header in which a table tells where its next page begins."""
OTHERS_HEADER: Final = "X-Not-Followed"
"""The header in which the list of what is followed tells how much else is kept."""
_REMEMBERED_SECONDS: Final = "600"
TOLD: Final = {
    b"content-security-policy": b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
}
"""Where an answer says nothing else itself: nothing of it is run or framed; pictures have styles in them."""
_LOCATION: Final = b"location"
_ORIGIN: Final = re.compile(rb"\A[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_STROKES: Final = b"/\\ \t\r\n"  # two of the first, between which browsers skip the others, begin the name of a host


ASKED: Final = "almazara.method"
"""In the scope of what is answered as GET: the method that was asked for."""


class Methods:
    """Plain ASGI middleware; answers HEAD as GET without the body, and OPTIONS with the methods of the path.

    Browsers let pages of the `origins` read every answer, and send what the path takes; whether that may be written is
    for the guard to say, as of any other request.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (self._origins or scope["method"] in {"HEAD", "OPTIONS"}):
            await self._app(scope, receive, send)
            return
        method, origin = scope["method"], Headers(scope=scope).get("origin", "")
        is_bare = method == "HEAD"

        async def answered(message: Message) -> None:
            nonlocal is_bare
            if message["type"] == "http.response.start":
                # No route has OPTIONS: its refusal names the methods that there are.
                if method == "OPTIONS" and message["status"] == METHOD_NOT_ALLOWED:
                    message, is_bare = _options(message), True
                if self._origins:
                    self._open(MutableHeaders(scope=message), origin, is_asked=method == "OPTIONS")
            elif is_bare:
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET", ASKED: method} if is_bare else scope
        try:
            await self._app(inner, receive, answered)
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]  # by which requests are counted

    def _open(self, headers: MutableHeaders, origin: str, *, is_asked: bool) -> None:
        headers.add_vary_header("Origin")
        if origin not in self._origins:
            return
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = f"Retry-After, {NEXT_HEADER}, {OTHERS_HEADER}"
        if is_asked:
            headers["Access-Control-Allow-Methods"] = headers.get("Allow", "")
            headers["Access-Control-Allow-Headers"] = f"Content-Type, {KEY_HEADER}"
            headers["Access-Control-Max-Age"] = _REMEMBERED_SECONDS


def _options(refusal: Message) -> Message:
    """The start of an answer that is nothing but the methods which a refusal names."""
    return {**refusal, "status": 204, "headers": [(b"allow", MutableHeaders(scope=refusal)["Allow"].encode())]}


def complete_answers(app: FastAPI) -> None:
    """Give every answer of the app, errors and files included, the headers that browsers heed; see `completed`."""
    around_everything(app, AnswerHeaders)


class AnswerHeaders:
    """Plain ASGI middleware; see `completed`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = completed(message.get("headers", ()))
            await send(message)

        await self._app(scope, receive, told)


def completed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that every answer has; where it leads elsewhere, on this host."""
    own = [(name, within(value) if name.lower() == _LOCATION else value) for name, value in headers]
    named = {name.lower() for name, _ in own}
    return [*own, *(one for one in TOLD.items() if one[0] not in named)]


def within(location: bytes) -> bytes:
    """The same place on the host that was asked, whatever it was called: Starlette repeats the name that came.

    Example:
        >>> within(b"http://evil.example/docs?a=1"), within(b"//evil.example"), within(b"/docs")
        (b'/docs?a=1', b'/evil.example', b'/docs')
    """
    return b"/" + _ORIGIN.sub(b"", location).lstrip(_STROKES)
