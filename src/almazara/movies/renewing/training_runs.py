"""Retraining runs as they are kept, a JSON file each, and shown, in Spanish, with what is served beside them."""

import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from almazara.artifacts import Artifact, open_artifacts
from almazara.errors import NotFoundError
from almazara.files import is_free, replace_file, unwritable
from almazara.movies.artifact import MOVIES
from almazara.movies.judging.kept_evaluation import EvaluationAnswer, evaluation_in, read_evaluation
from almazara.runs import ExclusiveRuns, LongWork, is_run_id
from almazara.settings import Settings
from almazara.words.numbers import Language
from almazara.words.said import Said, said

_WORK: Final = LongWork(
    name="retraining",
    event="films_retrained",
    command=(sys.executable, "-m", "almazara", "movies", "retrain"),
    busy=said("films.error.training"),
    failed="El entrenamiento falló: {}",
    died="El proceso de entrenamiento terminó con el código {}.",
    killed="El sistema detuvo el entrenamiento, casi siempre porque falta memoria.",
)
_KEPT: Final = 50


class TrainingState(StrEnum):
    """How a retraining stands."""

    RUNNING = "en_curso"
    DONE = "terminado"
    FAILED = "fallido"
    INTERRUPTED = "interrumpido"


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One retraining.

    Attributes:
        id: Sorts by time.
        estado: How it stands.
        inicio: When it began.
        fin: When it ended; None while it runs, and where its process was killed.
        veredicto: What became of the new model; None before its end.
        version: The version that it published, or None.
        comparada_con: The version that it was measured against, or None.
        metricas: Of the new model on the held-out ratings.
        deriva: How far the data has moved: indexes and shares by table and field.
        mensaje: All of it in one sentence; kept in Spanish.
    """

    id: str
    estado: TrainingState
    inicio: datetime
    fin: datetime | None
    veredicto: str | None
    version: str | None
    comparada_con: str | None
    metricas: Mapping[str, float]
    deriva: Mapping[str, Mapping[str, float]]
    mensaje: str

    def told(self, language: Language = Language.ES) -> "TrainingRun":
        """With its sentence in a language; why a run failed is told as it was kept."""
        message = _message(self)
        return self if message is None else replace(self, mensaje=message.text(language))


def _message(run: TrainingRun) -> Said | None:
    match run.estado:
        case TrainingState.RUNNING:
            return said("films.training.running")
        case TrainingState.INTERRUPTED:
            return said("films.training.interrupted")
        case TrainingState.DONE if run.veredicto is not None:
            code, version = ("published", run.version) if run.version else ("kept", run.comparada_con)
            return said(f"films.training.{code}", version=version or "", verdict=said(f"films.verdict.{run.veredicto}"))
        case _:
            return None


@dataclass(frozen=True, slots=True)
class TrainingRunsAnswer:
    """The kept retrainings, newest first."""

    entrenamientos: list[TrainingRun]
    mensaje: str


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One version that can be gone back to; `metricas` are what its manifest holds, `muestra` is of invented films."""

    version: str
    construida: str
    peliculas: int
    muestra: bool
    servida: bool
    metricas: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionsAnswer:
    """The published versions, newest first."""

    versiones: list[PublishedVersion]
    mensaje: str


@dataclass(frozen=True, slots=True)
class ModelState:
    """What is served, and the last retraining."""

    version: str | None
    construida: str | None
    es_muestra: bool
    metricas: Mapping[str, Any]
    deriva: Mapping[str, Any]
    ultimo_entrenamiento: TrainingRun | None
    mensaje: str


