"""How the published forecasts did, once their days had come."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from almazara.api.errors import declared
from almazara.app.prices import Prices
from almazara.prices.forecasting.issued import KEPT_DAYS, ForecastReport

router = APIRouter(tags=["precios"], responses=declared(422, 503))


@router.get(
    "/forecasts/score",
    response_model=ForecastReport,
    summary="Aciertos de los pronósticos publicados, por modelo y horizonte",
)
def forecast_scores(
    request: Request,
    days: Annotated[int, Query(ge=1, le=KEPT_DAYS, description="Días terminados que se miran.")] = 28,
) -> Response:
    prices: Prices = request.app.state.prices
    return Response(msgspec.json.encode(prices.service.forecast_scores(days)), media_type="application/json")
