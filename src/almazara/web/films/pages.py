"""Pages of films: search as one types, people by name, a taste, the catalog by pages; and one film."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.api.films.parameters import ID, film_id_of
from almazara.movies.answers import FilmAnswer, FilmReference
from almazara.movies.service import MovieService
from almazara.movies.similar.answering import SCORE, SimilarList, Suggestion
from almazara.web.films.catalog import browsed
from almazara.web.films.standing import ruled
from almazara.web.films.taste import taste
from almazara.web.filters import typed
from almazara.web.page import page, reader_of
from almazara.web.routing import wants_part
from almazara.words.said import Said, said

_FOUND: Final = 12
_BESIDE: Final = 6


def service(request: Request) -> MovieService:
    """The film service of the version in use; UnavailableError where there is none."""
    films: MovieService = request.app.state.movies.current
    return films


async def search(request: Request) -> Response:
    """Films and people that are sought, films for a taste, and the catalog; alone what one types, for HTMX."""
    films, language = service(request), reader_of(request).language
    asked, person = (next(iter(typed(request.query_params, name)), "") for name in ("q", "persona"))
    found = films.search(asked, _FOUND, language) if asked else None
    if wants_part(request.headers):
        return page(request, "film_hits.html", found=found)
    values: dict[str, Any] = {"films": films, "asked": asked, "found": found, "person": person}
    values["people"] = films.people.search(person, _FOUND, language) if person else None
    values["taste"] = taste(request.query_params, films, language)
    values["catalog"] = None if values["taste"].is_asked else browsed(request, films, language)
    return page(request, "films.html", here="films", **values)


@dataclass(frozen=True, slots=True)
class Method:
    """The list of one method; `is_own` is False where the method knows nothing of the film."""

    name: str
    about: Said
    films: Sequence[Suggestion]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """A film that several methods list, and how many do."""

    film: FilmReference
    methods: int


async def film(request: Request) -> Response:
    """One film: what it is, where its numbers stand, and what each method would have one see after it."""
    films, language = service(request), reader_of(request).language
    film_id = film_id_of(ID.read(request))
    one = msgspec.json.decode(films.film(film_id, language), type=FilmAnswer)
    methods = [
        Method(name, said(f"films.method.{name}"), found.suggestions, is_own=_knows(name, found, one))
        for name, found in films.similar_by_method(film_id, _BESIDE, language).items()
    ]
    values: dict[str, Any] = {"film": one, "methods": [method for method in methods if method.is_own]}
    values |= {"silent": [method for method in methods if not method.is_own], "agreed": agreed(values["methods"])}
    values["origin"] = [*films.tags(film_id, "country"), *films.tags(film_id, "language")]
    values["numbers"] = [ruled(standing, language) for standing in films.film_standing(film_id)]
    return page(request, "film.html", here="films", **values)


def _knows(method: str, found: SimilarList, film: FilmAnswer) -> bool:
    """Whether a list is of the method's own knowledge: without votes an average of 0 is none."""
    return bool(found.suggestions) and found.method == method and (method != SCORE or bool(film.votos))


def agreed(methods: Sequence[Method]) -> dict[int, Agreed]:
    """The films that stand in the lists of two methods or more, by id, those of most methods first."""
    own = [one.film for method in methods for one in method.films]
    counts = Counter(one.id for one in own)
    found = {one.id: Agreed(one, counts[one.id]) for one in own if counts[one.id] > 1}
    return dict(sorted(found.items(), key=lambda item: -item[1].methods))


PAGES: Final = (Route("/peliculas", search), Route("/peliculas/{id}", film))
