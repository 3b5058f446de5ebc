"""The page of the recommender: which one is served, how it was measured beside others, its versions, its training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.errors import NotFoundError
from almazara.movies.renewing.training_runs import FilmTraining, PublishedVersion, TrainingRun, TrainingState
from almazara.web.films.measured import Measured, measured
from almazara.web.forms import back_to, guard, sent
from almazara.web.page import page, reader_of
from almazara.web.routing import wants_part
from almazara.words.numbers import Language
from almazara.words.said import Said, said

PATH: Final = "/peliculas/modelo"
_RUNS: Final = 8
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Training:
    """A training under way: since when, and how long the last one took that ended, both in seconds."""

    elapsed: int
    usual: int | None

    @property
    def message(self) -> Said:
        """Both in words."""
        lasted = _duration(self.elapsed)
        if self.usual is None:
            return said("site.model.under_way", lasted=lasted)
        return said("site.model.under_way_as", lasted=lasted, usual=_duration(self.usual))


def _duration(seconds: int) -> Said:
    if seconds < 2 * _MINUTE:
        return said("site.model.seconds", n=seconds)
    return said("site.model.minutes", n=round(seconds / _MINUTE))


async def model(request: Request) -> Response:
    """The whole page; of a training under way only what changes, for HTMX."""
    training: FilmTraining = request.app.state.film_training
    make, part = (_part, "training.html") if wants_part(request.headers) else (_all, "model.html")
    values = await run_in_threadpool(make, training, request, reader_of(request).language)
    return page(request, part, here="films", **values)


def _newest(training: FilmTraining) -> list[TrainingRun]:
    return list(islice(training.kept.newest(), _RUNS))


def _part(training: FilmTraining, _request: Request, language: Language) -> dict[str, Any]:
    return _under_way(_newest(training), language)


def _under_way(runs: Sequence[TrainingRun], language: Language) -> dict[str, Any]:
    return {"run": runs[0].told(language) if runs else None, "progress": _progress(runs, datetime.now(UTC))}


def _all(training: FilmTraining, request: Request, language: Language) -> dict[str, Any]:
    runs, versions = _newest(training), training.versions(language).versiones
    return {
        **_under_way(runs, language),
        "state": training.state(language),
        "measured": _evaluation(training, request.query_params.get("particion"), language),
        "versions": [(one, _built(one), why(one)) for one in versions],
        "runs": [run.told(language) for run in runs],
        "may_write": guard(request).may_write(request),
    }


def _evaluation(training: FilmTraining, split: str | None, language: Language) -> Measured | None:
    try:
        return measured(training.evaluation(language), split, language)
    except NotFoundError:  # nothing was measured yet, and the page says how to
        return None


def _progress(runs: Sequence[TrainingRun], now: datetime) -> Training | None:
    """How far the newest run is, where it is under way."""
    if not runs or runs[0].estado is not TrainingState.RUNNING:
        return None
    return Training(round((now - runs[0].inicio).total_seconds()), next(_took(runs), None))


def _took(runs: Sequence[TrainingRun]) -> Iterator[int]:
    """Seconds of the runs that came to an end, the newest first."""
    return (
        round((run.fin - run.inicio).total_seconds()) for run in runs if run.fin and run.estado is TrainingState.DONE
    )


def _built(version: PublishedVersion) -> datetime | None:
    """When, where its manifest says that."""
    return datetime.fromisoformat(version.construida) if version.construida else None


def why(version: PublishedVersion) -> Said:
    """Why a version was published: what its retraining found, or that somebody built it."""
    verdict = version.metricas.get("verdict")
    if isinstance(verdict, str):
        return said(f"films.verdict.{verdict}")
    return said("site.model.sample" if version.muestra else "site.model.built")


async def train(request: Request) -> Response:
    """Train anew; published only if it is not worse."""
    await sent(request)
    await run_in_threadpool(request.app.state.film_training.runs.start)
    return back_to(PATH)


PAGES: Final = (Route(PATH, model), Route(f"{PATH}/entrenar", train, methods=["POST"]))
