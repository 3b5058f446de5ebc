"""Routes of what is to come: forecasts and how they did, whether to buy now or wait, and which product."""

from datetime import date as Day  # noqa: N812 - a field called date would hide its own type
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, BeforeValidator, Field

from almazara.api.errors import declared
from almazara.api.language import InLanguage
from almazara.api.overview import DeadlineDays, Quantity
from almazara.api.prices import TEXT, All, ProductId, RunId, Service, formatted
from almazara.api.routes import Router, SentBody, reading, send, without_body, writing
from almazara.api.tables import DESCRIBED, Format
from almazara.errors import InputError
from almazara.prices.answering.announced_moves import KeptMove
from almazara.prices.answering.history import MAX_ROWS
from almazara.prices.answering.issued_forecasts import IssuedQuery, IssuedRow
from almazara.prices.answering.predicting import MOST_TARGET
from almazara.prices.answers import Advice, Cheapest, Prediction
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.collecting.runs import RETRAIN, RunView, view
from almazara.prices.forecasting.announced import EVERY, LEAST, MOST, AnnouncedMove, group_named
from almazara.prices.forecasting.issued import KEPT_DAYS, ForecastReport
from almazara.prices.forecasting.published import HORIZON_DAYS, LEVELS
from almazara.prices.forecasting.scores import HORIZONS
from almazara.words.said import said

router = Router(tags=["precios"], responses=declared(422, 503))

Levels = Annotated[str, Query(pattern=r"^\d{1,2}(,\d{1,2}){0,10}$", description=f"Intervalos en %, de {LEVELS}.")]

_TABLE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": dict(DESCRIBED)}}


class IssuedAnswer(BaseModel):
    """One page of published forecasts."""

    items: list[IssuedRow]
    next_cursor: str | None


def _read_day(text: object) -> object:
    """A day as it is written; pydantic alone would take a number, or a midnight, for one."""
    return text if isinstance(text, str) and len(text) == len("2026-10-01") else None


class NewMove(SentBody):
    """What is announced: from a day on, the prices of a product, a shop, a category or of all are multiplied."""

    date: Annotated[Day, BeforeValidator(_read_day), Field(examples=["2026-10-01"])]
    factor: Annotated[float, Field(ge=LEAST, le=MOST, description="1.02 es una subida del 2 %.", examples=[1.02])]
    group: Annotated[
        str,
        Field(
            max_length=300,
            pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
            description="Un producto, una tienda o una categoría; sin él, todo.",
            examples=["olive-oil"],
        ),
    ] = EVERY


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
    target: Annotated[
        float | None, Query(gt=0, le=MOST_TARGET, description="Un precio: la probabilidad de ese o menos, por día.")
    ] = None,
) -> Response:
    asked = [int(level) for level in levels.split(",")]
    if (product is None) == (category is None):
        raise InputError(said("prices_refused.asked.not_both"))
    if category is not None:
        return send(service.predict_category(category, horizon, asked, currency, target))
    return send(service.predict(product or "", horizon, asked, target))


@router.get("/announced-moves", **reading(list[KeptMove], "Los cambios de precios anunciados, por orden de su día"))
def announced_moves(service: Service) -> Response:
    return send(service.announced_moves())


@router.post("/announced-moves", **writing(KeptMove, 201, "Anunciar un cambio de precios", declared(413)))
def announce(new: NewMove, service: Service) -> Response:
    [kept] = service.announce([AnnouncedMove(new.date, new.factor, group_named(new.group))])
    return send(kept, 201)


@router.delete("/announced-moves/{move_id}", **writing(None, 204, "Quitar un cambio anunciado", declared(404, 413)))
def withdraw(
    move_id: Annotated[str, Path(json_schema_extra=TEXT, description="El move_id de un cambio.")], service: Service
) -> Response:
    service.withdraw(move_id)
    return Response(status_code=204)


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
    language: InLanguage,
    days: Annotated[int, Query(ge=1, le=KEPT_DAYS, description="Días terminados que se miran.")] = 28,
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
    language: InLanguage,
    deadline_days: DeadlineDays = DEADLINE_DAYS,
    quantity: Quantity = 1,
) -> Response:
    return send(service.advice(product, deadline_days, quantity, language))


@router.get("/cheapest", **reading(Cheapest, "El litro más barato de una categoría, por calidad", 404))
def cheapest(
    service: Service,
    category: Annotated[str, Query(min_length=1, max_length=100, description="La palabra con que se agrupan.")],
    language: InLanguage,
) -> Response:
    return send(service.cheapest(category, language))
