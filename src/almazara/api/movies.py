"""Routes of the film product; paths and fields follow the brief, in Spanish."""
# ruff: noqa: FAST003 - the parameters are described and read by parameters.py

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.convertors import PathConvertor, register_url_convertor

from almazara.api.errors import declared
from almazara.api.parameters import (
    PathText,
    QueryChoice,
    QueryList,
    QueryNumber,
    QueryShare,
    QueryText,
    described,
    printable,
    whole_number,
)
from almazara.movies import answers
from almazara.movies.catalog.calendar_es import MONTHS, WEEKDAYS
from almazara.movies.service import MovieService
from almazara.movies.similar.answering import DEFAULT_METHOD, METHODS
from almazara.movies.similar.attributes import MAX_EXCLUDED, SPANISH_GENRES, Filters, listed_ids
from almazara.movies.similar.ranking import MAX_SIMILAR


class _TextConvertor(PathConvertor):
    """Like `path`, and also over line breaks, so that it is the service that refuses them."""

    regex = "(?s:.*)"


register_url_convertor("text", _TextConvertor())


class PlainRoute(APIRoute):
    """Hands the request to the endpoint as it is: solving declared parameters costs more than the answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


router = APIRouter(route_class=PlainRoute, tags=["películas"], responses=declared(422, 503))

_ACCENTS: Final = {"a": "aá", "e": "eé", "i": "ií", "o": "oó", "u": "uú", "á": "aá", "é": "eé"}


def _any_spelling(words: tuple[str, ...]) -> str:
    """A pattern for words in any case, with or without accents, to describe what the service accepts."""
    spelled = ("".join(f"[{_both_cases(_ACCENTS.get(letter, letter))}]" for letter in word) for word in words)
    return "|".join(spelled)


def _both_cases(letters: str) -> str:
    return letters + letters.upper()


_MONTH_WORDS: Final = f"^(?:{_any_spelling((*MONTHS, 'setiembre'))}|0?[1-9]|1[0-2])$"
_DAY_WORDS: Final = f"^(?:{_any_spelling(WEEKDAYS)}|0?[1-9]|[12][0-9]|3[01])$"
_GENRE_NAMES: Final = _any_spelling(tuple(dict.fromkeys(map(str.lower, (*SPANISH_GENRES, *SPANISH_GENRES.values())))))
_GENRE_WORDS: Final = f"^(?:{_GENRE_NAMES})( *, *(?:{_GENRE_NAMES}))*$"
_LARGEST_ID: Final = 2**63 - 1

MONTH: Final = PathText("mes", "Mes en español, o 1-12.", {"type": "string", "pattern": _MONTH_WORDS}, "enero")
DAY: Final = PathText(
    "dia",
    "Día de la semana, 1-31, o AAAA-MM-DD.",
    {"anyOf": [{"type": "string", "pattern": _DAY_WORDS}, {"type": "string", "format": "date"}]},
    "miércoles",
)
TITLE: Final = printable("titulo", "Título, también original; `Título (1950)` elige el año.", "Gone with the Olive")
ACTOR: Final = printable("nombre_actor", "Nombre y apellidos.", "Ramona Wendández")
DIRECTOR: Final = printable("nombre_director", "Nombre y apellidos.", "Fenna Eldhurst")
TEXT: Final = QueryText("q", "Lo que se busca; admite erratas.")
YEAR: Final = QueryNumber("anio", "Año de estreno, entre varias del mismo título.", 1800, 2200)
FILM_ID: Final = QueryNumber("id", "Id, entre varias del mismo título.", 1, _LARGEST_ID)
COUNT: Final = QueryNumber("n", "Cuántas películas; 5 recomendadas o 10 buscadas si no se dice.", 1, MAX_SIMILAR)
METHOD: Final = QueryChoice("metodo", f"Método; {DEFAULT_METHOD} si no se dice.", METHODS)
YEAR_MIN: Final = QueryNumber("anio_min", "Solo películas de este año o posteriores.", 1800, 2200)
YEAR_MAX: Final = QueryNumber("anio_max", "Solo películas de este año o anteriores.", 1800, 2200)
LANGUAGES: Final = QueryList(
    "idioma",
    "Idioma original, ISO 639-1; con varios separados por comas, uno de ellos.",
    "^[A-Za-z]{2}( *, *[A-Za-z]{2})*$",
    "es,en",
)
GENRES: Final = QueryList(
    "genero",
    "Género, en español o como está en el catálogo; con varios separados por comas, uno de ellos.",
    _GENRE_WORDS,
    "drama,comedia",
)
VOTES_MIN: Final = QueryNumber("votos_min", "Solo películas con al menos estos votos.", 0, 10**12)
EXCLUDED: Final = QueryList(
    "excluir",
    f"Ids de películas que no se quieren, separados por comas; hasta {MAX_EXCLUDED}.",
    f"^[1-9][0-9]{{0,17}}(,[1-9][0-9]{{0,17}}){{0,{MAX_EXCLUDED - 1}}}$",
    "900001,900002",
)
FILTERS: Final = (YEAR_MIN, YEAR_MAX, LANGUAGES, GENRES, VOTES_MIN, EXCLUDED)
DIVERSITY: Final = QueryShare("diversidad", "Variedad: 0, las más parecidas; 1, lo más distintas entre sí.")
ID: Final = PathText("id", "Id de la película.", {"type": "integer", "minimum": 1, "maximum": _LARGEST_ID}, "900001")


def _films(request: Request) -> MovieService:
    service: MovieService = request.app.state.movies.current
    return service


def _send(answer: object) -> Response:
    """The answer's bytes as they are: what we built needs no validation again."""
    content = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(content, media_type="application/json")


