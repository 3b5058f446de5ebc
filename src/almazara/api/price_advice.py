"""Routes of the buyer: now or later, and which product of a category."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from almazara.api.errors import declared
from almazara.api.prices import ProductId, Service
from almazara.prices.alerts.rules import DEADLINE_DAYS
from almazara.prices.answers import MOST_PIECES, Advice, Cheapest
from almazara.prices.buying.policy import LONGEST_DEADLINE

router = APIRouter(tags=["precios"], responses=declared(404, 422, 503))


@router.get("/advice", response_model=Advice, summary="Comprar ya o esperar, y por qué")
def advice(
    service: Service,
    product: ProductId,
    deadline_days: Annotated[
        int, Query(ge=1, le=LONGEST_DEADLINE, description="Días en los que hay que haber comprado.")
    ] = DEADLINE_DAYS,
    quantity: Annotated[int, Query(ge=1, le=MOST_PIECES, description="Cuántos se compran.")] = 1,
) -> Response:
    return _send(service.advice(product, deadline_days, quantity))


@router.get("/cheapest", response_model=Cheapest, summary="El litro más barato de una categoría, por calidad")
def cheapest(
    service: Service,
    category: Annotated[str, Query(min_length=1, max_length=100, description="La palabra con que se agrupan.")],
) -> Response:
    return _send(service.cheapest(category))


def _send(answer: Advice | Cheapest) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
