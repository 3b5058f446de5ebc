"""The films as the exploration counts them: columns by film, and the part of them that filters let through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from almazara.movies.catalog.catalog import Arrays, KeyTable, Texts
from almazara.movies.exploring.spread import Spread
from almazara.movies.similar.attributes import Attributes, Filters

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

MISSABLE: Final = (
    "overview",
    "tagline",
    "status",
    "runtime",
    "budget",
    "revenue",
    "votes",
    "language",
    "genres",
    "countries",
    "companies",
    "keywords",
    "cast",
    "directors",
)
"""What may be unknown of a film, in the order of the bits of `missing`."""
MEASURES: Final = ("year", "budget", "revenue", "return", "votes", "average", "runtime", "popularity")
MONEY: Final = ("budget", "revenue", "return")


@dataclass(frozen=True, slots=True)
class Coded:
    """A measure of all films: `values[codes]`, where code 0 is unknown and the others rise with their values."""

    codes: NDArray[np.unsignedinteger[Any]]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tags:
    """What a film may have several of: row of the film and code of the name, in pairs; frequent names first."""

    kind: str
    rows: NDArray[np.int32]
    codes: NDArray[np.unsignedinteger[Any]]
    names: Texts
    otherwise: Texts
    """What the catalog calls each of the names."""


class Films:
    """All films, over memory-mapped arrays; opening it reads nothing.

    Args:
        group: Arrays by the name of their group.
        report: The cleaning report as the manifest holds it.

    Raises:
        KeyError: when an array is not there.
    """

    def __init__(self, group: Callable[[str], Arrays], report: Mapping[str, Any]) -> None:
        own, genres, languages = group("exploring"), Texts(group("genre_names")), Texts(group("language_names"))
        countries, words = Texts(group("exploring_countries")), Texts(group("exploring_words"))
        self.ids = group("films")["ids"]
        self.years = group("films")["years"]
        self.titles = Texts(group("titles"))
        self.doubtful: Flags = group("money")["doubtful"]
        self.months, self.days, self.weekdays = own["months"], own["days"], own["weekdays"]
        self.missing = own["missing"]
        self.measures = {name: Coded(own[f"{name}_codes"], own[f"{name}_values"]) for name in MEASURES}
        self.tags = {
            kind: Tags(kind, own[f"{kind}_rows"], own[f"{kind}_codes"], names, otherwise)
            for kind, names, otherwise in (
                ("genre", genres, genres),
                ("language", languages, languages),
                ("country", countries, Texts(group("exploring_country_names"))),
                ("word", words, words),
            )
        }
        self.quarantine = Texts(group("exploring_quarantine"))
        self.correlations = group("exploring_correlations")
        """As `build_correlations` makes them; a catalog that was built before has none."""
        self.report = report
        self._attributes = Attributes(
            {**group("films"), "imdb": group("imdb")["numbers"]},
            group("attributes"),
            languages,
            genres,
            KeyTable(group("keyword_keys")),
        )

    @property
    def eras(self) -> list[int]:
        """The years that decades with a film begin with, rising."""
        return [10 * one for one in np.flatnonzero(np.bincount(self.years // 10)).tolist()]

    def selected(self, filters: Filters) -> "Selection":
        """The films that filters let through, those for adults among them.

        Raises:
            InputError: for filters that cannot be meant, such as an unknown genre.
        """
        return Selection(self, self._attributes.allowed(replace(filters, adult=True)))


class Named(NamedTuple):
    """How tables name films."""

    ids: list[str]
    titles: list[str]
    years: list[str]


@dataclass(frozen=True)
class Selection:
    """Some of the films; `kept` (films,) tells which."""

    films: Films
    kept: Flags

    @cached_property
    def size(self) -> int:
        """How many films it holds."""
        return int(np.count_nonzero(self.kept))

    @cached_property
    def decades(self) -> NDArray[np.int32]:
        """The decade of each of all films: 199 is that of 1990."""
        return np.asarray(self.films.years // 10)

    def usable(self, measure: str) -> Flags:
        """Which of all films it holds and knows a value of that can be meant: (films,)."""
        known = self.kept & (self.films.measures[measure].codes > 0)
        return known & ~self.films.doubtful if measure in MONEY else known

    def positive(self, measure: str) -> Flags:
        """Those of the usable films whose value is above 0, as all money is: (films,)."""
        coded = self.films.measures[measure]
        return np.asarray(self.usable(measure) & (coded.values > 0)[coded.codes])

    def doubted(self, measure: str) -> int:
        """How many films have a value that is left out because their money cannot be meant."""
        known = self.kept & (self.films.measures[measure].codes > 0)
        return int(np.count_nonzero(known & self.films.doubtful)) if measure in MONEY else 0

    def spread(self, measure: str, among: Flags) -> Spread:
        """How often each value of a measure occurs among films that have one."""
        coded = self.films.measures[measure]
        counts = np.bincount(coded.codes[among], minlength=len(coded.values))
        there = np.flatnonzero(counts)
        return Spread(coded.values[there], counts[there])

    def values(self, measure: str, rows: NDArray[Any]) -> NDArray[np.float64]:
        """The values of a measure of some films by row, or flagged."""
        coded = self.films.measures[measure]
        return np.asarray(coded.values[coded.codes[rows]])

    def named(self, rows: NDArray[Any]) -> Named:
        """Ids, titles and years of some films by row, as texts."""
        ids, years = (list(map(str, column[rows].tolist())) for column in (self.films.ids, self.films.years))
        return Named(ids, [self.films.titles[row] for row in rows.tolist()], years)
