"""What film routes are asked: their parameters, each described once, for OpenAPI and for reading."""

from typing import Final

from fastapi import Request

from almazara.api.routes import PathText, Queried, choice, flag, number, share, spoken, text, values, whole_number
from almazara.movies.catalog.browsing import Order
from almazara.movies.catalog.calendar_es import MONTHS, WEEKDAYS
from almazara.movies.catalog.catalog import IMDB_ID, FilmId
from almazara.movies.catalog.cleaning_answers import Refusal
from almazara.movies.similar.answering import DEFAULT_METHOD, MAX_BESIDE, METHODS
from almazara.movies.similar.attributes import MAX_IN_ADDRESS, SPANISH_GENRES, Filters, listed_ids
from almazara.movies.similar.ranking import MAX_SIMILAR
from almazara.movies.users.events import LARGEST_ID

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
YEARS: Final = (1800, 2200)
MINUTES: Final = (1, 100_000)
MOST_VOTES: Final = 10**12

MONTH: Final = PathText("mes", "Mes en español, o 1-12.", "enero", {"type": "string", "pattern": _MONTH_WORDS})
DAY: Final = PathText(
    "dia",
    "Día de la semana, 1-31, o AAAA-MM-DD.",
    "miércoles",
    {"anyOf": [{"type": "string", "pattern": _DAY_WORDS}, {"type": "string", "format": "date"}]},
)
TITLE: Final = PathText(
    "titulo", "Título, en cualquiera de sus lenguas; `Título (1950)` elige el año.", "Gone with the Olive"
)
ACTOR: Final = PathText("nombre_actor", "Nombre y apellidos.", "Ramona Wendández")
DIRECTOR: Final = PathText("nombre_director", "Nombre y apellidos.", "Fenna Eldhurst")
PERSON: Final = PathText("nombre", "Nombre y apellidos.", "Fenna Eldhurst")
_FILM_ID: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
        {"type": "string", "pattern": f"^{IMDB_ID.pattern}$"},
    ]
}
ID: Final = PathText("id", "Id de la película, o el de IMDb.", 900007, _FILM_ID)
TEXT: Final = text("q", "Lo que se busca; admite erratas.", None, required=True)
YEAR: Final = number("anio", "Año de estreno, entre varias del mismo título.", *YEARS, None)
FILM_ID: Final = Queried(
    "id",
    "Id, o el de IMDb, entre varias del mismo título.",
    _FILM_ID,
    lambda texts: film_id_of(texts[-1]),
    absent=None,
    more={},
)
COUNT: Final = number("n", "Cuántas; 5 recomendadas, 10 buscadas o 20 listadas si no se dice.", 1, MAX_SIMILAR, None)
BESIDE: Final = number("n", "Cuántas por cada método.", 1, MAX_BESIDE, 5)
METHOD: Final = text(
    "metodo", f"Método; {DEFAULT_METHOD} si no se dice.", DEFAULT_METHOD, {"type": "string", "enum": list(METHODS)}
)
DIVERSITY: Final = share("diversidad", "Variedad: 0, las más parecidas; 1, lo más distintas entre sí.")
YEAR_MIN: Final = number("anio_min", "Solo películas de este año o posteriores.", *YEARS, None)
YEAR_MAX: Final = number("anio_max", "Solo películas de este año o anteriores.", *YEARS, None)
RUNTIME_MIN: Final = number("duracion_min", "Solo películas de estos minutos o más.", *MINUTES, None)
RUNTIME_MAX: Final = number("duracion_max", "Solo películas de estos minutos o menos.", *MINUTES, None)
LANGUAGES: Final = values(
    "idioma",
    "Uno de estos idiomas originales, ISO 639-1.",
    "[A-Za-z]{2}",
    "es,en",
)
GENRES: Final = values(
    "genero",
    "Uno de estos géneros, en español o como están en el catálogo.",
    _GENRE_NAMES,
    "drama,comedia",
)
WITHOUT_GENRES: Final = values("sin_genero", "Ninguno de estos géneros.", _GENRE_NAMES, "terror,bélica")
WITHOUT_KEYWORDS: Final = values(
    "sin_palabra_clave", "Ninguna de estas palabras clave del catálogo.", r"[^,\x00-\x1f\x7f-\x9f]{1,200}", "war,prison"
)
ADULT: Final = flag("para_adultos", "Si pueden venir películas para adultos.")
VOTES_MIN: Final = number("votos_min", "Solo películas con al menos estos votos.", 0, MOST_VOTES, 0)
_LISTED_ID: Final = f"(?:[1-9][0-9]{{0,17}}|{IMDB_ID.pattern})"
EXCLUDED: Final = values(
    "excluir",
    "Ids de películas que no se quieren, o los de IMDb.",
    _LISTED_ID,
    "900007,tt0114709",
    most=MAX_IN_ADDRESS,
)
ONLY: Final = values(
    "solo",
    "Ids de las únicas películas que pueden venir, o los de IMDb.",
    _LISTED_ID,
    "900007,tt0114709",
    most=MAX_IN_ADDRESS,
)
LANGUAGE: Final = spoken()
FILE: Final = text("fichero", "Solo las filas de este fichero.", None)
REFUSAL: Final = choice("motivo", "Solo las filas que están en cuarentena por esto.", Refusal, None)
ORDER: Final = choice(
    "orden", "Qué va primero; sin dato seguro, una película no está en su orden.", Order, Order.POPULARITY
)
START: Final = number("desde", "Cuántas se saltan.", 0, 1_000_000, 0)
FILTERS: Final = (
    YEAR_MIN,
    YEAR_MAX,
    RUNTIME_MIN,
    RUNTIME_MAX,
    LANGUAGES,
    GENRES,
    WITHOUT_GENRES,
    WITHOUT_KEYWORDS,
    ADULT,
    VOTES_MIN,
    ONLY,
    EXCLUDED,
)


def read_filters(request: Request) -> Filters:
    """What every film of the list must be, from the parameters FILTERS."""
    return Filters(
        year_min=YEAR_MIN.read(request),
        year_max=YEAR_MAX.read(request),
        runtime_min=RUNTIME_MIN.read(request),
        runtime_max=RUNTIME_MAX.read(request),
        languages=LANGUAGES.read(request),
        genres=GENRES.read(request),
        without_genres=WITHOUT_GENRES.read(request),
        without_keywords=WITHOUT_KEYWORDS.read(request),
        adult=ADULT.read(request),
        votes_min=VOTES_MIN.read(request),
        only=listed_ids(ONLY.read(request), ONLY.name),
        excluded=listed_ids(EXCLUDED.read(request), EXCLUDED.name),
    )


def film_id_of(text: str) -> FilmId:
    """The film that an id names, by its number or as IMDb does; raises InputError, in Spanish, when it is none."""
    return text if IMDB_ID.fullmatch(text) else whole_number(text, "id", 1, LARGEST_ID)
