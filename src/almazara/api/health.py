"""What is alive: liveness and readiness."""

import threading
import time
from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel

from almazara import log
from almazara.api.errors import declared
from almazara.app.prices import Prices
from almazara.errors import AlmazaraError, UnavailableError
from almazara.live import Live
from almazara.movies.service import MovieService
from almazara.prices.collecting.scraper_health import HealthReport

router = APIRouter(tags=["estado"])


class MoviesHealth(BaseModel):
    """The catalog in use."""

    version: str
    cantidad: int
    muestra: bool


class PricesHealth(BaseModel):
    """What is followed, and whether the scraper is well; `avisos` says what is wrong."""

    sano: bool
    seguidos: int
    demo: bool
    pronosticos: str | None
    dias_sin_leer: dict[str, float | None]
    exito_por_tienda: dict[str, float | None]
    exito_por_regla: dict[str, float | None]
    avisos: list[str]


class Health(BaseModel):
    """The process answers; the rest says what it answers from, null where there is nothing yet."""

    estado: str
    version: str
    peliculas: MoviesHealth | None
    precios: PricesHealth | None
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
            UnavailableError: when the store does not answer.
        """
        if self._lock.acquire(blocking=self._judged is None):
            try:
                if self._judged is None or self._clock() - self._judged[0] >= self._seconds:
                    self._judged = self._clock(), self._judgment()
            finally:
                self._lock.release()
        judged = self._judged
        if judged is None or isinstance(judged[1], AlmazaraError):
            raise UnavailableError(f"The scraper's health is not known: {judged and judged[1]}")
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


def _prices_health(prices: Prices, watch: ScraperWatch) -> PricesHealth | None:
    try:
        report = watch.report()
    except UnavailableError as error:
        log.event("store_unavailable", error=error)
        return None
    return PricesHealth(
        sano=report.healthy,
        seguidos=len(report.days_since_read),
        demo=prices.demo_shop is not None,
        pronosticos=prices.forecasts.version,
        dias_sin_leer=dict(report.days_since_read),
        exito_por_tienda={shop: rate.success for shop, rate in report.shops.items()},
        exito_por_regla={rule: rate.success for rule, rate in report.rules.items()},
        avisos=report.sentences,
    )


def _health(request: Request) -> Health:
    state = request.app.state
    films, prices = _movies_health(state.movies), _prices_health(state.prices, state.scraper_watch)
    return Health(
        estado="vivo",
        version=request.app.version,
        peliculas=films,
        precios=prices,
        mensaje=f"Vivo. {_films_sentence(films)} {_prices_sentence(prices)}",
    )


def _films_sentence(films: MoviesHealth | None) -> str:
    if films is None:
        return "Sin catálogo de películas todavía: ejecute `almazara up`."
    source = "de la muestra inventada" if films.muestra else "del catálogo"
    return f"{films.cantidad} películas {source}."


def _prices_sentence(prices: PricesHealth | None) -> str:
    if prices is None:
        return "El almacén de precios no responde."
    if not prices.seguidos:
        return "No se sigue ningún precio: `almazara prices track`."
    shop = " de la tienda de demostración" if prices.demo else ""
    well = "el lector está sano" if prices.sano else "el lector necesita atención"
    return f"{prices.seguidos} productos seguidos{shop}; {well}."


@router.get("/health", summary="El proceso responde")
def health(request: Request) -> Health:
    return _health(request)


@router.get("/ready", summary="Hay con qué responder", responses=declared(503))
def ready(request: Request) -> Health:
    _ = request.app.state.movies.current
    return _health(request)
