"""Routes of what keeps prices from being read: the runs, the readings that are held, the pages that gave no price."""

from typing import Annotated, Literal

from fastapi import Query, Response

from almazara.api.errors import declared
from almazara.api.prices import Service
from almazara.api.routes import Router, reading, send
from almazara.prices.answering.troubles import HeldReading, UnreadPage
from almazara.prices.collecting.runs import RunView

router = Router(tags=["precios"], responses=declared(422, 503))

_MOST_RUNS = 200
_MOST_PAGES = 1000

Pages = Annotated[int, Query(ge=1, le=_MOST_PAGES, description="Cuántas, como mucho.")]


@router.get("/runs", **reading(list[RunView], "Las últimas pasadas del lector y de los pronósticos"))
def runs(
    service: Service,
    kind: Annotated[Literal["scrape", "retrain"] | None, Query(description="Solo las de una clase.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_RUNS, description="Cuántas, como mucho.")] = 30,
) -> Response:
    return send(service.runs(kind, limit))


@router.get("/held", **reading(list[HeldReading], "Las lecturas retenidas hasta que otra las confirme, y por qué"))
def held(service: Service, limit: Pages = 100) -> Response:
    return send(service.held(limit))


@router.get("/blocked", **reading(list[UnreadPage], "Las páginas que no dieron precio, desde cuándo y por qué"))
def blocked(service: Service, limit: Pages = 100) -> Response:
    return send(service.unread(limit))
