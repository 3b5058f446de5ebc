"""Where a film stands among those of its genre and decade: for each number that is known of it, a comb of theirs."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np

from almazara.movies import sentences
from almazara.movies.answers import ComparedMeasure
from almazara.movies.catalog.catalog import Arrays, Row, Texts
from almazara.words.numbers import Language
from almazara.words.said import Said, named, said, text_of

FEWEST: Final = 30
"""Films that are compared; where there are fewer of the genre and decade it is the decade's, or else all."""
TEETH: Final = 40
"""How many a comb has at most."""
_OUTER: Final = 0.01
"""The share of films that may lie beyond a comb on either side."""
_ALMOST_ALL: Final = 0.999
_DECIMALS: Final = 6  # 6.6 / 0.2 is 32.99999999999999, and 6.6 belongs to the 33rd step


class Measure(StrEnum):
    """A number that is known of most films, as the API names it."""

    VOTES = "votos"
    AVERAGE = "puntuacion"
    POPULARITY = "score"
    RETURN = "retorno"
    BUDGET = "costo"
    REVENUE = "recaudacion"
    RUNTIME = "duracion_minutos"

    @property
    def label(self) -> Said:
        """Its name for people."""
        return said(f"films.measure.{self.value}")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a measure is read.

    Attributes:
        step: The least width of a tooth, in units of the measure or, where it is logarithmic, in powers of ten. Votes
            are whole: with narrower teeth there would be gaps between one vote and two.
        least: What a known value is at least; 0 stands for an unknown amount, average or runtime, and for no votes.
    """

    step: float
    is_logarithmic: bool
    is_money: bool = False
    least: float = np.nextafter(0, 1)


_KINDS: Final = {
    Measure.VOTES: _Kind(0.2, is_logarithmic=True, least=0),
    Measure.AVERAGE: _Kind(0.1, is_logarithmic=False),
    Measure.POPULARITY: _Kind(0.1, is_logarithmic=True, least=0),
    Measure.RETURN: _Kind(0.1, is_logarithmic=True, is_money=True),
    Measure.BUDGET: _Kind(0.1, is_logarithmic=True, is_money=True),
    Measure.REVENUE: _Kind(0.1, is_logarithmic=True, is_money=True),
    Measure.RUNTIME: _Kind(1, is_logarithmic=False),
}


@dataclass(frozen=True, slots=True)
class Comb:
    """How many films there are step by step.

    Attributes:
        edges: (teeth + 1,) rising; steps are equal, or on a logarithmic scale equal there.
        counts: (teeth,) films of each step.
        beyond: The few films that lie before the first step or after the last; on a logarithmic scale also those of 0.
    """

    edges: list[float]
    counts: list[int]
    beyond: int
    is_logarithmic: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One number of a film beside those of comparable films, itself left out.

    Attributes:
        is_doubtful: Whether the film's money cannot be meant; films of such money are not compared with.
        below: The share of the compared films that have less.
        compared: How many they are.
        genre: The genre that all of them have, or None.
        decade: The year that their decade begins with, or None.
    """

    measure: Measure
    value: float
    is_doubtful: bool
    comb: Comb
    below: float
    compared: int
    genre: str | None
    decade: int | None

    @property
    def message(self) -> Said:
        """All of it in one sentence."""
        return said("films.standing.of_measure", measure=self.measure.label, among=self.among)

    @property
    def among(self) -> Said:
        """The same without what is measured."""
        code = "more_than_all" if self.below == 1 else "more_than" if self.below else "more_than_none"
        return said(
            f"films.standing.{code}",
            share=min(self.below, _ALMOST_ALL),
            n=self.compared,
            genre=said("films.standing.genre", genre=named("genre", self.genre)) if self.genre else "",
            decade=said("films.standing.decade", decade=sentences.decade(self.decade)) if self.decade else "",
            doubtful=said("films.standing.doubtful") if self.is_doubtful else "",
        )


@dataclass(frozen=True, slots=True)
class _Group:
    """Films that one is compared with: (k,) rows, itself left out; None: all the others."""

    rows: np.ndarray | None = None
    genre: str | None = None
    decade: int | None = None


