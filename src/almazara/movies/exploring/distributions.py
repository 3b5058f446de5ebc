"""How money, votes and runtimes are distributed, in all and in each decade."""

from dataclasses import replace
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Bars, Box, Boxes, Moment, Scale, Table
from almazara.figures.explored import Drawing, Explored, percent_of
from almazara.movies.exploring.films import Selection
from almazara.movies.exploring.measured import Measured, doubtful_clause
from almazara.movies.exploring.spread import Spread, fences
from almazara.words.said import Said, said

MIN_FILMS: Final = 10
"""A decade of fewer known values has no distribution."""


def distribution(measure: Measured, chosen: Selection, draw: Drawing) -> Explored:
    """How many films have about each value."""
    spread = chosen.spread(measure.name, chosen.positive(measure.name))
    if not spread.size:
        return draw.nothing(said(f"exploring.unknown.{measure.name}", all=chosen.size))
    edges, counts = measure.classes(spread)
    starts, ends = edges[:-1].tolist(), edges[1:].tolist()
    told = [None if spread.values[-1] >= end == ends[-1] else end for end in ends]
    label = draw.word(measure.name) if told[-1] else draw.written(said("exploring.and-longer", last=int(starts[-1])))
    shares = [percent_of(count, spread.size) for count in counts.tolist()]
    return draw.figure(
        _described(measure, spread, chosen),
        (replace(measure.axis(draw), label=label), Axis(label=draw.word("films"), from_zero=True)),
        [
            Bars(draw.word("films"), starts, counts.tolist(), ends=ends),
            Moment(draw.word("median"), float(spread.quantiles([0.5])[0])),
        ],
        Table(
            [*measure.columns(draw, "from", "to"), *draw.words("films", "share")],
            list(zip(starts, told, counts.tolist(), shares, strict=True)),
        ),
    )


def _described(measure: Measured, spread: Spread, chosen: Selection) -> Said:
    lower, median, upper = spread.quantiles((0.25, 0.5, 0.75)).tolist()
    share = spread.size / chosen.size
    return said(
        "exploring.distribution",
        known=said(f"exploring.known.{measure.name}", known=spread.size, all=chosen.size, share=share),
        median=measure.amount(median),
        lower=measure.amount(lower),
        upper=measure.amount(upper),
        doubtful=doubtful_clause(chosen, measure.name),
    )


def by_decade(measure: Measured, chosen: Selection, draw: Drawing) -> Explored:
    """The distribution in each decade, in five numbers."""
    found = {decade: one for decade, one in decade_spreads(measure.name, chosen).items() if one.size >= MIN_FILMS}
    if not found:
        return draw.nothing(said("exploring.no-decade", films=MIN_FILMS))
    five = {decade: spread.five().tolist() for decade, spread in found.items()}
    axes = Axis(Scale.NAME, draw.word("decade")), measure.axis(draw)
    numbers = measure.columns(draw, "smallest", "lower_quartile", "median", "upper_quartile", "largest")
    return draw.figure(
        _extremes(measure, {decade: numbers[2] for decade, numbers in five.items()}),
        axes,
        [Boxes(draw.word(measure.name), [_box(decade, spread) for decade, spread in found.items()])],
        Table(
            [*draw.words("decade", "films"), *numbers],
            [(decade, spread.size, *five[decade]) for decade, spread in found.items()],
        ),
        said("exploring.decade-rule", films=MIN_FILMS, doubtful=doubtful_clause(chosen, measure.name)),
    )


def _extremes(measure: Measured, medians: dict[str, float]) -> Said:
    high, low = max(medians, key=medians.__getitem__), min(medians, key=medians.__getitem__)
    highest, lowest = measure.amount(medians[high]), measure.amount(medians[low])
    if len(medians) == 1:
        return said("exploring.one-decade", decade=high, median=highest)
    if highest == lowest:
        return said("exploring.decades-alike", median=highest)
    return said("exploring.decades", high=high, highest=highest, low=low, lowest=lowest)


def decade_spreads(measure: str, chosen: Selection) -> dict[str, Spread]:
    """The spread of the positive values of a measure in each decade that has any."""
    among = chosen.positive(measure)
    coded, decades = chosen.films.measures[measure], chosen.decades[among]
    if not len(decades):
        return {}
    first, wide = int(decades.min()), len(coded.values)
    counts = np.bincount((decades - first).astype(np.int64) * wide + coded.codes[among])
    counts = np.pad(counts, (0, -len(counts) % wide)).reshape(-1, wide)
    return {
        str(10 * (first + number)): Spread(coded.values[there], row[there])
        for number, row in enumerate(counts)
        if len(there := np.flatnonzero(row))
    }


def _box(name: str, spread: Spread) -> Box:
    """A box whose whiskers reach to the fences, or to the last value where it is nearer or there are none."""
    low, lower, median, upper, high = spread.five().tolist()
    found = fences(spread)
    if found:
        low, high = max(low, found.low), min(high, found.high)
    return Box(name, low, lower, median, upper, high)
