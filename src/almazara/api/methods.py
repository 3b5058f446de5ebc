"""What every path answers beside its routes: HEAD, OPTIONS, pages of other sites, too much asked at once."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException as Refusal
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import METHOD_NOT_ALLOWED
from almazara.api.security import KEY_HEADER
from almazara.words.said import said

NEXT_HEADER: Final = "X-Next-Cursor"
"""The header in which a table tells where its next page begins."""
_REMEMBERED_SECONDS: Final = "600"
_AT_ONCE: Final = 4
_WAITING: Final = 32
_RETRY_SECONDS: Final = 5
_HEAVY: Final = (
    "/advice",
    "/basket",
    "/categories",
    "/cheapest",
    "/data",
    "/explorar/",
    "/forecasts/",
    "/goods",
    "/overview",
    "/precios",
    "/story",
)
"""What paths begin with that are made of the histories of many products, or send many rows."""


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

        inner = {**scope, "method": "GET"} if is_bare else scope
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
        headers["Access-Control-Expose-Headers"] = f"Retry-After, {NEXT_HEADER}"
        if is_asked:
            headers["Access-Control-Allow-Methods"] = headers.get("Allow", "")
            headers["Access-Control-Allow-Headers"] = f"Content-Type, {KEY_HEADER}"
            headers["Access-Control-Max-Age"] = _REMEMBERED_SECONDS


def _options(refusal: Message) -> Message:
    """The start of an answer that is nothing but the methods which a refusal names."""
    return {**refusal, "status": 204, "headers": [(b"allow", MutableHeaders(scope=refusal)["Allow"].encode())]}


class HeavyReads:
    """Plain ASGI middleware: reads that cost much take turns, and beyond those that wait one is told to come again.

    A turn ends as soon as the answer is there, however slowly it is fetched. What is light, as the health, films and
    what is followed, needs none, so that there is always room for it.
    """

    def __init__(self, app: ASGIApp, at_once: int = _AT_ONCE, waiting: int = _WAITING) -> None:
        self._app = app
        self._turns = asyncio.Semaphore(at_once)
        self._room = waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_HEAVY):
            await self._app(scope, receive, send)
            return
        if self._turns.locked() and self._room == 0:
            refuse = scope["app"].exception_handlers[Refusal]
            await (await refuse(Request(scope), _busy()))(scope, receive, send)
            return
        self._room -= 1
        try:
            await self._turns.acquire()
        finally:
            self._room += 1
        has_turn = True

        def end_turn() -> None:
            nonlocal has_turn
            if has_turn:
                has_turn = False
                self._turns.release()

        async def answered(message: Message) -> None:
            end_turn()
            await send(message)

        try:
            await self._app(scope, receive, answered)
        finally:
            end_turn()


def _busy() -> HTTPException:
    return HTTPException(503, said("asking.request.busy"), {"Retry-After": str(_RETRY_SECONDS)})
