"""Which films lie far outside of what is usual, by which rule, and by name."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almazara.figures.chart import Axis, Dots, Level, Mark, Role, Table
from almazara.figures.explored import NO_CLAUSE, Drawing, Explored
from almazara.movies.exploring.films import Selection
from almazara.movies.exploring.measured import Measured, doubtful_clause
from almazara.movies.exploring.spread import MIN_JUDGED, Fences, fences
from almazara.words.said import Said, said

SHOWN: Final = 250
"""Outliers on each side that are named."""
Rows = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Outliers:
    """The fences, and the rows of the films beyond each, the most extreme first."""

    fences: Fences
    high: Rows
    low: Rows


def find_outliers(measure: str, chosen: Selection) -> Outliers | None:
    """The outliers among the positive values of a measure; None where they are too few, or too alike, to judge."""
    among = chosen.positive(measure)
    found = fences(chosen.spread(measure, among))
    if found is None:
        return None
    values, codes = chosen.films.measures[measure].values, chosen.films.measures[measure].codes
    high, low = (np.flatnonzero(among & beyond[codes]) for beyond in (values > found.high, values < found.low))
    high = high[np.argsort(-codes[high].astype(np.int64), kind="stable")]
    return Outliers(found, high, low[np.argsort(codes[low], kind="stable")])


def outliers(measure: Measured, chosen: Selection, draw: Drawing) -> Explored:
    """The outliers by year, with their names."""
    found = find_outliers(measure.name, chosen)
    if found is None:
        return draw.nothing(said("exploring.no-fences", films=MIN_JUDGED))
    if not len(found.high) and not len(found.low):
        return draw.nothing(said("exploring.no-outliers"), _rule(measure, found, chosen))
    shown = np.concatenate([found.high[:SHOWN], found.low[:SHOWN]])
    above = min(len(found.high), SHOWN)
    named, years, values = chosen.named(shown), chosen.films.years[shown], chosen.values(measure.name, shown).tolist()
    sides = [draw.word("above" if place < above else "below") for place in range(len(shown))]
    return draw.figure(
        _counted(measure, found, chosen),
        (Axis(label=draw.word("year")), measure.axis(draw)),
        [*_levels(measure, found.fences, draw), Dots(draw.word("films"), years.tolist(), values, named.titles)],
        Table(draw.words("id", "title", "year", measure.name, "side"), list(zip(*named, values, sides, strict=True))),
        _rule(measure, found, chosen),
    )


def _counted(measure: Measured, found: Outliers, chosen: Selection) -> Said:
    return said(
        "exploring.outliers",
        above=_side("above", measure, found.high, found.fences.high, chosen),
        below=_side("below", measure, found.low, found.fences.low, chosen),
    )


def _side(side: str, measure: Measured, rows: Rows, fence: float, chosen: Selection) -> Said:
    """How many films lie beyond a fence, and which is the most extreme."""
    if not len(rows):
        return said(f"exploring.none-{side}")
    value = measure.amount(float(chosen.values(measure.name, rows[:1])[0]))
    title = chosen.films.titles[int(rows[0])]
    return said(f"exploring.{side}", films=len(rows), fence=measure.amount(fence), title=title, value=value)


def _levels(measure: Measured, found: Fences, draw: Drawing) -> list[Mark]:
    return [Level(draw.written(measure.amount(fence)), fence, Role.BESIDE) for fence in (found.high, found.low)]


def _rule(measure: Measured, found: Outliers, chosen: Selection) -> Said:
    cut = max(len(found.high), len(found.low)) > SHOWN
    return said(
        "exploring.outlier-rule",
        low=measure.amount(found.fences.low),
        high=measure.amount(found.fences.high),
        skewness=found.fences.skewness,
        shown=said("exploring.most-extreme", shown=SHOWN) if cut else NO_CLAUSE,
        doubtful=doubtful_clause(chosen, measure.name),
    )
