"""Dash beside the site: opened with the first page that needs it, and nowhere where it is not installed."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from almazara.web.explore.pictured import Pictures

if TYPE_CHECKING:
    from almazara.web.explore.panel import Panel


class LivePanel:
    """The one panel of a server; an ASGI app, to be mounted where Dash's scripts ask."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._opening: Future[Panel | None] | None = None
        self._opener = ThreadPoolExecutor(1, thread_name_prefix="panel")

    def ready(self) -> "Panel | None":
        """The panel once it is open; the first question opens it and does not wait: Dash takes a second to load."""
        opening = self._open()
        return opening.result() if opening.done() else None

    def _open(self) -> "Future[Panel | None]":
        if self._opening is None:
            self._opening = self._opener.submit(_opened, self._pictures)
        return self._opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what Dash's scripts ask."""
        panel = await asyncio.wrap_future(self._open())
        answer = cast("ASGIApp", panel.app) if panel else Response(status_code=404)
        await answer(scope, receive, send)


def _opened(pictures: Pictures) -> "Panel | None":
    """The panel; None where Dash is not installed: the extra `explore` brings it."""
    if find_spec("dash") is None:
        return None
    from almazara.web.explore.panel import open_panel

    return open_panel(pictures)
