"""Routes of the film models: what is served, and its retraining."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response, Security
from fastapi.security import APIKeyHeader

from almazara.api.errors import declared
from almazara.api.security import KEY_HEADER, require_write
from almazara.movies.renewing.training_runs import FilmTraining, ModelState, TrainingRun
from almazara.runs import RUN_ID_PATTERN

router = APIRouter(prefix="/modelos/peliculas", tags=["películas"], responses=declared(422, 503))

_KEY = APIKeyHeader(name=KEY_HEADER, auto_error=False, description="Solo hace falta si hay claves configuradas.")
# The key is one way; without keys configured this machine needs none.
_WITHOUT_KEY: Final[dict[str, Any]] = {"security": [{}]}


def _training(request: Request) -> FilmTraining:
    training: FilmTraining = request.app.state.film_training
    return training


Training = Annotated[FilmTraining, Depends(_training)]
RunId = Annotated[str, Path(pattern=RUN_ID_PATTERN, description="Nombre de un entrenamiento.")]


@router.get("", response_model=ModelState, summary="Qué modelo se sirve, sus métricas y su último entrenamiento")
def model_state(training: Training) -> Response:
    return _send(training.state())


@router.post(
    "/entrenar",
    response_model=TrainingRun,
    status_code=202,
    responses=declared(401, 403, 409, 429),
    dependencies=[Depends(require_write), Security(_KEY)],
    openapi_extra=_WITHOUT_KEY,
    summary="Entrenar de nuevo; publica solo si no es peor",
)
def retrain(training: Training) -> Response:
    run = training.runs.start()
    return _send(run, 202, {"Location": f"{router.prefix}/entrenar/{run.id}"})


@router.get(
    "/entrenar/{run_id}", response_model=TrainingRun, responses=declared(404), summary="Cómo va un entrenamiento"
)
def training_run(run_id: RunId, training: Training) -> Response:
    return _send(training.kept.get(run_id))


def _send(answer: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(answer), status, headers=headers, media_type="application/json")
