"""Prometheus metrics of the requests, by route."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.errors import UnavailableError
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.prices.forecasting.issued import ForecastReport

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FORECAST_DAYS: Final = 28
_FORECAST_GAUGES: Final = {
    "mae": "Mean absolute error as a share of the price.",
    "mae_ratio": "Mean absolute error beside the last value's.",
    "coverage_80": "Share of prices within the 80 % interval.",
    "coverage_95": "Share of prices within the 95 % interval.",
}
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class RequestMetrics:
    """Plain ASGI middleware, since BaseHTTPMiddleware costs more than the routes; unknown paths share one label."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "almazara_requests", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "almazara_request_seconds", "Time to answer.", ["route"], buckets=_BUCKETS, registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            known = route != "unknown" and scope["method"] in _METHODS
            method = scope["method"] if known else "-"  # what strangers make up is no label
            self._requests.labels(method, route, status).inc()
            self._seconds.labels(route).observe(time.perf_counter() - started)


class _Gauges(Collector):
    """Gauges that are read when Prometheus asks; none while the store does not answer."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Nothing is read before the first question."""
        return ()

    def collect(self) -> Iterable[Metric]:
        try:
            return list(self._read())
        except UnavailableError:
            return ()


def _scraper_gauges(report: HealthReport) -> Iterator[Metric]:
    yield GaugeMetricFamily("almazara_scraper_healthy", "1 when nothing is wrong.", float(report.healthy))
    for kind, rates in (("shop", report.shops), ("rule", report.rules)):
        shares = (([subject], rate.success) for subject, rate in rates.items())
        what = f"Share of pages read, by {kind}, in a week."
        yield _gauge(f"almazara_scraper_success_by_{kind}", what, [kind], shares)
    unread = (([listing_id], days) for listing_id, days in report.days_since_read.items())
    yield _gauge("almazara_days_since_read", "Days since a product was read.", ["product"], unread)


def _forecast_gauges(report: ForecastReport) -> Iterator[Metric]:
    """How the published forecasts did over the last weeks."""
    for field, what in _FORECAST_GAUGES.items():
        found = (([score.model, str(score.horizon)], getattr(score, field)) for score in report.scores)
        yield _gauge(f"almazara_forecast_{field}", what, ["model", "horizon"], found)
    yield GaugeMetricFamily("almazara_forecast_drifts", "Things in which forecasts drifted.", len(report.drift))


def _gauge(name: str, what: str, labels: Sequence[str], found: Iterable[tuple[Sequence[str], float | None]]) -> Metric:
    """A value for each set of labels; one that is not known is left out."""
    gauge = GaugeMetricFamily(name, what, labels=labels)
    for of_labels, value in found:
        if value is not None:
            gauge.add_metric(of_labels, value)
    return gauge


def install(app: FastAPI, health: Callable[[], HealthReport], forecasts: Callable[[int], ForecastReport]) -> None:
    """Count the app's requests and serve them, the scraper's health and the forecasts' scores, on /metrics."""
    registry = CollectorRegistry()
    registry.register(_Gauges(lambda: _scraper_gauges(health())))
    registry.register(_Gauges(lambda: _forecast_gauges(forecasts(_FORECAST_DAYS))))
    ProcessCollector(registry=registry)
    app.add_middleware(RequestMetrics, registry=registry)

    @app.get(
        "/metrics",
        tags=["estado"],
        summary="Métricas para Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
