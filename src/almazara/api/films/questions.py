"""Routes of the film product; paths and fields follow the brief, in Spanish."""

from typing import Final

from fastapi import Request, Response

from almazara.api.errors import PAGE_BESIDE
from almazara.api.films.parameters import (
    ACTOR,
    BESIDE,
    COUNT,
    DAY,
    DIRECTOR,
    DIVERSITY,
    FILE,
    FILM_ID,
    FILTERS,
    ID,
    LANGUAGE,
    METHOD,
    MONTH,
    ORDER,
    PERSON,
    REFUSAL,
    START,
    TEXT,
    TITLE,
    YEAR,
    film_id_of,
    read_filters,
)
from almazara.api.routes import (
    PlainRouter,
    required,
    send,
)
from almazara.movies import answers
from almazara.movies.catalog.cleaning_answers import CleaningAnswer, QuarantineAnswer
from almazara.movies.catalog.titles import check_query
from almazara.movies.service import MovieService
from almazara.movies.similar.answering import MethodsAnswer, RecommendationAnswer
from almazara.words.numbers import Language

router = PlainRouter("peliculas")

_SEARCH: Final = (TEXT, COUNT, LANGUAGE)
_FOUND: Final = 10
_LISTED: Final = 20


def films(request: Request) -> MovieService:
    """What film questions are answered by."""
    service: MovieService = request.app.state.movies.current
    return service


@router.question(
    "/cantidad_filmaciones_mes/{mes}",
    answers.MonthAnswer,
    "Estrenos en un mes de cualquier año",
    [MONTH, LANGUAGE],
    errors=(),
    also="/cantidad_filmaciones_mes",
)
async def films_in_month(request: Request) -> Response:
    return send(films(request).month(MONTH.read(request), LANGUAGE.read(request)))


@router.question(
    "/cantidad_filmaciones_dia/{dia}",
    answers.DayAnswer,
    "Estrenos en un día",
    [DAY, LANGUAGE],
    errors=(),
    also="/cantidad_filmaciones_dia",
)
async def films_on_day(request: Request) -> Response:
    return send(films(request).day(DAY.read(request), LANGUAGE.read(request)))


_FILM: Final = (TITLE, YEAR, FILM_ID, LANGUAGE)


@router.question(
    "/score_titulo/{titulo:text}", answers.ScoreAnswer, "Popularidad de una película", _FILM, also="/score_titulo"
)
async def score(request: Request) -> Response:
    title, year, film_id = TITLE.read(request), YEAR.read(request), FILM_ID.read(request)
    return send(films(request).score(title, year, film_id, LANGUAGE.read(request)))


@router.question(
    "/votos_titulo/{titulo:text}", answers.VotesAnswer, "Votos de una película", _FILM, also="/votos_titulo"
)
async def votes(request: Request) -> Response:
    title, year, film_id = TITLE.read(request), YEAR.read(request), FILM_ID.read(request)
    return send(films(request).votes(title, year, film_id, LANGUAGE.read(request)))


@router.question(
    "/get_actor/{nombre_actor:text}",
    answers.ActorAnswer,
    "Éxito de un actor o una actriz",
    [ACTOR, LANGUAGE],
    also="/get_actor",
)
async def actor(request: Request) -> Response:
    return send(films(request).people.actor(ACTOR.read(request), LANGUAGE.read(request)))


@router.question(
    "/get_director/{nombre_director:text}",
    answers.DirectorAnswer,
    "Éxito y películas de un director o una directora",
    [DIRECTOR, LANGUAGE],
    also="/get_director",
)
async def director(request: Request) -> Response:
    return send(films(request).people.director(DIRECTOR.read(request), LANGUAGE.read(request)))


@router.question("/personas", answers.PeopleAnswer, "Buscar actores y directores, con erratas", _SEARCH, errors=())
async def people(request: Request) -> Response:
    return send(
        films(request).people.search(
            required(request, TEXT.name), COUNT.read(request) or _FOUND, LANGUAGE.read(request)
        )
    )


@router.question(
    "/personas/{nombre:text}",
    answers.PersonAnswer,
    "Las películas de una persona en sus dos papeles",
    [PERSON, LANGUAGE],
)
async def person(request: Request) -> Response:
    return send(films(request).people.person(PERSON.read(request), LANGUAGE.read(request)), headers=PAGE_BESIDE)


_LIKE: Final = (TITLE, COUNT, METHOD, DIVERSITY, *FILTERS, YEAR, FILM_ID, LANGUAGE)


@router.question(
    "/recomendacion/{titulo:text}", RecommendationAnswer, "Películas parecidas", _LIKE, also="/recomendacion"
)
async def recommendation(request: Request) -> Response:
    service, title, language = films(request), TITLE.read(request), LANGUAGE.read(request)
    if not request.scope["query_string"] and language is Language.ES:
        return send(service.recommend_default(title))
    answer = service.recommend(
        title,
        COUNT.read(request) or 5,
        METHOD.read(request),
        YEAR.read(request),
        FILM_ID.read(request),
        filters=read_filters(request),
        diversity=DIVERSITY.read(request),
        language=language,
    )
    return send(answer)


@router.question("/buscar", answers.SearchAnswer, "Buscar películas, con erratas", _SEARCH, errors=())
async def search(request: Request) -> Response:
    return send(
        films(request).search(required(request, TEXT.name), COUNT.read(request) or _FOUND, LANGUAGE.read(request))
    )


@router.question(
    "/peliculas",
    answers.BrowseAnswer,
    "Las películas del catálogo, por páginas",
    [ORDER, COUNT, START, *FILTERS, LANGUAGE],
    errors=(),
)
async def browse(request: Request) -> Response:
    n, order, start = COUNT.read(request) or _LISTED, ORDER.read(request), START.read(request)
    return send(
        films(request).browse(read_filters(request), order, start, n, LANGUAGE.read(request)), headers=PAGE_BESIDE
    )


@router.question("/peliculas/{id}", answers.FilmAnswer, "Una película por su id", [ID, LANGUAGE])
async def film(request: Request) -> Response:
    return send(films(request).film(film_id_of(ID.read(request)), LANGUAGE.read(request)), headers=PAGE_BESIDE)


@router.question(
    "/peliculas/{id}/comparacion",
    answers.StandingAnswer,
    "Las cifras de una película entre las de su género y década",
    [ID, LANGUAGE],
)
async def standing(request: Request) -> Response:
    return send(films(request).standing(film_id_of(ID.read(request)), LANGUAGE.read(request)))


@router.question(
    "/peliculas/{id}/parecidas",
    MethodsAnswer,
    "Las películas parecidas por cada método, una lista al lado de otra",
    [ID, BESIDE, LANGUAGE],
)
async def similar_by_method(request: Request) -> Response:
    return send(films(request).methods(film_id_of(ID.read(request)), BESIDE.read(request), LANGUAGE.read(request)))


@router.question("/limpieza", CleaningAnswer, "Qué fue de cada fila al limpiar los ficheros", [LANGUAGE], errors=())
async def cleaning(request: Request) -> Response:
    return send(films(request).cleaning.report(LANGUAGE.read(request)))


@router.question(
    "/limpieza/cuarentena",
    QuarantineAnswer,
    "Las filas que no se pudieron leer, por páginas",
    [FILE, REFUSAL, COUNT, START, LANGUAGE],
    errors=(),
)
async def quarantine(request: Request) -> Response:
    file, n = FILE.read(request), COUNT.read(request) or _LISTED
    asked = None if file is None else check_query(file), REFUSAL.read(request), START.read(request)
    return send(films(request).cleaning.quarantine(*asked, n, LANGUAGE.read(request)))
