"""`/metrics`: the requests by route, and what is read of scraper, models and schedule when Prometheus asks."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, disable_created_metrics, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from almazara.api.errors import around_everything
from almazara.api.observing import gauges
from almazara.api.observing.access import Access
from almazara.artifacts import Artifact
from almazara.errors import NotFoundError, UnavailableError
from almazara.live import Kept, Live
from almazara.prices.forecasting.issued import ForecastReport

_FORECAST_DAYS: Final = 28


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


class _Served:
    """The artifacts that are answered from; a manifest is read once."""

    def __init__(self, lives: Iterable[Live[Any]]) -> None:
        self._lives = [(live, Kept[Artifact]()) for live in lives]

    def __call__(self) -> Iterator[Artifact]:
        for live, kept in self._lives:
            version = live.version
            if version is None:
                continue
            try:
                yield kept.of(version, partial(live.store.get, live.kind, version))
            except NotFoundError:  # it is answered from, and was tidied away since
                continue


class _Processes(Collector):
    """The figures of each worker that has answered anything and runs, by its process id."""

    def __init__(self, counts: Path, parent: int) -> None:
        self._counts, self._parent = counts, parent

    def describe(self) -> Iterable[Metric]:
        """Nothing is read before the first question."""
        return ()

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        pids = {path.stem.rpartition("_")[2] for path in self._counts.glob("*.db")}
        for pid in sorted(pid for pid in pids if _runs(pid, self._parent)):
            for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
                family = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
                for sample in metric.samples:
                    family.add_sample(sample.name, {"pid": pid}, sample.value)
        return found.values()


def _runs(pid: str, parent: int) -> bool:
    """Whether a child of this process runs under this id: none that has ended, nor a program that got its id since."""
    try:
        state, parent_now, *_ = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state not in "ZX" and int(parent_now) == parent


def install(app: FastAPI, *, is_worker: bool) -> None:
    """Watch every request of the app, and serve what is seen of it and of what its state holds on /metrics.

    A worker tells what all of them have counted, also those that are gone, and the figures of each process.
    """
    state = app.state
    prices, schedule = state.prices, state.schedule
    served = _Served([state.movies, prices.forecasts])
    scores: Kept[ForecastReport] = Kept()

    def forecasts() -> Iterator[Metric]:
        """How they did, which changes with the day and when others are published."""
        made_of = (prices.forecasts.version, prices.service.clock().date())
        return gauges.of_forecasts(scores.of(made_of, lambda: prices.service.forecast_scores(_FORECAST_DAYS)))

    disable_created_metrics()  # type: ignore[no-untyped-call] # when a series began is a third of the text, and nobody's question
    registry = CollectorRegistry()
    for read in (
        lambda: gauges.of_scraper(state.scraper_watch.report()),
        forecasts,
        lambda: gauges.of_models(list(served())),
        lambda: gauges.of_schedule(schedule.planned() if schedule else ()),
    ):
        registry.register(_Gauges(read))
    counted = registry
    if is_worker:  # each counts in files of its own, which whoever is asked adds up
        counted = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(_Processes(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]), os.getppid()))
    else:
        ProcessCollector(registry=registry)
    around_everything(app, lambda within: Access(within, counted))  # an unexpected error is to be seen too

    @app.get(
        "/metrics",
        tags=["estado"],
        summary="Métricas para Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
