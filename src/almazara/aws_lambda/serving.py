"""API and site behind a function URL: what a server does while it runs is done between two requests, or refused."""

import time
from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from mangum import Mangum
from starlette.routing import Route

from almazara import log
from almazara.artifacts import open_artifacts
from almazara.asgi import app_over
from almazara.aws_lambda.remote import without_bucket
from almazara.errors import UnavailableError
from almazara.mirror import pull_current
from almazara.movies.artifact import MOVIES
from almazara.prices.publishing import FORECASTS
from almazara.settings import Settings
from almazara.words.said import said

REFUSED: Final = (
    # A function is stopped when it has answered, and with it all that it has begun.
    "/scraper",
    "/retrain",
    "/modelos/peliculas/entrenar",
    "/precios/lector/leer",
    "/precios/lector/pronosticar",
    "/peliculas/modelo/entrenar",
    # DynamoDB has no place for the events of film users, and the disk here does not last.
    "/eventos",
    "/eventos/{server}",
)
"""Paths whose POST is refused."""
_LOOKED_SECONDS: Final = 300.0


class Serving:
    """Answers the events of a function URL; looks every five minutes for newly published artifacts in the bucket."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        settings, self._bucket = without_bucket(settings)
        self._artifacts = open_artifacts(settings)
        self._clock = clock
        self._looked_at: float | None = None
        self._copy()
        self.app = serving_app(settings)
        self._answer = Mangum(self.app, lifespan="off")  # it would begin and end with each request
        self._refresh()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own object
        """The answer to one request."""
        if self._copy():
            self._refresh()
        return self._answer(event, context)

    def _copy(self) -> bool:
        """Copy what is new in the bucket, when it is time to look; what cannot be copied is logged and left."""
        now = self._clock()
        if self._bucket is None or (self._looked_at is not None and now - self._looked_at < _LOOKED_SECONDS):
            return False
        self._looked_at = now
        for kind in (MOVIES, FORECASTS):
            try:
                pull_current(self._artifacts, self._bucket, kind, tables=False)
            except (UnavailableError, OSError) as error:
                log.event("artifact_not_copied", level=40, kind=kind, reason=error)
        return True

    def _refresh(self) -> None:
        self.app.state.movies.refresh()
        self.app.state.prices.forecasts.refresh()


def serving_app(settings: Settings) -> FastAPI:
    """API and site, without what needs a process that stays."""
    app = app_over(settings)
    app.router.routes[:0] = [Route(path, _refuse, methods=["POST"]) for path in REFUSED]
    return app


async def _refuse(_request: Request) -> Response:
    raise UnavailableError(said("asking.request.no_background"))
