"""What lists of films can be narrowed down by: year, language, genre, votes, and films not wanted again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.movies.catalog.catalog import Arrays, Texts
from almazara.movies.catalog.titles import normalize
from almazara.words.said import said

MAX_EXCLUDED: Final = 1000
_LARGEST_ID: Final = 2**63 - 1
_SUGGESTED: Final = 5


@dataclass(frozen=True, slots=True)
class Filters:
    """What every film of a list must be; the default lets all films through.

    Attributes:
        languages: Codes of original languages (ISO 639-1), of which a film must have one.
        genres: Names of genres, in Spanish or as the catalog has them, of which a film must have one.
        excluded: Ids of films that must not come; unknown ones exclude nothing.
        without_genres: Names of genres of which a film must have none.
    """

    year_min: int | None = None
    year_max: int | None = None
    languages: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    votes_min: int = 0
    excluded: tuple[int, ...] = ()
    without_genres: tuple[str, ...] = ()


NO_FILTERS: Final = Filters()


def listed(text: str, name: str) -> tuple[str, ...]:
    """The values of a list as it is typed, `"drama, comedia"` -> `("drama", "comedia")`.

    Raises:
        InputError: in Spanish, when one is empty.
    """
    values = tuple(value.strip() for value in text.split(","))
    if not all(values):
        raise InputError(said("asking.parameter.empty_value", name=name))
    return values


def listed_ids(values: Sequence[str], name: str) -> tuple[int, ...]:
    """The ids of films that values write.

    Raises:
        InputError: in Spanish, when one is none, or when they are too many.
    """
    if len(values) > MAX_EXCLUDED:
        raise InputError(said("asking.parameter.too_many", name=name, n=str(len(values)), most=str(MAX_EXCLUDED)))
    for value in values:
        if not (value.isascii() and value.isdigit() and 0 < int(value[:20]) <= _LARGEST_ID):
            raise InputError(said("films.error.no_id", name=name, value=value[:40]))
    return tuple(map(int, values))


class _Names:
    """Names that can be asked for in any spelling; a name's code is its place."""

    def __init__(self, texts: Texts, aliases: Mapping[str, str]) -> None:
        names = [texts[code] for code in range(len(texts))]
        self._codes = {normalize(name): code for code, name in enumerate(names)}
        self._written = dict(zip(self._codes, names, strict=False))
        for alias, name in aliases.items():
            code = self._codes.get(normalize(name))
            if code is not None and self._codes.setdefault(normalize(alias), code) == code:
                self._written[normalize(alias)] = alias

    def code(self, text: str) -> int | None:
        return self._codes.get(normalize(text))

    def near(self, text: str) -> list[str]:
        """Names like the text, or else the most frequent ones."""
        near = [self._written[key] for key in get_close_matches(normalize(text), self._written, _SUGGESTED)]
        return near or list(self._written.values())[:_SUGGESTED]


class Attributes:
    """Reads the arrays that `build_catalog` made for filters, all by row.

    Args:
        films: `ids`, `years` and `votes` of the catalog.
        arrays: `languages` (films,) int32, -1 where unknown; `genres` (films, genres) bool.
        languages: Codes of the languages, most frequent first.
        genres: Names of the genres, most frequent first.
    """

    def __init__(self, films: Arrays, arrays: Arrays, languages: Texts, genres: Texts) -> None:
        self._ids = films["ids"]
        self._years = films["years"]
        self._votes = films["votes"]
        self._languages = arrays["languages"]
        self._genres = arrays["genres"]
        self._language_names = _Names(languages, {})
        self._genre_names = _Names(genres, SPANISH_GENRES)

    def allowed(self, filters: Filters) -> np.ndarray:
        """Which films the filters let through: (films,) bool, the caller's own to change."""
        low, high = filters.year_min, filters.year_max
        if low is not None and high is not None and low > high:
            raise InputError(said("films.error.years", low=str(low), high=str(high)))
        allowed = np.ones(len(self._ids), dtype=np.bool_)
        if low is not None:
            allowed &= self._years >= low
        if high is not None:
            allowed &= self._years <= high
        if filters.votes_min:
            allowed &= self._votes >= filters.votes_min
        if filters.languages:
            allowed &= np.isin(self._languages, [self._language(text) for text in filters.languages])
        if filters.genres:
            allowed &= self._of_any(filters.genres)
        if filters.without_genres:
            allowed &= ~self._of_any(filters.without_genres)
        if filters.excluded:
            allowed[self._rows(filters.excluded)] = False
        return allowed

    def _of_any(self, genres: Sequence[str]) -> np.ndarray:
        """The films of one of these genres or more."""
        return np.asarray(self._genres[:, [self._genre(text) for text in genres]].any(axis=1))

    def _rows(self, ids: Sequence[int]) -> np.ndarray:
        """The rows of those ids that the catalog has."""
        wanted = np.array(ids, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        return np.asarray(places[self._ids[places] == wanted])

    def _language(self, text: str) -> int:
        code = self._language_names.code(text)
        if code is None:
            near = self._language_names.near(text)
            raise InputError(said("films.error.no_language", text=text[:40], near=near), near)
        return code

    def _genre(self, text: str) -> int:
        code = self._genre_names.code(text)
        if code is None:
            near = self._genre_names.near(text)
            raise InputError(said("films.error.no_genre", text=text[:40], near=near), near)
        return code


SPANISH_GENRES: Final = {
    "Acción": "Action",
    "Animación": "Animation",
    "Aventura": "Adventure",
    "Aventuras": "Adventure",
    "Bélica": "War",
    "Bélico": "War",
    "Ciencia ficción": "Science Fiction",
    "Comedia": "Comedy",
    "Crimen": "Crime",
    "Documental": "Documentary",
    "Drama": "Drama",
    "Extranjera": "Foreign",
    "Extranjero": "Foreign",
    "Familia": "Family",
    "Familiar": "Family",
    "Fantasía": "Fantasy",
    "Guerra": "War",
    "Historia": "History",
    "Misterio": "Mystery",
    "Música": "Music",
    "Musical": "Music",
    "Oeste": "Western",
    "Película de TV": "TV Movie",
    "Romance": "Romance",
    "Romántica": "Romance",
    "Suspense": "Thriller",
    "Suspenso": "Thriller",
    "Telefilme": "TV Movie",
    "Terror": "Horror",
    "Western": "Western",
}
"""Spanish names -> the names of TMDB, whose own Spanish names are among them."""
