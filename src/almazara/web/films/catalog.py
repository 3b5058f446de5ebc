"""The catalog by pages: films of a genre and of some years, in some order; all of it stands in the address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from almazara.api.films.parameters import COUNT, FILTERS, GENRES, ORDER, START, YEAR_MAX, YEAR_MIN
from almazara.movies import sentences
from almazara.movies.answers import ListedFilm
from almazara.movies.catalog.browsing import Order
from almazara.movies.service import MovieService
from almazara.web.filters import genre_choices, read_filters
from almazara.web.page import Pages, pages
from almazara.words.numbers import Language
from almazara.words.said import Said, said

_SHOWN: Final = 20
_DECADE: Final = 10


@dataclass(frozen=True, slots=True)
class Era:
    """A decade as a link: its name, its years as the address has them, and whether it is the chosen one."""

    name: Said
    first: str
    last: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Browsed:
    """A page of the catalog.

    Attributes:
        message: How many films there are, and which of them these are.
        orders: Each as a field offers it, and whether it is the chosen one.
        as_json: The address at which the API gives the same films.
    """

    message: str
    rows: Sequence[ListedFilm]
    orders: Sequence[tuple[str, Said, bool]]
    genres: Sequence[tuple[str, str, bool]]
    eras: Sequence[Era]
    pages: Pages
    as_json: str


def browsed(request: Request, films: MovieService, language: Language) -> Browsed:
    """The page of the catalog that an address asks for; InputError for what cannot be meant."""
    params = request.query_params
    order = ORDER.read(request) if ORDER.name in params else Order.VOTES
    start = START.read(request)
    found = films.browse(read_filters(params), order, start, _SHOWN, language)
    return Browsed(
        message=found.mensaje,
        rows=found.peliculas,
        orders=[(one.value, said(f"films.order.{one.value}"), one is order) for one in Order],
        genres=genre_choices(films.genres, params.get(GENRES.name, ""), language),
        eras=list(_eras(films, (params.get(YEAR_MIN.name), params.get(YEAR_MAX.name)))),
        pages=pages(start, _SHOWN, found.cantidad),
        as_json=_as_json(params, order),
    )


def _as_json(params: QueryParams, order: Order) -> str:
    """What the page asks for of what the API takes; a search that stands beside the catalog is none of it."""
    names = {one.name for one in (START, *FILTERS)}
    asked = [(name, text) for name, text in params.multi_items() if name in names and text.strip()]
    return (
        f"/peliculas?{urlencode([(ORDER.name, order.value), (COUNT.name, str(_SHOWN)), *asked, ('formato', 'json')])}"
    )


def _eras(films: MovieService, asked: tuple[str | None, str | None]) -> Iterator[Era]:
    for year in films.explored.eras:
        years = str(year), str(year + _DECADE - 1)
        yield Era(sentences.decade(year), *years, is_chosen=years == asked)
