"""Routes of prices: what is followed, reading it, and its history; fields are in English, amounts decimal strings."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from almazara.api.errors import declared
from almazara.api.methods import NEXT_HEADER, OTHERS_HEADER
from almazara.api.routes import Router, SentBody, reading, send, writing
from almazara.api.tables import DESCRIBED, Format, as_table
from almazara.app.prices import Prices
from almazara.errors import InputError
from almazara.prices.answering.history import MAX_ROWS
from almazara.prices.answers import DailyRow, DataQuery, DataRow, Followed, IndexRow, Product
from almazara.prices.collecting.runs import SCRAPE, RunView
from almazara.prices.schema import PriceName
from almazara.prices.service import PriceService
from almazara.words.said import said

router = Router(tags=["precios"], responses=declared(422, 503))

_LONGEST_NAME: Final = 10_000
"""Of a product, as it may be asked for: what is longer is none, and what is no text is refused."""
TEXT: Final[dict[str, Any]] = {"minLength": 1, "maxLength": 2048, "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"}
NEXT_PAGE: Final = f"La cabecera `{NEXT_HEADER}` dice con qué `cursor` se pide la página siguiente; en la última falta."
_OTHERS: Final = (
    f"La cabecera `{OTHERS_HEADER}` dice cuántos se guardan sin seguirse, como los importados: `all=true` los trae. "
)
_KNOWN: Final[dict[int | str, Any]] = {200: {"model": Followed, "description": "Ya se conocía"}}


class NewProduct(SentBody):
    """What to follow: an address, an ASIN with its marketplace, or `search: words` with a marketplace."""

    product: Annotated[str, Field(min_length=1, max_length=2048, examples=["https://www.amazon.es/dp/B0EXAMPLE1"])]
    marketplace: Annotated[str | None, Field(max_length=40, examples=["amazon.es"])] = None
    category: Annotated[str | None, Field(max_length=100, examples=["olive-oil"])] = None
    target_price: Annotated[Decimal | None, Field(gt=0, lt=10**12, max_digits=15, decimal_places=4)] = None


class ScrapeRequest(SentBody):
    """Which products to read; all that are followed when left out."""

    products: Annotated[
        list[Annotated[str, Field(max_length=_LONGEST_NAME)]] | None, Field(min_length=1, max_length=200)
    ] = None


class DataAnswer(BaseModel):
    """One page of observations, or of days."""

    items: list[DataRow] | list[DailyRow] | list[IndexRow]
    next_cursor: str | None


# Asynchronous, since they only look something up: FastAPI gives a plain function a thread.
async def _prices(request: Request) -> Prices:
    prices: Prices = request.app.state.prices
    return prices


async def _service(request: Request) -> PriceService:
    return (await _prices(request)).service


All = Annotated[Prices, Depends(_prices)]
Service = Annotated[PriceService, Depends(_service)]
ProductId = Annotated[str, Query(json_schema_extra=TEXT, description="Id de un producto, `tienda:código`.")]
Limit = Annotated[int, Query(ge=1, le=MAX_ROWS, description="Filas de una página, como mucho.")]
Cursor = Annotated[str | None, Query(max_length=2048, description="Dónde empieza la página.")]
RunId = Annotated[str, Path(json_schema_extra=TEXT, description="El run_id que dio el POST.")]


def _read_moment(text: object) -> object:
    """A day where only a day is written; pydantic alone would take midnight for the whole day."""
    if not isinstance(text, str):
        return text
    try:
        if len(text) == len("2026-03-31"):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)  # an unescaped + is a space
    except ValueError:
        raise PydanticCustomError("moment", "must be a day or a moment") from None


Moment = Annotated[
    date | datetime | None,
    BeforeValidator(_read_moment),
    Query(description="AAAA-MM-DD, o un momento con zona horaria (sin ella, UTC)."),
]


@router.get(
    "/productos",
    **reading(list[Product], "Lo que se sigue, con su último precio"),
    description=_OTHERS + NEXT_PAGE,
)
def products(
    service: Service,
    category: Annotated[str | None, Query(max_length=100)] = None,
    every: Annotated[
        bool, Query(alias="all", description="También lo que ya no se sigue, y lo que hallaron las búsquedas.")
    ] = False,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    tracked = None if every else True
    page, following = service.page_of_products(limit, cursor, category=category, tracked=tracked)
    others = 0 if every else service.not_followed(category)
    return send(page, headers={**next_header(following), OTHERS_HEADER: str(others)})


@router.post("/productos", **writing(Followed, 201, "Seguir un producto", {**_KNOWN, **declared(409, 413)}))
def add_product(new: NewProduct, service: Service) -> Response:
    product, is_new = service.add_product(
        new.product, marketplace=new.marketplace, category=new.category, target_price=new.target_price
    )
    return send(product, 201 if is_new else 200)


@router.delete(
    "/productos/{product_id:listing}",
    **writing(None, 204, "Dejar de seguir un producto; su historia queda", declared(404, 409, 413)),
)
def remove_product(product_id: Annotated[str, Path(json_schema_extra=TEXT)], service: Service) -> Response:
    service.remove_product(product_id)
    return Response(status_code=204)


@router.post("/scraper", **writing(RunView, 202, "Leer ahora los precios", declared(404, 409, 413)))
def scrape(prices: All, request: Annotated[ScrapeRequest | None, Body()] = None) -> Response:
    run = prices.jobs.start(request.products if request else None)
    return send(run, 202, {"Location": f"/scraper/{run.run_id}"})


@router.get("/scraper/{run_id}", **reading(RunView, "Cómo va una lectura", 404))
def scrape_run(run_id: RunId, service: Service) -> Response:
    return send(service.run(run_id, SCRAPE))


@router.get(
    "/data",
    response_model=DataAnswer,
    responses={200: {"content": dict(DESCRIBED)}, **declared(404)},
    summary="La historia de un producto, de una categoría o de todo",
)
def data(
    service: Service,
    product: ProductId | None = None,
    category: Annotated[str | None, Query(max_length=100)] = None,
    start: Moment = None,
    end: Moment = None,
    daily: Annotated[bool, Query(description="Un valor por día, con sus huecos marcados.")] = False,
    index: Annotated[
        bool, Query(description="El índice de la categoría: un precio por día, por litro si se conocen los litros.")
    ] = False,
    price: Annotated[
        PriceName | None,
        Query(description="Otro precio de la página en lugar del destacado: solo las lecturas que lo muestran."),
    ] = None,
    output: Annotated[Format, Query(alias="format")] = Format.json,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    query = DataQuery(product, category, _start(start), _end(end), limit, cursor, price)
    if index:
        days, following = service.index(query)
        return formatted(days, IndexRow, following, output)
    if daily:
        rows, following = service.daily(query)
        return formatted(rows, DailyRow, following, output)
    page = service.data(query)
    return formatted(service.rows(page.observations), DataRow, page.next_cursor, output)


def _start(moment: date | datetime | None) -> datetime | None:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    return datetime.combine(moment, time.min, UTC) if moment else None


def _end(moment: date | datetime | None) -> datetime | None:
    """A day as the end is meant whole."""
    if moment is None or isinstance(moment, datetime):
        return _start(moment)
    try:
        return datetime.combine(moment + timedelta(days=1), time.min, UTC)
    except OverflowError as error:
        raise InputError(said("prices_refused.asked.outside", name="end")) from error


def formatted(rows: Sequence[object], kind: type, following: str | None, output: Format) -> Response:
    """One page of rows, with where the next begins: in JSON beside them, in tables as a header."""
    if output is Format.json:
        return send({"items": rows, "next_cursor": following}, headers=next_header(following))
    return as_table(rows, kind, output, next_header(following))


def after(start: int, limit: int, total: int) -> str | None:
    """The cursor of the next page of rows that are skipped by their number; None on the last page."""
    return str(start + limit) if start + limit < total else None


def next_header(following: str | None) -> dict[str, str]:
    """The header that tells where the next page begins; none on the last one."""
    return {NEXT_HEADER: following} if following else {}
