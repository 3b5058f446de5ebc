"""Routes of what is to come: forecasts and how they did, whether to buy now or wait, and which product."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from almazara.api.errors import declared
from almazara.api.overview import DeadlineDays, Quantity
from almazara.api.prices import All, InLanguage, ProductId, RunId, Service, formatted
from almazara.api.routes import reading, send, without_body, writing
from almazara.api.tables import DESCRIBED, Format
from almazara.errors import InputError
from almazara.prices.answering.history import MAX_ROWS
from almazara.prices.answering.issued_forecasts import IssuedQuery, IssuedRow
from almazara.prices.answers import Advice, Cheapest, Prediction
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.collecting.runs import RETRAIN, RunView, view
from almazara.prices.forecasting.issued import KEPT_DAYS, ForecastReport
from almazara.prices.forecasting.published import HORIZON_DAYS, LEVELS
from almazara.prices.forecasting.scores import HORIZONS
from almazara.words.numbers import Language

router = APIRouter(tags=["precios"], responses=declared(422, 503))

Levels = Annotated[str, Query(pattern=r"^\d{1,2}(,\d{1,2}){0,10}$", description=f"Intervalos en %, de {LEVELS}.")]

_TABLE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": dict(DESCRIBED)}}


class IssuedAnswer(BaseModel):
    """One page of published forecasts."""

    items: list[IssuedRow]
    next_cursor: str | None


@router.get("/predict", **reading(Prediction, "El pronóstico de un producto, o del índice de una categoría", 404))
def predict(
    service: Service,
    product: ProductId | None = None,
    category: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    currency: Annotated[
        str | None, Query(pattern="^[A-Z]{3}$", description="De una categoría: la moneda, si hay varias.")
    ] = None,
    horizon: Annotated[int, Query(ge=1, le=HORIZON_DAYS, description="Días por delante.")] = 30,
    levels: Levels = "50,80,95",
) -> Response:
    asked = [int(level) for level in levels.split(",")]
    if (product is None) == (category is None):
        raise InputError("Give a product or a category, and not both.")
    if category is not None:
        return send(service.predict_category(category, horizon, asked, currency))
    return send(service.predict(product or "", horizon, asked))


@router.post("/retrain", **writing(RunView, 202, "Hacer de nuevo los pronósticos", declared(409, 413)))
def retrain(prices: All, _: Annotated[None, Depends(without_body)]) -> Response:
    run = prices.retraining.start()
    return send(view(run.run_id, [run]), 202, {"Location": f"/retrain/{run.run_id}"})


@router.get("/retrain/{run_id}", **reading(RunView, "Cómo va un reentrenamiento", 404))
def retrain_run(run_id: RunId, service: Service) -> Response:
    return send(service.run(run_id, RETRAIN))


@router.get(
    "/forecasts/score", **reading(ForecastReport, "Aciertos de los pronósticos publicados, por modelo y horizonte")
)
def forecast_scores(
    service: Service,
    days: Annotated[int, Query(ge=1, le=KEPT_DAYS, description="Días terminados que se miran.")] = 28,
    language: InLanguage = Language.EN,
) -> Response:
    return send(service.forecast_scores(days, language))


@router.get(
    "/forecasts/issued",
    response_model=IssuedAnswer,
    responses={**_TABLE, **declared(404)},
    summary="Los pronósticos publicados, uno a uno, y el precio que vino; los que aún no se han puntuado lo dicen",
)
def issued_forecasts(
    service: Service,
    product: ProductId | None = None,
    days: Annotated[
        int, Query(ge=1, le=max(HORIZONS), description="Los de tantos días terminados, y los de los días por venir.")
    ] = 28,
    output: Annotated[Format, Query(alias="format")] = Format.json,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 1000,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
) -> Response:
    rows, following = service.issued(IssuedQuery(product, days, limit, cursor))
    return formatted(rows, IssuedRow, following, output)


@router.get("/advice", **reading(Advice, "Comprar ya o esperar, y por qué", 404))
def advice(
    service: Service,
    product: ProductId,
    deadline_days: DeadlineDays = DEADLINE_DAYS,
    quantity: Quantity = 1,
    language: InLanguage = Language.ES,
) -> Response:
    return send(service.advice(product, deadline_days, quantity, language))


@router.get("/cheapest", **reading(Cheapest, "El litro más barato de una categoría, por calidad", 404))
def cheapest(
    service: Service,
    category: Annotated[str, Query(min_length=1, max_length=100, description="La palabra con que se agrupan.")],
    language: InLanguage = Language.ES,
) -> Response:
    return send(service.cheapest(category, language))
