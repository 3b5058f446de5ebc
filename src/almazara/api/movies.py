"""Routes of the film product, and of the model that it serves; paths and fields follow the brief, in Spanish."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from almazara.api.errors import PAGE_BESIDE, declared
from almazara.api.routes import (
    PathText,
    PlainRouter,
    choice,
    number,
    reading,
    send,
    share,
    text,
    values,
    whole_number,
    writing,
)
from almazara.errors import InputError
from almazara.movies import answers
from almazara.movies.catalog.calendar_es import MONTHS, WEEKDAYS
from almazara.movies.renewing.training_runs import FilmTraining, ModelState, TrainingRun
from almazara.movies.service import MovieService
from almazara.movies.similar.answering import DEFAULT_METHOD, METHODS
from almazara.movies.similar.attributes import MAX_EXCLUDED, SPANISH_GENRES, Filters, listed_ids
from almazara.movies.similar.ranking import MAX_SIMILAR
from almazara.movies.users.events import LARGEST_ID
from almazara.runs import RUN_ID_PATTERN
from almazara.words.numbers import Language

router = PlainRouter("películas")
model = APIRouter(prefix="/modelos/peliculas", tags=["películas"], responses=declared(422, 503))

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
YEARS: Final = (1800, 2200)
MOST_VOTES: Final = 10**12

MONTH: Final = PathText("mes", "Mes en español, o 1-12.", "enero", {"type": "string", "pattern": _MONTH_WORDS})
DAY: Final = PathText(
    "dia",
    "Día de la semana, 1-31, o AAAA-MM-DD.",
    "miércoles",
    {"anyOf": [{"type": "string", "pattern": _DAY_WORDS}, {"type": "string", "format": "date"}]},
)
TITLE: Final = PathText("titulo", "Título, también original; `Título (1950)` elige el año.", "Gone with the Olive")
ACTOR: Final = PathText("nombre_actor", "Nombre y apellidos.", "Ramona Wendández")
DIRECTOR: Final = PathText("nombre_director", "Nombre y apellidos.", "Fenna Eldhurst")
PERSON: Final = PathText("nombre", "Nombre y apellidos.", "Fenna Eldhurst")
ID: Final = PathText("id", "Id de la película.", "900001", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID})
TEXT: Final = text("q", "Lo que se busca; admite erratas.", None, required=True)
YEAR: Final = number("anio", "Año de estreno, entre varias del mismo título.", *YEARS, None)
FILM_ID: Final = number("id", "Id, entre varias del mismo título.", 1, LARGEST_ID, None)
COUNT: Final = number("n", "Cuántas; 5 recomendadas o 10 buscadas si no se dice.", 1, MAX_SIMILAR, None)
METHOD: Final = text(
    "metodo", f"Método; {DEFAULT_METHOD} si no se dice.", DEFAULT_METHOD, {"type": "string", "enum": list(METHODS)}
)
DIVERSITY: Final = share("diversidad", "Variedad: 0, las más parecidas; 1, lo más distintas entre sí.")
YEAR_MIN: Final = number("anio_min", "Solo películas de este año o posteriores.", *YEARS, None)
YEAR_MAX: Final = number("anio_max", "Solo películas de este año o anteriores.", *YEARS, None)
LANGUAGES: Final = values(
    "idioma",
    "Idioma original, ISO 639-1; con varios separados por comas, uno de ellos.",
    "^[A-Za-z]{2}( *, *[A-Za-z]{2})*$",
    "es,en",
)
GENRES: Final = values(
    "genero",
    "Género, en español o como está en el catálogo; con varios separados por comas, uno de ellos.",
    _GENRE_WORDS,
    "drama,comedia",
)
VOTES_MIN: Final = number("votos_min", "Solo películas con al menos estos votos.", 0, MOST_VOTES, 0)
EXCLUDED: Final = values(
    "excluir",
    f"Ids de películas que no se quieren, separados por comas; hasta {MAX_EXCLUDED}.",
    f"^[1-9][0-9]{{0,17}}(,[1-9][0-9]{{0,17}}){{0,{MAX_EXCLUDED - 1}}}$",
    "900001,900002",
)
LANGUAGE: Final = choice("lengua", "En qué lengua se dicen mensaje y motivos.", Language.ES)
FILTERS: Final = (YEAR_MIN, YEAR_MAX, LANGUAGES, GENRES, VOTES_MIN, EXCLUDED)


_SEARCH: Final = (TEXT, COUNT, LANGUAGE)
_FOUND: Final = 10


def _films(request: Request) -> MovieService:
    service: MovieService = request.app.state.movies.current
    return service


@router.question(
    "/cantidad_filmaciones_mes/{mes}",
    answers.MonthAnswer,
    "Estrenos en un mes de cualquier año",
    [MONTH, LANGUAGE],
    errors=(),
)
async def films_in_month(request: Request) -> Response:
    return send(_films(request).month(MONTH.read(request), LANGUAGE.read(request)))


@router.question("/cantidad_filmaciones_dia/{dia}", answers.DayAnswer, "Estrenos en un día", [DAY, LANGUAGE], errors=())
async def films_on_day(request: Request) -> Response:
    return send(_films(request).day(DAY.read(request), LANGUAGE.read(request)))


_FILM: Final = (TITLE, YEAR, FILM_ID, LANGUAGE)


@router.question("/score_titulo/{titulo:text}", answers.ScoreAnswer, "Popularidad de una película", _FILM)
async def score(request: Request) -> Response:
    title, year, film_id = TITLE.read(request), YEAR.read(request), FILM_ID.read(request)
    return send(_films(request).score(title, year, film_id, LANGUAGE.read(request)))


@router.question("/votos_titulo/{titulo:text}", answers.VotesAnswer, "Votos de una película", _FILM)
async def votes(request: Request) -> Response:
    title, year, film_id = TITLE.read(request), YEAR.read(request), FILM_ID.read(request)
    return send(_films(request).votes(title, year, film_id, LANGUAGE.read(request)))


@router.question(
    "/get_actor/{nombre_actor:text}", answers.ActorAnswer, "Éxito de un actor o una actriz", [ACTOR, LANGUAGE]
)
async def actor(request: Request) -> Response:
    return send(_films(request).people.actor(ACTOR.read(request), LANGUAGE.read(request)))


@router.question(
    "/get_director/{nombre_director:text}",
    answers.DirectorAnswer,
    "Éxito y películas de un director o una directora",
    [DIRECTOR, LANGUAGE],
)
async def director(request: Request) -> Response:
    return send(_films(request).people.director(DIRECTOR.read(request), LANGUAGE.read(request)))


@router.question("/personas", answers.PeopleAnswer, "Buscar actores y directores, con erratas", _SEARCH, errors=())
async def people(request: Request) -> Response:
    return send(_films(request).people.search(_asked(request), COUNT.read(request) or _FOUND, LANGUAGE.read(request)))


@router.question(
    "/personas/{nombre:text}",
    answers.PersonAnswer,
    "Las películas de una persona en sus dos papeles",
    [PERSON, LANGUAGE],
)
async def person(request: Request) -> Response:
    return send(_films(request).people.person(PERSON.read(request), LANGUAGE.read(request)), headers=PAGE_BESIDE)


@router.question(
    "/recomendacion/{titulo:text}",
    answers.RecommendationAnswer,
    "Películas parecidas",
    [TITLE, COUNT, METHOD, DIVERSITY, *FILTERS, YEAR, FILM_ID, LANGUAGE],
)
async def recommendation(request: Request) -> Response:
    films, title = _films(request), TITLE.read(request)
    if not request.scope["query_string"]:
        return send(films.recommend_default(title))
    answer = films.recommend(
        title,
        COUNT.read(request) or 5,
        METHOD.read(request),
        YEAR.read(request),
        FILM_ID.read(request),
        filters=read_filters(request),
        diversity=DIVERSITY.read(request),
        language=LANGUAGE.read(request),
    )
    return send(answer)


def read_filters(request: Request) -> Filters:
    """What every film of the list must be, from the parameters FILTERS."""
    return Filters(
        year_min=YEAR_MIN.read(request),
        year_max=YEAR_MAX.read(request),
        languages=LANGUAGES.read(request),
        genres=GENRES.read(request),
        votes_min=VOTES_MIN.read(request),
        excluded=listed_ids(EXCLUDED.read(request), EXCLUDED.name),
    )


@router.question("/buscar", answers.SearchAnswer, "Buscar películas, con erratas", _SEARCH, errors=())
async def search(request: Request) -> Response:
    return send(_films(request).search(_asked(request), COUNT.read(request) or _FOUND, LANGUAGE.read(request)))


def _asked(request: Request) -> str:
    asked = TEXT.read(request)
    if asked is None:
        raise InputError(f"El parámetro {TEXT.name} falta: escriba ?{TEXT.name}=...")
    return asked


@router.question("/peliculas/{id}", answers.FilmAnswer, "Una película por su id", [ID, LANGUAGE])
async def film(request: Request) -> Response:
    return send(_films(request).film(_film_id(request), LANGUAGE.read(request)), headers=PAGE_BESIDE)


@router.question(
    "/peliculas/{id}/comparacion",
    answers.StandingAnswer,
    "Las cifras de una película entre las de su género y década",
    [ID, LANGUAGE],
)
async def standing(request: Request) -> Response:
    return send(_films(request).standing(_film_id(request), LANGUAGE.read(request)))


def _film_id(request: Request) -> int:
    return whole_number(ID.read(request), "id", 1, LARGEST_ID)


def _training(request: Request) -> FilmTraining:
    training: FilmTraining = request.app.state.film_training
    return training


Training = Annotated[FilmTraining, Depends(_training)]
RunId = Annotated[str, Path(pattern=RUN_ID_PATTERN, description="Nombre de un entrenamiento.")]
Lengua = Annotated[Language, Query(description=LANGUAGE.description)]


@model.get("", **reading(ModelState, "Qué modelo se sirve, sus métricas y su último entrenamiento"))
def model_state(training: Training, lengua: Lengua = Language.ES) -> Response:
    return send(training.state(lengua))


@model.post("/entrenar", **writing(TrainingRun, 202, "Entrenar de nuevo; publica solo si no es peor", declared(409)))
def retrain(training: Training, lengua: Lengua = Language.ES) -> Response:
    run = training.runs.start().told(lengua)
    return send(run, 202, {"Location": f"{model.prefix}/entrenar/{run.id}"})


@model.get("/entrenar/{run_id}", **reading(TrainingRun, "Cómo va un entrenamiento", 404))
def training_run(run_id: RunId, training: Training, lengua: Lengua = Language.ES) -> Response:
    return send(training.kept.get(run_id).told(lengua))
