"""The filters of films that a page's address holds; a field that was left empty asks nothing."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import QueryParams

from almazara.api.films.parameters import (
    ADULT,
    GENRES,
    MINUTES,
    RUNTIME_MAX,
    RUNTIME_MIN,
    WITHOUT_GENRES,
    WITHOUT_KEYWORDS,
    YEAR_MAX,
    YEAR_MIN,
    YEARS,
)
from almazara.api.routes import Queried, whole_number
from almazara.movies.catalog.titles import normalize
from almazara.movies.similar.attributes import Filters
from almazara.words.numbers import Language
from almazara.words.said import named, text_of

_LONGEST: Final = 200


def typed(params: QueryParams, name: str, most: int = 10) -> list[str]:
    """What somebody typed into the fields of a name, those that were left empty apart."""
    texts = (text.strip()[:_LONGEST] for text in params.getlist(name))
    return [text for text in texts if text][:most]


def read_filters(params: QueryParams) -> Filters:
    """What every film must be; raises InputError for what is no year or no time."""

    def whole(one: Queried[int | None], low: int, high: int) -> int | None:
        text = params.get(one.name, "").strip()
        return whole_number(text, one.name, low, high) if text else None

    keywords = ",".join(typed(params, WITHOUT_KEYWORDS.name))
    return Filters(
        year_min=whole(YEAR_MIN, *YEARS),
        year_max=whole(YEAR_MAX, *YEARS),
        runtime_min=whole(RUNTIME_MIN, *MINUTES),
        runtime_max=whole(RUNTIME_MAX, *MINUTES),
        genres=tuple(typed(params, GENRES.name)),
        without_genres=tuple(typed(params, WITHOUT_GENRES.name)),
        adult=params.get(ADULT.name) == "true",
        without_keywords=tuple(word.strip() for word in keywords.split(",") if word.strip()),
    )


def genre_choices(genres: Sequence[str], asked: str, language: Language) -> list[tuple[str, str, bool]]:
    """Each genre as a field offers it: as the catalog has it, in words, and whether it is the one asked for."""
    wanted = normalize(asked)
    called = [(name, text_of(named("genre", name), language)) for name in genres]
    return sorted(
        ((name, text, wanted in {normalize(name), normalize(text)}) for name, text in called), key=lambda one: one[1]
    )
