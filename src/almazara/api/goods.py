"""Routes of goods: what several shops sell as one, what was declared of it, and the cheapest split of a basket."""

from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import Field

from almazara.api.errors import declared
from almazara.api.language import InLanguage
from almazara.api.overview import DeadlineDays, Quantity, Skipped
from almazara.api.prices import NEXT_PAGE, TEXT, Limit, Service, after, next_header
from almazara.api.routes import Router, SentBody, reading, send, writing
from almazara.prices.answering.baskets import BasketAnswer
from almazara.prices.answering.good_stories import GoodRow, GoodStory
from almazara.prices.buying.basket import MOST_ITEMS, MOST_SHOPS
from almazara.prices.buying.basket_address import DELIVERY, THING, read_basket
from almazara.prices.buying.goods import MOST_DECLARED
from almazara.prices.buying.policy import DEADLINE_DAYS

router = Router(tags=["precios"], responses=declared(422, 503))

_Product = Annotated[str, Field(min_length=1, max_length=300, examples=["amazon.es:B0EXAMPLE1"])]
_Thing = Annotated[str, Field(min_length=1, max_length=300)]
_WRONG = declared(404, 413)


class DeclaredGood(SentBody):
    """Products of which somebody says that they are the same; one alone is like no other, whatever its GTIN."""

    products: Annotated[
        list[_Product], Field(min_length=1, max_length=MOST_DECLARED, json_schema_extra={"uniqueItems": True})
    ]


@router.get(
    "/goods",
    **reading(list[GoodRow], "Los artículos que venden varias tiendas, con su oferta más barata"),
    description=NEXT_PAGE,
)
def goods(service: Service, limit: Limit = 1000, cursor: Skipped = 0) -> Response:
    rows, total = service.page_of_goods(cursor, limit)
    return send(rows, headers=next_header(after(cursor, limit, total)))


@router.post(
    "/goods", **writing(GoodStory, 201, "Declarar que varios productos son el mismo artículo, o uno de ninguno", _WRONG)
)
def declare(new: DeclaredGood, service: Service) -> Response:
    return send(service.declare_good(new.products), 201)


@router.get("/goods/{good:path}", **reading(GoodStory, "Todo lo que muestra la página de un artículo, de una vez", 404))
def good(
    service: Service,
    good: Annotated[
        str,
        Path(json_schema_extra=TEXT, description="Su id, su GTIN como `gtin:8410179100012`, o el id de un producto."),
    ],
    language: InLanguage,
    deadline_days: DeadlineDays = DEADLINE_DAYS,
    quantity: Quantity = 1,
) -> Response:
    return send(service.good(good, deadline_days, quantity, language))


@router.delete(
    "/goods/{good:path}",
    **writing(None, 204, "Olvidar lo que se declaró de un producto: decide otra vez su GTIN", _WRONG),
)
def undeclare(
    good: Annotated[str, Path(json_schema_extra=TEXT, description="Id de un producto, `tienda:código`.")],
    service: Service,
) -> Response:
    service.undeclare(good)
    return Response(status_code=204)


@router.get("/basket", **reading(BasketAnswer, "Dónde comprar cada cosa de una cesta para que salga más barata"))
def basket(
    service: Service,
    things: Annotated[
        list[_Thing],
        Query(
            alias=THING, min_length=1, max_length=MOST_ITEMS, description="Un artículo o producto, y cuántos: `ID~2`."
        ),
    ],
    deliveries: Annotated[
        list[_Thing] | None,
        Query(
            alias=DELIVERY,
            max_length=MOST_SHOPS,
            description="Lo que cobra una tienda: `TIENDA~4.99~49`, gratis desde 49.",
        ),
    ] = None,
) -> Response:
    return send(service.basket(read_basket(things, deliveries or [])))
