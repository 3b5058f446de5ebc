"""How many reads that cost much run at once: more wait for their turn, and beyond these one is told to come again.

What is light, as the health, films and what is followed, needs no turn, so that there is always room for it.
"""

import asyncio
from typing import Final

from fastapi import HTTPException, Request
from starlette.exceptions import HTTPException as Refusal
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.words.said import said

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


class HeavyReads:
    """Plain ASGI middleware; a turn ends as soon as the answer is there, however slowly it is fetched."""

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