class Standings:
    """Reads arrays that `build_catalog` and `build_answers` made, all by row; opening it reads nothing.

    What is known of all films is put in order once, when it is first asked for.

    Args:
        films: `years`, `votes`, `averages`, `popularity`, `runtimes`.
        money: `returns`, `budgets`, `revenues`, `doubtful`.
        attributes: `genres` (films, genres) bool and `first_genres` (films,) int32, -1 for a film without any.
        genre_names: By their place in `genres`.
    """

    def __init__(self, films: Arrays, money: Arrays, attributes: Arrays, genre_names: Texts) -> None:
        self._values = {
            Measure.VOTES: films["votes"],
            Measure.AVERAGE: films["averages"],
            Measure.POPULARITY: films["popularity"],
            Measure.RETURN: money["returns"],
            Measure.BUDGET: money["budgets"],
            Measure.REVENUE: money["revenues"],
            Measure.RUNTIME: films["runtimes"],
        }
        self._years = films["years"]
        self._doubtful = money["doubtful"]
        self._genres = attributes["genres"]
        self._first_genres = attributes["first_genres"]
        self._genre_names = genre_names
        self._of_all = lru_cache(len(Measure))(lambda measure: np.sort(self._known(measure, slice(None))))

    def of(self, row: Row) -> list[Standing]:
        """One standing for each number that is known of the film and of others."""
        groups = list(self._groups(row))
        found = (self._standing(measure, row, groups) for measure in Measure)
        return [standing for standing in found if standing is not None]

    def _groups(self, row: Row) -> Iterator[_Group]:
        """From the films most like it to all others."""
        decade = int(self._years[row]) // 10 * 10
        others = np.arange(len(self._years)) != row
        contemporary = others & (self._years // 10 * 10 == decade)
        genre = int(self._first_genres[row])
        if genre >= 0:
            yield _Group(np.flatnonzero(contemporary & self._genres[:, genre]), self._genre_names[genre], decade)
        yield _Group(np.flatnonzero(contemporary), None, decade)
        yield _Group()

    def _standing(self, measure: Measure, row: Row, groups: list[_Group]) -> Standing | None:
        kind, value = _KINDS[measure], float(self._values[measure][row])
        if not value >= kind.least:
            return None
        is_doubtful = kind.is_money and bool(self._doubtful[row])
        for group in groups:
            if group.rows is not None:
                values = self._known(measure, group.rows)
            else:  # `values` of all films hold the film's own, unless it is doubtful
                values = self._of_all(measure)
                values = values if is_doubtful else np.delete(values, np.searchsorted(values, value))
            if len(values) >= FEWEST:
                break
        if not values.any():
            return None
        values = np.sort(values)
        below = int(np.searchsorted(values, value)) / len(values)
        shown = comb(values, value, kind.step, is_logarithmic=kind.is_logarithmic)
        return Standing(measure, value, is_doubtful, shown, below, len(values), group.genre, group.decade)

    def _known(self, measure: Measure, rows: np.ndarray | slice) -> np.ndarray:
        """The known and not doubtful values of some films."""
        kind, values = _KINDS[measure], self._values[measure][rows]
        known = values >= kind.least
        if kind.is_money:
            known &= ~self._doubtful[rows]
        return np.asarray(values[known], dtype=np.float64)


def standing_answer(standing: Standing, language: Language) -> ComparedMeasure:
    """A standing as the API sends it."""
    return ComparedMeasure(
        medida=standing.measure.value,
        valor=standing.value,
        dudoso=standing.is_doubtful,
        por_debajo=round(standing.below, 4),
        comparadas=standing.compared,
        genero=standing.genre and text_of(named("genre", standing.genre), language),
        decada=standing.decade,
        logaritmica=standing.comb.is_logarithmic,
        bordes=standing.comb.edges,
        cuentas=standing.comb.counts,
        fuera=standing.comb.beyond,
        mensaje=standing.message.text(language),
    )


def comb(values: np.ndarray, own: float, step: float, *, is_logarithmic: bool) -> Comb:
    """The comb of values, (k,) rising and not all 0, from their first hundredth to their last, or to a film's own.

    Teeth are one step wide, or else 2, 5, 10 ... steps, and begin at multiples of their width.
    """
    shown = values[np.searchsorted(values, 0, "right") :] if is_logarithmic else values
    outer = int(_OUTER * len(shown))
    low, high = shown[[outer, -1 - outer]].tolist()
    if own > 0 or not is_logarithmic:
        low, high = min(low, own), max(high, own)
    if is_logarithmic:
        low, high = math.log10(low), math.log10(high)
    width = next(width for width in _widths(step) if _tooth(high, width) - _tooth(low, width) < TEETH)
    first, last = _tooth(low, width), _tooth(high, width)
    edges = [width * tooth for tooth in range(first, last + 2)]
    least = np.array(edges) - width * 10**-_DECIMALS / 2  # as `_tooth` rounds
    counts = np.diff(np.searchsorted(shown, 10**least if is_logarithmic else least))
    return Comb(
        edges=[float(f"{10**edge if is_logarithmic else edge:.6g}") for edge in edges],
        counts=counts.tolist(),
        beyond=len(values) - int(counts.sum()),
        is_logarithmic=is_logarithmic,
    )


def _widths(step: float) -> Iterator[float]:
    return (step * factor * 10**power for power in itertools.count() for factor in (1, 2, 5))


def _tooth(value: float, width: float) -> int:
    """The number of the step in which a value lies; step 0 begins at 0."""
    return math.floor(round(value / width, _DECIMALS))
