"""Routes of what a page needs at once: all followed products, and everything about one of them."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from almazara.api.errors import declared
from almazara.api.prices import Service
from almazara.api.routes import send
from almazara.api.tables import DESCRIBED, Format, as_table
from almazara.prices.answering.overview import OverviewRow

router = APIRouter(tags=["precios"], responses=declared(422, 503))

_TABLE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": dict(DESCRIBED)}}


@router.get(
    "/overview",
    response_model=list[OverviewRow],
    responses=_TABLE,
    summary="Todo lo que se sigue, del litro más barato al más caro: cambios, mínimo, consejo y pronóstico",
)
def overview(
    service: Service,
    category: Annotated[str | None, Query(max_length=100)] = None,
    shop: Annotated[str | None, Query(max_length=253, description="Solo los de una tienda.")] = None,
    output: Annotated[Format, Query(alias="format")] = Format.json,
) -> Response:
    rows = service.overview(category=category, shop=shop)
    return send(rows) if output is Format.json else as_table(rows, OverviewRow, output)
