"""Puts the web app together from its parts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib import metadata

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from almazara import log
from almazara.api import errors, health, metrics, movies
from almazara.wiring import LiveMovies

_DESCRIPTION = (
    "Preguntas a un catálogo de películas y recomendaciones. Cada respuesta lleva sus campos y una frase, `mensaje`; "
    "cada error es `application/problem+json`."
)


def create_api(live_movies: LiveMovies, *, reload_seconds: float) -> FastAPI:
    """The app over live services; while it runs it looks every `reload_seconds` for newly published versions."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watcher = asyncio.create_task(_watch(live_movies, reload_seconds))
        yield
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher

    # The pages of the documentation bring their own assets: no request leaves for a CDN.
    app = FastAPIOffline(
        title="Almazara",
        description=_DESCRIPTION,
        version=metadata.version("almazara"),
        lifespan=lifespan,
        redoc_url=None,
    )
    app.state.movies = live_movies
    metrics.install(app)
    errors.install(app)
    app.include_router(health.router)
    app.include_router(movies.router)
    return app


async def _watch(live_movies: LiveMovies, seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(live_movies.refresh)
        except Exception as error:  # noqa: BLE001 - the watcher must outlive whatever a broken folder throws at it
            log.event("watch_failed", error=repr(error))
        await asyncio.sleep(seconds)
