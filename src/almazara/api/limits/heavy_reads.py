"""Reads that cost much take turns, so that however many ask at once, memory is bounded and light answers come."""

import asyncio
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import refuse
from almazara.api.limits.shedding import crowded

_AT_ONCE: Final = 4
_WAITING: Final = 32
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
            await refuse(scope, receive, send, crowded())
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
