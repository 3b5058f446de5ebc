"""Pages of films: search as one types, one film with others like it, and a list for a taste."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.movies import ID
from almazara.api.routes import whole_number
from almazara.errors import InputError, NotFoundError
from almazara.figures.explored import named
from almazara.movies.answers import FilmAnswer
from almazara.movies.service import MovieService
from almazara.movies.similar.answering import METHODS
from almazara.movies.users.answering import ListQuery
from almazara.movies.users.events import LARGEST_ID
from almazara.web.filters import read_filters
from almazara.web.page import page, reader_of
from almazara.web.standing import ruled
from almazara.words.numbers import Language
from almazara.words.said import said

_FOUND: Final = 12
_LISTED: Final = 10
_TASTES: Final = 3
_LONGEST: Final = 200
LIKED, DISLIKED = "gusta", "no_gusta"


def service(request: Request) -> MovieService:
    """The film service of the version in use; UnavailableError where there is none."""
    films: MovieService = request.app.state.movies.current
    return films


async def search(request: Request) -> Response:
    """Search as one types, the same list as a page and alone for HTMX; and films for a taste."""
    films, language = service(request), reader_of(request).language
    asked = request.query_params.get("q", "").strip()[:_LONGEST]
    found = films.search(asked, _FOUND, language) if asked else None
    if "hx-request" in request.headers:
        return page(request, "film_hits.html", found=found)
    return page(request, "films.html", here="films", asked=asked, found=found, films=films, **_taste(request, films))


def _taste(request: Request, films: MovieService) -> dict[str, Any]:
    """What somebody likes, as they typed it, and films for that; or what is wrong with it, and what is near."""
    liked, disliked = _typed(request, LIKED), _typed(request, DISLIKED)
    values: dict[str, Any] = {"liked": [*liked, *[""] * _TASTES][: max(_TASTES, len(liked))], "disliked": disliked}
    values |= {"for_taste": None, "wrong": None, "near": []}
    if not liked:
        return values
    try:
        query = ListQuery(n=_LISTED, filters=read_filters(request.query_params))
        values["for_taste"] = films.users.for_profile(liked, disliked, query, reader_of(request).language)
    except (NotFoundError, InputError) as error:
        values |= {"wrong": str(error), "near": error.suggestions}
    return values


def _typed(request: Request, name: str) -> list[str]:
    typed = (text.strip()[:_LONGEST] for text in request.query_params.getlist(name))
    return [text for text in typed if text][:_LISTED]


async def film(request: Request) -> Response:
    """One film: what it is, and what to see after it, by the method that was chosen."""
    films, language = service(request), reader_of(request).language
    film_id = whole_number(ID.read(request), "id", 1, LARGEST_ID)
    one = msgspec.json.decode(films.film(film_id, language), type=FilmAnswer)
    method = request.query_params.get("metodo", METHODS[0])
    similar = films.recommend(one.titulo, _LISTED, method, film_id=film_id, language=language)
    values: dict[str, Any] = {"film": one, "similar": similar, "methods": _methods(method, language)}
    values["genres"] = [named("genre", genre) for genre in one.generos]
    values["numbers"] = [ruled(standing, language) for standing in films.film_standing(film_id)]
    return page(request, "film.html", here="films", **values)


def _methods(chosen: str, language: Language) -> Sequence[tuple[str, str, bool]]:
    """Each method: its name in the address and in words, and whether it is the chosen one."""
    return [(name, said(f"site.method.{name}").text(language), name == chosen) for name in METHODS]


PAGES: Final = (Route("/peliculas", search), Route("/peliculas/{id}", film))
