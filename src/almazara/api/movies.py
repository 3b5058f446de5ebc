"""Routes of the film product; paths and fields follow the brief, in Spanish."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.convertors import PathConvertor, register_url_convertor

from almazara.api.errors import declared
from almazara.movies import answers
from almazara.movies.calendar_es import MONTHS, WEEKDAYS
from almazara.movies.recommenders.base import MAX_SIMILAR
from almazara.movies.service import MovieService
from almazara.movies.titles import LONGEST_QUERY


class _TextConvertor(PathConvertor):
    """Like `path`, and also over line breaks, so that it is the service that refuses them."""

    regex = "(?s:.*)"


register_url_convertor("text", _TextConvertor())
router = APIRouter(tags=["películas"], responses=declared(422, 503))

_ACCENTS: Final = {"a": "aá", "e": "eé", "i": "ií", "o": "oó", "u": "uú", "á": "aá", "é": "eé"}
_TEXT: Final[dict[str, Any]] = {
    "minLength": 1,
    "maxLength": LONGEST_QUERY,
    "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
}


class Method(StrEnum):
    """Methods of recommendation."""

    contenido = "contenido"
    puntuacion = "puntuacion"


def _any_spelling(words: tuple[str, ...]) -> str:
    """A pattern for words in any case, with or without accents, to describe what the service accepts."""
    spelled = ("".join(f"[{_both_cases(_ACCENTS.get(letter, letter))}]" for letter in word) for word in words)
    return "|".join(spelled)


def _both_cases(letters: str) -> str:
    return letters + letters.upper()


_MONTH: Final = {"pattern": f"^(?:{_any_spelling((*MONTHS, 'setiembre'))}|0?[1-9]|1[0-2])$"}
_DAY: Final = {
    "anyOf": [
        {"type": "string", "pattern": f"^(?:{_any_spelling(WEEKDAYS)}|0?[1-9]|[12][0-9]|3[01])$"},
        {"type": "string", "format": "date"},
    ]
}

MonthText = Annotated[str, Path(json_schema_extra=_MONTH, description="Mes en español, o 1-12.", examples=["enero"])]
DayText = Annotated[
    str, Path(json_schema_extra=_DAY, description="Día de la semana, 1-31, o AAAA-MM-DD.", examples=["miércoles"])
]
TitleText = Annotated[
    str, Path(json_schema_extra=_TEXT, description="Título, también original; `Título (1950)` elige el año.")
]
NameText = Annotated[str, Path(json_schema_extra=_TEXT, description="Nombre y apellidos.")]
QueryText = Annotated[str, Query(json_schema_extra=_TEXT, description="Lo que se busca; admite erratas.")]
Year = Annotated[int | None, Query(ge=1800, le=2200, description="Año de estreno, entre varias del mismo título.")]
FilmId = Annotated[int | None, Query(alias="id", ge=1, le=2**63 - 1, description="Id, entre varias del mismo título.")]
Count = Annotated[int, Query(ge=1, le=MAX_SIMILAR, description="Cuántas películas.")]


async def _service(request: Request) -> MovieService:  # not async, FastAPI would take a thread for it
    service: MovieService = request.app.state.movies.current
    return service


Films = Annotated[MovieService, Depends(_service)]


def _send(answer: object) -> Response:
    """The answer's bytes as they are: what we built needs no validation again."""
    content = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(content, media_type="application/json")


@router.get(
    "/cantidad_filmaciones_mes/{mes}", response_model=answers.MonthAnswer, summary="Estrenos en un mes de cualquier año"
)
async def films_in_month(mes: MonthText, films: Films) -> Response:
    return _send(films.month(mes))


@router.get("/cantidad_filmaciones_dia/{dia}", response_model=answers.DayAnswer, summary="Estrenos en un día")
async def films_on_day(dia: DayText, films: Films) -> Response:
    return _send(films.day(dia))


@router.get(
    "/score_titulo/{titulo:text}",
    response_model=answers.ScoreAnswer,
    responses=declared(404),
    summary="Popularidad de una película",
)
async def score(titulo: TitleText, films: Films, anio: Year = None, film_id: FilmId = None) -> Response:
    return _send(films.score(titulo, anio, film_id))


@router.get(
    "/votos_titulo/{titulo:text}",
    response_model=answers.VotesAnswer,
    responses=declared(404),
    summary="Votos de una película",
)
async def votes(titulo: TitleText, films: Films, anio: Year = None, film_id: FilmId = None) -> Response:
    return _send(films.votes(titulo, anio, film_id))


@router.get(
    "/get_actor/{nombre_actor:text}",
    response_model=answers.ActorAnswer,
    responses=declared(404),
    summary="Éxito de un actor o una actriz",
)
async def actor(nombre_actor: NameText, films: Films) -> Response:
    return _send(films.actor(nombre_actor))


@router.get(
    "/get_director/{nombre_director:text}",
    response_model=answers.DirectorAnswer,
    responses=declared(404),
    summary="Éxito y películas de un director o una directora",
)
async def director(nombre_director: NameText, films: Films) -> Response:
    return _send(films.director(nombre_director))


@router.get(
    "/recomendacion/{titulo:text}",
    response_model=answers.RecommendationAnswer,
    responses=declared(404),
    summary="Películas parecidas",
)
async def recommendation(
    titulo: TitleText,
    films: Films,
    n: Count = 5,
    metodo: Method = Method.contenido,
    anio: Year = None,
    film_id: FilmId = None,
) -> Response:
    return _send(films.recommend(titulo, n, metodo, anio, film_id))


@router.get("/buscar", response_model=answers.SearchAnswer, summary="Buscar películas, con erratas")
async def search(q: QueryText, films: Films, n: Count = 10) -> Response:
    return _send(films.search(q, n))


@router.get(
    "/peliculas/{id}", response_model=answers.FilmAnswer, responses=declared(404), summary="Una película por su id"
)
async def film(
    film_id: Annotated[int, Path(alias="id", ge=1, le=2**63 - 1, description="Id de la película.")], films: Films
) -> Response:
    return _send(films.film(film_id))
