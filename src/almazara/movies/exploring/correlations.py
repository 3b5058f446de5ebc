"""Which measures go together: Spearman's rank correlation over the films that know both."""

from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from almazara.figures.chart import Axis, Cells, Scale, Table
from almazara.figures.explored import Drawing, Explored
from almazara.movies.catalog.catalog import Arrays
from almazara.movies.exploring.films import MEASURES, Films, Selection
from almazara.movies.similar.attributes import NO_FILTERS
from almazara.words.said import said

MIN_FILMS: Final = 30
"""Of fewer films a correlation is mostly chance."""
MOST_FILMS: Final = 50_000
"""Of more films so many are taken, evenly: it tells the same within 0.01, and costs no more."""
Floats = NDArray[np.float64]


class Correlation(NamedTuple):
    """Spearman's rho of two measures over so many films."""

    one: str
    other: str
    rho: float
    films: int


def build_correlations(films: Films) -> Arrays:
    """Those of all films, made ahead, the strongest first.

    Returns:
        pairs int8 (k, 2), places in MEASURES; rho float64 (k,); films int64 (k,).
    """
    found = correlations(films.selected(NO_FILTERS))
    return {
        "pairs": np.array([[MEASURES.index(name) for name in one[:2]] for one in found], dtype=np.int8).reshape(-1, 2),
        "rho": np.array([one.rho for one in found]),
        "films": np.array([one.films for one in found], dtype=np.int64),
    }


def correlations(chosen: Selection) -> list[Correlation]:
    """All pairs of measures that enough films know, the strongest first."""
    ahead = chosen.films.correlations
    if ahead and chosen.size == len(chosen.kept):
        columns = (ahead[name].tolist() for name in ("pairs", "rho", "films"))
        return [Correlation(MEASURES[one], MEASURES[two], *rest) for (one, two), *rest in zip(*columns, strict=True)]
    rows = np.flatnonzero(chosen.kept)
    if len(rows) > MOST_FILMS:
        rows = rows[np.arange(MOST_FILMS) * len(rows) // MOST_FILMS]
    known = {name: chosen.usable(name)[rows] for name in MEASURES}
    codes = {name: chosen.films.measures[name].codes[rows] for name in MEASURES}
    of_all = {name: ranks(codes[name][known[name]]) for name in MEASURES}
    found = []
    for pair in combinations(MEASURES, 2):
        both = known[pair[0]] & known[pair[1]]
        films = int(np.count_nonzero(both))
        one, other = (of_all[name] if films == len(of_all[name]) else ranks(codes[name][both]) for name in pair)
        rho = correlation(one, other)
        if rho is not None and films >= MIN_FILMS:
            found.append(Correlation(*pair, rho, films))
    return sorted(found, key=lambda one: -abs(one.rho))


def ranks(codes: NDArray[Any]) -> Floats:
    """Twice the rank of each of some small whole numbers, less twice the mean rank; equal ones share theirs."""
    counts = np.bincount(codes).astype(np.int32)  # of half the size: the pages of larger arrays are fetched each time
    ends = counts.cumsum(dtype=np.int32)
    return np.asarray((2 * ends - counts - len(codes)).take(codes), dtype=np.float64)


def correlation(one: Floats, other: Floats) -> float | None:
    """The cosine of two centered vectors; None where either is constant."""
    lengths = np.sqrt(_product(one, one) * _product(other, other))
    return float(np.clip(_product(one, other) / lengths, -1, 1)) if lengths else None


def _product(one: Floats, other: Floats) -> float:
    return float(np.einsum("i,i", one, other))  # on one core: the threads of `@` cost more than they save


def correlation_table(chosen: Selection, draw: Drawing) -> Explored:
    """The correlations of all pairs of measures."""
    found = correlations(chosen)
    if not found:
        return draw.nothing(said("exploring.no-correlation", films=MIN_FILMS))
    rho = {frozenset(pair[:2]): pair.rho for pair in found}
    names = draw.words(*MEASURES)
    values = [[rho.get(frozenset((one, other))) for other in MEASURES] for one in MEASURES]
    rows = [(draw.word(one), draw.word(other), round(value, 3), films) for one, other, value, films in found]
    strongest, weakest = found[0], found[-1]
    return draw.figure(
        draw.said(
            "sentence" if len(found) > 1 else "one",
            one=said(f"exploring.the.{strongest.one}"),
            other=said(f"exploring.the.{strongest.other}"),
            rho=strongest.rho,
            films=strongest.films,
            weak_one=said(f"exploring.the.{weakest.one}"),
            weak_other=said(f"exploring.the.{weakest.other}"),
            weakest=weakest.rho,
        ),
        (Axis(Scale.NAME), Axis(Scale.NAME)),
        [Cells(draw.word("correlation"), names, names, values)],
        Table(draw.words("measure", "other_measure", "correlation", "films"), rows),
        draw.said("rule", films=MIN_FILMS, most=MOST_FILMS),
    )
