"""A limit on the size of request bodies: what the API takes is small, and memory is not for strangers to fill."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import problem

LARGEST_BODY: Final = 64 * 1024
_SENTENCE: Final = f"El cuerpo de la petición pasa de {LARGEST_BODY // 1024} KB."


class BodyLimit:
    """Plain ASGI middleware; refuses by the length that is announced, and counts where none is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > LARGEST_BODY:
            await problem(413, _SENTENCE)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413, _SENTENCE)
            return message

        await self._app(scope, counted, send)
