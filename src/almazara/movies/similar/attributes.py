"""What lists of films can be narrowed down by: what films are, and which of them are not wanted again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.movies.catalog.catalog import IMDB_ID, Arrays, FilmId, KeyTable, Texts
from almazara.movies.catalog.titles import check_query, normalize
from almazara.words.said import named, said

MAX_IN_ADDRESS: Final = 1000
"""Ids of films that an address can list."""
MAX_SENT: Final = 20_000
"""Ids of films that a body or a file can list."""
MAX_VALUES: Final = 50
"""Names that can be asked for at once, such as those of genres."""
_LARGEST_ID: Final = 2**63 - 1
_SUGGESTED: Final = 5
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Filters:
    """What every film of a list must be; the default lets all films through but those for adults.

    Attributes:
        languages: Codes of original languages (ISO 639-1), of which a film must have one.
        genres: Names of genres, in Spanish or as the catalog has them, of which a film must have one.
        only: Ids of the films that may come, where there are any; unknown ones let none through.
        excluded: Ids of films that must not come; unknown ones exclude nothing.
        without_genres: Names of genres of which a film must have none.
        without_keywords: Keywords of which a film must have none, in any spelling.
        adult: Whether films for adults may come.
        runtime_min: Minutes that a film must last; where its runtime is not known it does not pass, nor with
            `runtime_max`.
    """

    year_min: int | None = None
    year_max: int | None = None
    languages: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    votes_min: int = 0
    only: tuple[FilmId, ...] = ()
    excluded: tuple[FilmId, ...] = ()
    without_genres: tuple[str, ...] = ()
    without_keywords: tuple[str, ...] = ()
    runtime_min: int | None = None
    runtime_max: int | None = None
    adult: bool = False


NO_FILTERS: Final = Filters()


def listed(text: str, name: str, most: int = MAX_VALUES) -> tuple[str, ...]:
    """The values of a list as it is typed, `"drama, comedia"` -> `("drama", "comedia")`.

    Raises:
        InputError: when one is empty, or when they are more than `most`.
    """
    check_count(text.count(",") + 1, name, most)
    values = tuple(value.strip() for value in text.split(","))
    if not all(values):
        raise InputError(said("asking.parameter.empty_value", name=name))
    return values


def check_count(count: int, name: str, most: int) -> None:
    """Refuse a list that is too long."""
    if count > most:
        raise InputError(said("asking.parameter.too_many", name=name, n=count, most=most))


def listed_ids(values: Sequence[str], name: str, most: int = MAX_IN_ADDRESS) -> tuple[FilmId, ...]:
    """The ids of films that values write, numbers or as IMDb has them.

    Raises:
        InputError: when one is none, or when they are more than `most`.
    """
    check_count(len(values), name, most)
    return tuple(_listed_id(value, name) for value in values)


def _listed_id(value: str, name: str) -> FilmId:
    if IMDB_ID.fullmatch(value):
        return value
    if not (value.isascii() and value.isdigit() and 0 < int(value[:20]) <= _LARGEST_ID):
        raise InputError(said("films.error.no_id", name=name, value=value[:40]))
    return int(value)


def is_among(codes: np.ndarray, chosen: Sequence[int] | np.ndarray, n_codes: int) -> np.ndarray:
    """Which of some codes, -1 for none, are chosen: bool; for few chosen ones a tenth of the time of `np.isin`."""
    flags = np.zeros(n_codes + 1, dtype=np.bool_)
    flags[chosen] = True
    return np.asarray(flags[codes])


def _within(values: np.ndarray, name: str, low: int | None, high: int | None) -> np.ndarray:
    """Which values lie in a range that may be open: bool."""
    if low is not None and high is not None and low > high:
        raise InputError(said("films.error.range", name=name, low=str(low), high=str(high)))
    within = np.ones(len(values), dtype=np.bool_)
    if low is not None:
        within &= values >= low
    if high is not None:
        within &= values <= high
    return within


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

    def __len__(self) -> int:
        return len(self._codes)

    def code(self, text: str) -> int | None:
        return self._codes.get(normalize(text))

    def near(self, text: str) -> list[str]:
        """Names like the text, or else the most frequent ones."""
        near = [self._written[key] for key in get_close_matches(normalize(text[:_LONGEST]), self._written, _SUGGESTED)]
        return near or list(self._written.values())[:_SUGGESTED]


class Attributes:
    """Reads the arrays that `build_catalog` made for filters, all by row.

    Args:
        films: `ids`, `years`, `votes` and `runtimes` of the catalog, and `imdb`, numbers at IMDb, 0 where unknown.
        arrays: `languages` (films,) int32, -1 where unknown; `genres` (films, genres) bool;
            `adult` (films,) bool.
        languages: Codes of the languages, most frequent first.
        genres: Names of the genres, most frequent first.
        keywords: The rows of each keyword.
    """

    def __init__(self, films: Arrays, arrays: Arrays, languages: Texts, genres: Texts, keywords: KeyTable) -> None:
        self._ids = films["ids"]
        self._imdb = films["imdb"]
        self._years = films["years"]
        self._votes = films["votes"]
        self._runtimes = films["runtimes"]
        self._languages = arrays["languages"]
        self._genres = arrays["genres"]
        self._adult = arrays["adult"]
        self._language_names = _Names(languages, {})
        self._genre_names = _Names(genres, SPANISH_GENRES)
        self._keywords = keywords

    def allowed(self, filters: Filters) -> np.ndarray:
        """Which films the filters let through: (films,) bool, the caller's own to change."""
        allowed = _within(self._years, "anio", filters.year_min, filters.year_max)
        shortest, longest = filters.runtime_min, filters.runtime_max
        if shortest is not None or longest is not None:
            allowed &= (self._runtimes > 0) & _within(self._runtimes, "duracion", shortest, longest)
        if not filters.adult:
            allowed &= ~self._adult
        if filters.votes_min:
            allowed &= self._votes >= filters.votes_min
        if filters.languages:
            codes = [self._language(text) for text in filters.languages]
            allowed &= is_among(self._languages, codes, len(self._language_names))
        if filters.genres:
            allowed &= self._of_any(filters.genres)
        if filters.without_genres:
            allowed &= ~self._of_any(filters.without_genres)
        for keyword in filters.without_keywords:
            allowed[self._of_keyword(keyword)] = False
        if filters.only:
            owned = np.zeros(len(allowed), dtype=np.bool_)
            owned[self._rows(filters.only)] = True
            allowed &= owned
        if filters.excluded:
            allowed[self._rows(filters.excluded)] = False
        return allowed

    def _of_any(self, genres: Sequence[str]) -> np.ndarray:
        """The films of one of these genres or more."""
        return np.asarray(self._genres[:, [self._genre(text) for text in genres]].any(axis=1))

    def _of_keyword(self, text: str) -> list[int]:
        """The rows of the films that have a keyword."""
        key = normalize(check_query(text))
        rows = self._keywords.rows(key)
        if not rows:
            near = self._keywords.near(key, _SUGGESTED)
            raise InputError(said("films.error.no_keyword", text=text[:_LONGEST], near=near), near)
        return rows

    def _rows(self, ids: Sequence[FilmId]) -> np.ndarray:
        """The rows of those ids that the catalog has; of a number that several films have at IMDb, all of them."""
        wanted = np.array([one for one in ids if isinstance(one, int)], dtype=np.int64)
        places = np.minimum(np.searchsorted(self._ids, wanted), len(self._ids) - 1)
        own = np.asarray(places[self._ids[places] == wanted])
        numbers = [int(one.removeprefix("tt")) for one in ids if isinstance(one, str)]
        if not numbers:
            return own
        return np.concatenate([own, np.flatnonzero((self._imdb > 0) & np.isin(self._imdb, numbers))])

    def _language(self, text: str) -> int:
        code = self._language_names.code(text)
        if code is None:
            near = self._language_names.near(text)
            raise InputError(said("films.error.no_language", text=text[:_LONGEST], near=near), near)
        return code

    def _genre(self, text: str) -> int:
        code = self._genre_names.code(text)
        if code is None:
            near = self._genre_names.near(text)
            raise InputError(
                said("films.error.no_genre", text=text[:_LONGEST], near=[named("genre", one) for one in near]), near
            )
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
