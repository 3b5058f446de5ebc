"""Entry point of the API and the site: `uvicorn --factory almazara.asgi:create_app`."""

import logging

from fastapi import FastAPI

from almazara import log, tracing
from almazara.api.app import create_api
from almazara.app.movies import live_movies
from almazara.app.prices import open_prices
from almazara.settings import Settings
from almazara.web import site


def create_app(
    *, read_now: bool = False, schedule: bool = False, own_key: bool = False, is_worker: bool = False
) -> FastAPI:
    """The app over the settings of the environment.

    Args:
        read_now: Whether followed prices are read as soon as it runs.
        schedule: Whether it does its work by itself, whatever the settings say.
        own_key: Whether the key of this machine may write: only where nobody but this machine reaches the server.
        is_worker: Whether it is one of several processes of a server.
    """
    settings = Settings(schedule=True) if schedule else Settings()
    log.configure(settings.log_level, settings.log_format)
    tracing.configure(settings.otlp_endpoint)
    return app_over(settings, read_now=read_now, own_key=own_key, is_worker=is_worker)


def app_over(settings: Settings, *, read_now: bool = False, own_key: bool = False, is_worker: bool = False) -> FastAPI:
    """API and site over the newest versions of what these settings hold; films and prices stand without each other.

    Raises:
        UnavailableError: when there is no catalog of films, and the store of prices cannot be opened.
    """
    movies = live_movies(settings)
    movies.refresh()
    prices = open_prices(settings, serving=True)
    if prices.away is not None:
        if movies.version is None:
            raise prices.away
        log.event("prices_not_served", level=logging.ERROR, error=prices.away)
    app = create_api(movies, prices, settings, read_now=read_now, own_key=own_key, is_worker=is_worker)
    site.install(app)
    return app
