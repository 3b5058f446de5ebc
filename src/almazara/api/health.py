"""What is alive: liveness and readiness."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from almazara import log
from almazara.api.errors import declared
from almazara.api.language import Lengua
from almazara.api.routes import Router
from almazara.app.prices import Prices
from almazara.app.schedule import Schedule
from almazara.errors import AlmazaraError, DamagedError, UnavailableError
from almazara.live import Live
from almazara.movies.service import MovieService
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.words.numbers import Language
from almazara.words.said import Said, named, said, text_of

router = Router(tags=["estado"], responses=declared(422))


class MoviesHealth(BaseModel):
    """The catalog in use."""

    version: str
    cantidad: int
    muestra: bool


class PricesHealth(BaseModel):
    """What is followed, and whether the scraper is well; `avisos` says what is wrong.

    `proxies_apartados` names those that did not answer, without their logins, and when they are tried again.
    """

    sano: bool
    seguidos: int
    demo: bool
    pronosticos: str | None
    dias_sin_leer: dict[str, float | None]
    exito_por_tienda: dict[str, float | None]
    exito_por_regla: dict[str, float | None]
    proxies_apartados: dict[str, datetime]
    avisos: list[str]


class TaskHealth(BaseModel):
    """Something that the server does by itself: at which hours, of which day; its last slot, and its next one."""

    tarea: str
    horas: list[int]
    dia: str | None
    ultima: datetime | None
    proxima: datetime | None


class Health(BaseModel):
    """The process answers; the rest says what it answers from, null where there is nothing yet.

    `sin_servir` names the halves that are not served now, of which there is nothing or nothing that can be opened: the
    other one answers all the same. `versiones_rechazadas` names published versions that are damaged or cannot be
    opened: earlier ones answer. `avisos` says what is damaged otherwise, and how to mend it.
    """

    estado: str
    version: str
    peliculas: MoviesHealth | None
    precios: PricesHealth | None
    sin_servir: list[str]
    versiones_rechazadas: list[str]
    avisos: list[str]
    horario: list[TaskHealth]
    mensaje: str


class ScraperWatch:
    """The scraper's health, judged anew at most every `seconds`: the question reads a week of observations."""

    def __init__(self, prices: Prices, seconds: float = 15.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._prices = prices
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._judged: tuple[float, HealthReport | AlmazaraError] | None = None

    def report(self) -> HealthReport:
        """The newest judgment; while a new one is made, others get the one before and do not wait.

        Raises:
            UnavailableError: when the store does not answer, or is damaged.
        """
        if self._lock.acquire(blocking=self._judged is None):
            try:
                if self._judged is None or self._clock() - self._judged[0] >= self._seconds:
                    self._judged = self._clock(), self._judgment()
            finally:
                self._lock.release()
        judged = self._judged
        if judged is None or isinstance(judged[1], AlmazaraError):
            about = judged[1] if judged else None
            if isinstance(about, DamagedError):
                raise DamagedError(about.words, about.detail)
            detail = about.detail if isinstance(about, UnavailableError) else ""
            why = about.words if isinstance(about, AlmazaraError) else ""
            raise UnavailableError(said("prices_refused.store.health", why=why), detail)
        return judged[1]

    def _judgment(self) -> HealthReport | AlmazaraError:
        """A store that does not answer is remembered too, so that not every question waits for it."""
        try:
            return self._prices.service.health()
        except AlmazaraError as error:
            return error


def _movies_health(live: Live[MovieService]) -> MoviesHealth | None:
    if live.version is None:
        return None
    service = live.current
    return MoviesHealth(version=service.version, cantidad=len(service), muestra=service.is_sample)


def _prices_health(prices: Prices, watch: ScraperWatch, language: Language) -> PricesHealth | UnavailableError:
    try:
        report = watch.report()
    except UnavailableError as error:
        log.event("store_unavailable", error=error)
        return error
    aside = prices.proxies.set_aside()
    dead = [said("health.prices.proxy", proxy=name, until=f"{until:%H:%M} UTC") for name, until in aside.items()]
    return PricesHealth(
        sano=report.healthy,
        seguidos=len(report.days_since_read),
        demo=prices.demo_shop is not None,
        pronosticos=prices.forecasts.version,
        dias_sin_leer=dict(report.days_since_read),
        exito_por_tienda={shop: rate.success for shop, rate in report.shops.items()},
        exito_por_regla={rule: rate.success for rule, rate in report.rules.items()},
        proxies_apartados=aside,
        avisos=[one.text(language) for one in (*report.sentences, *dead)],
    )


def _health(request: Request, language: Language) -> Health:
    state = request.app.state
    films, found = _movies_health(state.movies), _prices_health(state.prices, state.scraper_watch, language)
    prices = found if isinstance(found, PricesHealth) else None
    damaged = [found.words] if isinstance(found, DamagedError) else []
    pointers = _damaged_pointers({"movies": state.movies, "prices": state.prices.forecasts})
    told = {
        "films": _films_sentence(films, is_refused=state.movies.refused is not None),
        "prices": damaged[0] if damaged else _prices_sentence(prices),
    }
    return Health(
        estado="vivo",
        version=request.app.version,
        peliculas=films,
        precios=prices,
        sin_servir=[name for name, half in (("peliculas", films), ("precios", prices)) if half is None],
        versiones_rechazadas=[
            f"{live.kind} {live.refused}" for live in (state.movies, state.prices.forecasts) if live.refused
        ],
        avisos=[text_of(one, language) for one in (*damaged, *pointers)],
        horario=_tasks(state.schedule, language),
        mensaje=said("health.alive.message", **told).text(language),
    )


def _damaged_pointers(served: Mapping[str, Live[Any]]) -> list[Said]:
    """What to do where nothing says which version is to be used, by the word of its commands."""
    return [
        said("health.pointer.damaged", kind=one.kind, product=product, version=one.version)
        for product, one in served.items()
        if one.version and one.is_pointer_damaged
    ]


def _tasks(schedule: Schedule | None, language: Language) -> list[TaskHealth]:
    return [
        TaskHealth(
            tarea=one.name,
            horas=one.hours,
            dia=None if one.weekday is None else text_of(named("weekday", str(one.weekday)), language),
            ultima=one.last,
            proxima=one.next,
        )
        for one in (schedule.planned() if schedule else [])
    ]


def _films_sentence(films: MoviesHealth | None, *, is_refused: bool) -> Said:
    if films is None:
        return said(f"health.films.{'refused' if is_refused else 'none'}")
    return said(f"health.films.{'sample' if films.muestra else 'catalog'}", n=films.cantidad)


def _prices_sentence(prices: PricesHealth | None) -> Said:
    if prices is None:
        return said("health.prices.no_store")
    if not prices.seguidos:
        return said("health.prices.none")
    shop = said("health.prices.demo") if prices.demo else ""
    reader = said(f"health.prices.{'well' if prices.sano else 'unwell'}")
    return said("health.prices.followed", n=prices.seguidos, demo=shop, reader=reader)


@router.get("/health", summary="El proceso responde")
def health(request: Request, language: Lengua) -> Health:
    return _health(request, language)


@router.get("/ready", summary="Hay con qué responder", responses=declared(503))
def ready(request: Request, language: Lengua) -> Health:
    """Films or followed prices; each half is ready without the other."""
    found = _health(request, language)
    if not (found.precios and found.precios.seguidos):
        _ = request.app.state.movies.current  # or why there is none
    return found