class TrainingRuns:
    """Keeps and shows the newest runs; their files and the lock lie in one folder."""

    def __init__(self, folder: Path) -> None:
        self.lock = folder / "retrain.lock"
        self._folder = folder

    def begin(self, run_id: str, now: datetime) -> TrainingRun:
        """Keep a new run; the newest fifty stay."""
        run = TrainingRun(run_id, TrainingState.RUNNING, now, None, None, None, None, {}, {}, "").told()
        self._save(run)
        for name in self._names()[_KEPT:]:
            self._path(name).unlink(missing_ok=True)
        return run

    def unfinished(self, run_id: str) -> TrainingRun | None:
        """The run of this name, if it is kept as running."""
        run = self._read(run_id)
        return run if run is not None and run.estado is TrainingState.RUNNING else None

    def break_off(self, run: TrainingRun, now: datetime, why: str | None = None) -> None:
        """Keep that a run has failed, and why, or was interrupted."""
        self.end(_interrupted(run) if why is None else replace(run, estado=TrainingState.FAILED, mensaje=why), now)

    def end(self, run: TrainingRun, now: datetime) -> None:
        """Keep a run with its end."""
        self._save(replace(run, fin=now).told())

    def get(self, run_id: str) -> TrainingRun:
        """One run, or NotFoundError; one whose process is gone without having ended it is shown as interrupted."""
        run = self._read(run_id)
        if run is None:
            raise NotFoundError(said("films.error.no_training", run=run_id[:40]), self._names()[:3])
        return self._as_it_stands(run)

    def newest(self) -> Iterator[TrainingRun]:
        """The runs, newest first; each is read when it is asked for."""
        found = (self._read(name) for name in self._names())
        return (self._as_it_stands(run) for run in found if run is not None)

    def latest(self) -> TrainingRun | None:
        """The newest run, or None."""
        return next(self.newest(), None)

    def _as_it_stands(self, run: TrainingRun) -> TrainingRun:
        return _interrupted(run) if run.estado is TrainingState.RUNNING and is_free(self.lock) else run

    def _save(self, run: TrainingRun) -> None:
        path = self._path(run.id)
        try:
            replace_file(path, msgspec.json.encode(run), durable=False)
        except OSError as error:
            raise unwritable(path, error) from error

    def _read(self, run_id: str) -> TrainingRun | None:
        if not is_run_id(run_id):
            return None
        try:
            return msgspec.json.decode(self._path(run_id).read_bytes(), type=TrainingRun)
        except (OSError, msgspec.DecodeError):
            return None

    def _names(self) -> list[str]:
        """Names of all runs, newest first."""
        names = (path.stem for path in self._folder.glob("*.json"))
        return sorted((name for name in names if is_run_id(name)), reverse=True)

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.json"


def _interrupted(run: TrainingRun) -> TrainingRun:
    return replace(run, estado=TrainingState.INTERRUPTED).told()


@dataclass(frozen=True, slots=True)
class FilmTraining:
    """The retraining runs under a home folder, what is served from it, and how it was measured."""

    settings: Settings
    kept: TrainingRuns
    runs: ExclusiveRuns[TrainingRun]

    def state(self, language: Language = Language.ES) -> ModelState:
        """What is served now, how it was measured, and the last retraining."""
        latest = self.kept.latest()
        run = latest.told(language) if latest else None
        try:
            artifact = open_artifacts(self.settings).current(MOVIES)
        except NotFoundError:
            return ModelState(None, None, False, {}, {}, run, said("films.model.none").text(language))
        manifest = artifact.manifest
        return ModelState(
            version=artifact.version,
            construida=manifest.get("built_at"),
            es_muestra=bool(manifest.get("sample")),
            metricas=_measured(manifest),
            deriva=manifest.get("drift", {}),
            ultimo_entrenamiento=run,
            mensaje=said("films.model.served", version=artifact.version).text(language),
        )

    def all_runs(self, language: Language = Language.ES) -> TrainingRunsAnswer:
        """The kept retrainings."""
        runs = [run.told(language) for run in self.kept.newest()]
        return TrainingRunsAnswer(runs, said("films.training.all", n=len(runs)).text(language))

    def versions(self, language: Language = Language.ES) -> VersionsAnswer:
        """The published versions, and which of them is in use."""
        store = open_artifacts(self.settings)
        current = store.current_version(MOVIES)
        versions = [_version(artifact, current) for artifact in store.versions(MOVIES)]
        return VersionsAnswer(versions, said("films.model.versions", n=len(versions)).text(language))

    def evaluation(self, language: Language = Language.ES) -> EvaluationAnswer:
        """The newest evaluation, of this home or of the version in use; raises NotFoundError when there was none."""
        store = open_artifacts(self.settings)
        version = store.current_version(MOVIES)
        of_version = evaluation_in(store.get(MOVIES, version).manifest) if version else None
        found = [one for one in (read_evaluation(self.settings), of_version) if one is not None]
        if not found:
            raise NotFoundError(said("films.error.no_evaluation"))
        return max(found, key=lambda one: one.medida).told(language, version)


def _version(artifact: Artifact, current: str | None) -> PublishedVersion:
    manifest = artifact.manifest
    return PublishedVersion(
        version=artifact.version,
        construida=manifest.get("built_at", ""),
        peliculas=manifest.get("metrics", {}).get("films", 0),
        muestra=bool(manifest.get("sample")),
        servida=artifact.version == current,
        metricas=_measured(manifest),
    )


def _measured(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a retraining measured before it published a version, and what an evaluation of it has measured since."""
    evaluation = manifest.get("evaluation", {})
    told = {"evaluation": evaluation.get("metrics"), "similar_films": evaluation.get("similar_films")}
    return {**manifest.get("metrics", {}), **{name: found for name, found in told.items() if found}}


def open_film_training(settings: Settings) -> FilmTraining:
    """The retraining runs under the home folder."""
    kept = TrainingRuns(settings.home_path / "runs" / MOVIES)
    runs = ExclusiveRuns(_WORK, kept, kept.lock, clock=lambda: datetime.now(UTC), rng=random.Random())
    return FilmTraining(settings, kept, runs)
