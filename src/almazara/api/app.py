"""Puts the web app together from its parts."""

import asyncio
import contextlib
import platform
from collections.abc import AsyncIterator
from importlib import metadata
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from almazara import log, tracing
from almazara.api import (
    alerts,
    documentation,
    errors,
    forecasts,
    goods,
    health,
    overview,
    prices,
    reader,
)
from almazara.api.films import groups, lists, models, notices, questions, users
from almazara.api.limits.heavy_reads import HeavyReads
from almazara.api.limits.shedding import Shedding
from almazara.api.limits.write_limits import OwnWrites, SharedWrites, Writes
from almazara.api.methods import Methods, complete_answers
from almazara.api.observing import metrics
from almazara.api.security import BodyLimit, SingleHeaders, WriteGuard
from almazara.app.movies import open_film_users
from almazara.app.prices import Prices
from almazara.app.schedule import open_schedule
from almazara.live import Live
from almazara.movies.renewing.training_runs import open_film_training
from almazara.movies.service import MovieService
from almazara.settings import Settings

_FOLLOWED_SECONDS = 60.0
_DESCRIPTION = (
    "Preguntas a un catálogo de películas y recomendaciones; precios seguidos, su historia y su pronóstico. Las "
    "respuestas sobre películas llevan sus campos y una frase, `mensaje`; cada error es `application/problem+json`."
)


def create_api(
    live_movies: Live[MovieService],
    price_product: Prices,
    settings: Settings,
    *,
    read_now: bool = False,
    own_key: bool = False,
    is_worker: bool = False,
) -> FastAPI:
    """The app over live services; while it runs it looks for newly published versions of what it answers from.

    When it ends it closes the price product; with `read_now` followed prices are read as soon as it runs, with
    `own_key` the key of this machine may write. One that `is_worker`, one of several processes, counts requests and
    writes with the others.
    """
    film_users = open_film_users(settings, live_movies)
    training = open_film_training(settings)
    schedule = open_schedule(settings, price_product, training) if settings.schedule else None

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(price_product.start, read_now=read_now)
        if schedule:
            schedule.start()
        watched: list[Live[Any]] = [live_movies, price_product.forecasts]
        watchers = [_watch(watched, settings.reload_seconds), _follow(price_product), _read_ahead(price_product)]
        watching = [asyncio.create_task(watcher) for watcher in watchers]
        yield
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        if schedule:
            await asyncio.to_thread(schedule.stop)
        await asyncio.to_thread(training.runs.stop)
        await asyncio.to_thread(film_users.close)
        await asyncio.to_thread(price_product.close)
        await asyncio.to_thread(tracing.stop)  # last: a signal ends the process before what runs at its exit

    # The pages of the documentation bring their own assets: no request leaves for a CDN.
    app = FastAPIOffline(
        title="Almazara",
        description=_DESCRIPTION,
        version=metadata.version("almazara"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    documentation.install(app)
    described = list(app.router.routes)
    app.state.movies = live_movies
    app.state.film_users = film_users
    app.state.film_training = training
    app.state.prices = price_product
    app.state.schedule = schedule
    app.state.frame_origins = settings.frame_origins
    writes = _writes(settings, price_product, is_worker=is_worker)
    app.state.guard = WriteGuard(settings, writes, price_product.service.clock, own_key=own_key)
    app.state.scraper_watch = health.ScraperWatch(price_product)
    app.add_middleware(HeavyReads)
    app.add_middleware(BodyLimit)
    app.add_middleware(Shedding)
    app.add_middleware(SingleHeaders)
    app.add_middleware(Methods, origins=settings.cors_origins)
    films = (users.lists, questions.router, groups.router, lists.router, users.router, notices.router, models.router)
    of_prices = (prices, overview, goods, forecasts, alerts, reader)
    for router in (*films, *(module.router for module in of_prices), health.router):
        app.include_router(router)
    metrics.install(app, is_worker=is_worker)
    errors.install(app)
    documentation.describe(app, users.DESCRIBED)
    complete_answers(app)
    # Routes are tried in order, at two microseconds each: what is asked most comes first.
    app.router.routes[:] = [*(route for route in app.router.routes if route not in described), *described]
    return app


def _writes(settings: Settings, prices: Prices, *, is_worker: bool) -> Writes:
    """Who counts writes: a key's at all servers of a store together; where it is open each machine counts its own."""
    own = OwnWrites(settings.writes_per_minute)
    is_shared = prices.leases is not None and not settings.open_writes
    if not (is_shared or is_worker):
        return own
    return SharedWrites(own, prices.store, prices.service.clock, f"{platform.node()}-" if settings.open_writes else "")


async def _watch(watched: list[Live[Any]], seconds: float) -> None:
    while True:
        for live in watched:
            try:
                await asyncio.to_thread(live.refresh)
            except Exception as error:  # noqa: BLE001 - the watcher must outlive whatever a broken folder throws at it
                log.event("watch_failed", error=repr(error))
        await asyncio.sleep(seconds)


async def _read_ahead(prices: Prices) -> None:
    """Read all histories once, so that who asks first does not wait for it."""
    try:
        await asyncio.to_thread(prices.service.overview_rows)
    except Exception as error:  # noqa: BLE001 - who asks is told
        log.event("not_read_ahead", error=repr(error))


async def _follow(prices: Prices) -> None:
    """Take in what other machines publish, and go on with what was cut off, here or there, once nobody is at it."""
    while True:
        await asyncio.sleep(_FOLLOWED_SECONDS)
        try:
            await asyncio.to_thread(prices.pull)
            await asyncio.to_thread(prices.resume)
        except Exception as error:  # noqa: BLE001 - a store that is away now may be back the next time
            log.event("others_not_followed", error=repr(error))
