"""What is refused because too much is under way already: the server marks it, and it is answered at once."""

from typing import Final

from fastapi import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from almazara.api.errors import refuse
from almazara.words.said import said

CROWDED: Final = "crowded"
"""In the state of a request: whether it is to be refused."""
_SECONDS: Final = "5"


class Shedding:
    """Plain ASGI middleware; answers what is marked with 503 and when to ask again, and ends its connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("state", {}).get(CROWDED):
            await self._app(scope, receive, send)
            return
        await refuse(scope, receive, send, crowded(Connection="close"))


def crowded(**headers: str) -> HTTPException:
    """The refusal that says when to ask again."""
    told = said("asking.request.crowded", seconds=_SECONDS)
    return HTTPException(503, told, {"Retry-After": _SECONDS, **headers})
