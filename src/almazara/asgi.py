"""Entry point of the web app: `uvicorn --factory almazara.asgi:create_app`."""

from __future__ import annotations

from fastapi import FastAPI

from almazara import log
from almazara.api.app import create_api
from almazara.settings import Settings
from almazara.wiring.movies import live_movies
from almazara.wiring.prices import open_prices


def create_app() -> FastAPI:
    """The app over the settings of the environment."""
    settings = Settings()
    log.configure(settings.log_level)
    movies = live_movies(settings)
    movies.refresh()
    return create_api(movies, open_prices(settings, serving=True), settings)
