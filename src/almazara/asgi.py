"""Entry point of the API and the site: `uvicorn --factory almazara.asgi:create_app`."""

from fastapi import FastAPI

from almazara import log
from almazara.api.app import create_api
from almazara.app.movies import live_movies
from almazara.app.prices import open_prices
from almazara.settings import Settings
from almazara.web import site


def create_app(*, read_now: bool = False) -> FastAPI:
    """The app over the settings of the environment; `read_now` reads followed prices as soon as it runs."""
    settings = Settings()
    log.configure(settings.log_level)
    movies = live_movies(settings)
    movies.refresh()
    app = create_api(movies, open_prices(settings, serving=True), settings, read_now=read_now)
    site.install(app)
    return app
