"""What every path answers beside its routes: HEAD, OPTIONS, and pages of other sites that the settings name."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import METHOD_NOT_ALLOWED
from almazara.api.security import KEY_HEADER

NEXT_HEADER: Final = "X-Next-Cursor"
"""The header in which a table tells where its next page begins."""
_REMEMBERED_SECONDS: Final = "600"


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
