"""A limit on the size of request bodies: what the API takes is small, and memory is not for strangers to fill."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import problem

LARGEST_BODY: Final = 64 * 1024
LARGEST_BODIES: Final = {"/eventos": 512 * 1024}  # a thousand events


class BodyLimit:
    """Plain ASGI middleware; refuses by the length that is announced, and counts where none is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = LARGEST_BODIES.get(scope["path"], LARGEST_BODY)
        sentence = f"El cuerpo de la petición pasa de {largest // 1024} KB."
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > largest:
            await problem(413, sentence)(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise HTTPException(413, sentence)
            return message

        await self._app(scope, counted, send)
