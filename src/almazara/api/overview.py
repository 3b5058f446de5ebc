"""Routes of what a page needs at once: all followed products, one of them, all categories, one of these."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Response

from almazara.api.errors import declared
from almazara.api.language import InLanguage
from almazara.api.prices import NEXT_PAGE, TEXT, Limit, ProductId, Service, after, next_header
from almazara.api.routes import Router, reading, send
from almazara.api.tables import DESCRIBED, Format, as_table
from almazara.prices.answering.categories import Category, CategoryStory
from almazara.prices.answering.overview import OverviewRow, RowState
from almazara.prices.answering.story import Story
from almazara.prices.answers import MOST_PIECES
from almazara.prices.buying.policy import DEADLINE_DAYS, LONGEST_DEADLINE

router = Router(tags=["precios"], responses=declared(422, 503))

DeadlineDays = Annotated[int, Query(ge=1, le=LONGEST_DEADLINE, description="Días en los que hay que haber comprado.")]
Quantity = Annotated[int, Query(ge=1, le=MOST_PIECES, description="Cuántos se compran.")]
Skipped = Annotated[int, Query(ge=0, le=1_000_000, description="Cuántas filas se saltan.")]
_TABLE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": dict(DESCRIBED)}}


@router.get(
    "/overview",
    response_model=list[OverviewRow],
    responses=_TABLE,
    summary="Todo lo que se sigue, del litro más barato al más caro: cambios, mínimo, consejo y pronóstico",
    description=NEXT_PAGE,
)
def overview(
    service: Service,
    category: Annotated[str | None, Query(max_length=100)] = None,
    shop: Annotated[str | None, Query(max_length=253, description="Solo los de una tienda.")] = None,
    litres: Annotated[
        float | None, Query(gt=0, allow_inf_nan=False, description="Solo los de un tamaño, en litros.")
    ] = None,
    state: Annotated[RowState | None, Query(description="Solo los agotados, o los que no tienen pronóstico.")] = None,
    output: Annotated[Format, Query(alias="format")] = Format.json,
    limit: Limit = 1000,
    cursor: Skipped = 0,
) -> Response:
    asked = {"category": category, "shop": shop, "litres": litres, "state": state}
    rows, total = service.page_of_overview(cursor, limit, asked)
    headers = next_header(after(cursor, limit, total))
    return send(rows, headers=headers) if output is Format.json else as_table(rows, OverviewRow, output, headers)


@router.get("/story", **reading(Story, "Todo lo que muestra la página de un producto, de una vez", 404))
def story(
    service: Service,
    product: ProductId,
    language: InLanguage,
    deadline_days: DeadlineDays = DEADLINE_DAYS,
    quantity: Quantity = 1,
) -> Response:
    return send(service.story(product, deadline_days, quantity, language))


@router.get(
    "/categories", **reading(list[Category], "Las categorías: su índice, y el litro más barato de cada calidad")
)
def categories(service: Service) -> Response:
    return send(service.categories())


@router.get(
    "/categories/{category:path}", **reading(CategoryStory, "Todo lo que muestra la página de una categoría", 404)
)
def category_story(
    service: Service,
    category: Annotated[str, Path(json_schema_extra=TEXT, description="La palabra que las agrupa.")],
    language: InLanguage,
) -> Response:
    return send(service.category_story(category, language))
