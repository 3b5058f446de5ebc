"""The filters of films that a page's address holds: years and genres; a field that was left empty asks nothing."""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import QueryParams

from almazara.api.movies import GENRES, WITHOUT_GENRES, YEAR_MAX, YEAR_MIN, YEARS
from almazara.api.routes import whole_number
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
    """What every film must be; raises InputError for what is no year."""
    first, last = (params.get(one.name, "").strip() for one in (YEAR_MIN, YEAR_MAX))
    return Filters(
        year_min=whole_number(first, YEAR_MIN.name, *YEARS) if first else None,
        year_max=whole_number(last, YEAR_MAX.name, *YEARS) if last else None,
        genres=tuple(typed(params, GENRES.name)),
        without_genres=tuple(typed(params, WITHOUT_GENRES.name)),
    )


def genre_choices(genres: Sequence[str], asked: str, language: Language) -> list[tuple[str, str, bool]]:
    """Each genre as a field offers it: as the catalog has it, in words, and whether it is the one asked for."""
    wanted = normalize(asked)
    called = [(name, text_of(named("genre", name), language)) for name in genres]
    return sorted(
        ((name, text, wanted in {normalize(name), normalize(text)}) for name, text in called), key=lambda one: one[1]
    )