@router.get(
    "/cantidad_filmaciones_mes/{mes}",
    response_model=answers.MonthAnswer,
    openapi_extra=described(MONTH),
    summary="Estrenos en un mes de cualquier año",
)
async def films_in_month(request: Request) -> Response:
    return _send(_films(request).month(MONTH.read(request)))


@router.get(
    "/cantidad_filmaciones_dia/{dia}",
    response_model=answers.DayAnswer,
    openapi_extra=described(DAY),
    summary="Estrenos en un día",
)
async def films_on_day(request: Request) -> Response:
    return _send(_films(request).day(DAY.read(request)))


@router.get(
    "/score_titulo/{titulo:text}",
    response_model=answers.ScoreAnswer,
    responses=declared(404),
    openapi_extra=described(TITLE, YEAR, FILM_ID),
    summary="Popularidad de una película",
)
async def score(request: Request) -> Response:
    return _send(_films(request).score(TITLE.read(request), YEAR.read(request), FILM_ID.read(request)))


@router.get(
    "/votos_titulo/{titulo:text}",
    response_model=answers.VotesAnswer,
    responses=declared(404),
    openapi_extra=described(TITLE, YEAR, FILM_ID),
    summary="Votos de una película",
)
async def votes(request: Request) -> Response:
    return _send(_films(request).votes(TITLE.read(request), YEAR.read(request), FILM_ID.read(request)))


@router.get(
    "/get_actor/{nombre_actor:text}",
    response_model=answers.ActorAnswer,
    responses=declared(404),
    openapi_extra=described(ACTOR),
    summary="Éxito de un actor o una actriz",
)
async def actor(request: Request) -> Response:
    return _send(_films(request).actor(ACTOR.read(request)))


@router.get(
    "/get_director/{nombre_director:text}",
    response_model=answers.DirectorAnswer,
    responses=declared(404),
    openapi_extra=described(DIRECTOR),
    summary="Éxito y películas de un director o una directora",
)
async def director(request: Request) -> Response:
    return _send(_films(request).director(DIRECTOR.read(request)))


@router.get(
    "/recomendacion/{titulo:text}",
    response_model=answers.RecommendationAnswer,
    responses=declared(404),
    openapi_extra=described(TITLE, COUNT, METHOD, DIVERSITY, *FILTERS, YEAR, FILM_ID),
    summary="Películas parecidas",
)
async def recommendation(request: Request) -> Response:
    films, title = _films(request), TITLE.read(request)
    if not request.scope["query_string"]:
        return _send(films.recommend_default(title))
    n, method = COUNT.read(request), METHOD.read(request)
    answer = films.recommend(
        title,
        5 if n is None else n,
        DEFAULT_METHOD if method is None else method,
        YEAR.read(request),
        FILM_ID.read(request),
        filters=read_filters(request),
        diversity=DIVERSITY.read(request),
    )
    return _send(answer)


def read_filters(request: Request) -> Filters:
    """What every film of the list must be, from the parameters FILTERS."""
    return Filters(
        year_min=YEAR_MIN.read(request),
        year_max=YEAR_MAX.read(request),
        languages=LANGUAGES.read(request),
        genres=GENRES.read(request),
        votes_min=VOTES_MIN.read(request) or 0,
        excluded=listed_ids(EXCLUDED.read(request), EXCLUDED.name),
    )


@router.get(
    "/buscar",
    response_model=answers.SearchAnswer,
    openapi_extra=described(TEXT, COUNT),
    summary="Buscar películas, con erratas",
)
async def search(request: Request) -> Response:
    n = COUNT.read(request)
    return _send(_films(request).search(TEXT.read(request), 10 if n is None else n))


@router.get(
    "/peliculas/{id}",
    response_model=answers.FilmAnswer,
    responses=declared(404),
    openapi_extra=described(ID),
    summary="Una película por su id",
)
async def film(request: Request) -> Response:
    return _send(_films(request).film(whole_number(ID.read(request), "id", 1, _LARGEST_ID)))
