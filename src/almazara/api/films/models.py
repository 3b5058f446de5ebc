"""Routes of the models that the film product serves: which one, how it was measured, its renewal; in Spanish."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from almazara.api.errors import declared
from almazara.api.language import Lengua
from almazara.api.routes import Router, reading, send, without_body, writing
from almazara.movies.judging.kept_evaluation import EvaluationAnswer
from almazara.movies.renewing.training_runs import (
    FilmTraining,
    ModelState,
    TrainingRun,
    TrainingRunsAnswer,
    VersionsAnswer,
)
from almazara.runs import RUN_ID_PATTERN

router = Router(prefix="/modelos/peliculas", tags=["peliculas"], responses=declared(422, 503))


def _training(request: Request) -> FilmTraining:
    training: FilmTraining = request.app.state.film_training
    return training


Training = Annotated[FilmTraining, Depends(_training)]
RunId = Annotated[str, Path(pattern=RUN_ID_PATTERN, description="Nombre de un entrenamiento.")]


@router.get("", **reading(ModelState, "Qué modelo se sirve, sus métricas y su último entrenamiento"))
def model_state(training: Training, lengua: Lengua) -> Response:
    return send(training.state(lengua))


@router.post("/entrenar", **writing(TrainingRun, 202, "Entrenar de nuevo; publica solo si no es peor", declared(409)))
def retrain_films(training: Training, _: Annotated[None, Depends(without_body)], lengua: Lengua) -> Response:
    run = training.runs.start().told(lengua)
    return send(run, 202, {"Location": f"{router.prefix}/entrenar/{run.id}"})


@router.get("/entrenar", **reading(TrainingRunsAnswer, "Los entrenamientos guardados, el último primero"))
def training_runs(training: Training, lengua: Lengua) -> Response:
    return send(training.all_runs(lengua))


@router.get("/versiones", **reading(VersionsAnswer, "Las versiones publicadas, la última primero"))
def versions(training: Training, lengua: Lengua) -> Response:
    return send(training.versions(lengua))


@router.get("/evaluacion", **reading(EvaluationAnswer, "Cuánto vale cada método con valoraciones apartadas", 404))
def evaluation(training: Training, lengua: Lengua) -> Response:
    return send(training.evaluation(lengua))


@router.get("/entrenar/{run_id}", **reading(TrainingRun, "Cómo va un entrenamiento", 404))
def training_run(run_id: RunId, training: Training, lengua: Lengua) -> Response:
    return send(training.kept.get(run_id).told(lengua))
