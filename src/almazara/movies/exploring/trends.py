"""Which genres, languages and countries films have had, decade by decade."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almazara.figures.chart import Axis, Cells, Scale, Table
from almazara.figures.explored import NO_CLAUSE, Drawing, Explored
from almazara.movies.exploring.films import Selection
from almazara.movies.exploring.tags import tag_counts, tag_names
from almazara.words.said import Figure, Said, said

MIN_FILMS: Final = 100
"""A decade of fewer has no shares."""
_MOST_TAGS: Final = 12


def over_decades(kind: str, chosen: Selection, draw: Drawing) -> Explored:
    """The share of each decade's films that have each of the most frequent genres, languages or countries."""
    decades, totals = decade_sizes(chosen)
    shown = np.flatnonzero(totals >= MIN_FILMS)
    if not len(shown):
        return draw.nothing(said("exploring.no-trend", films=MIN_FILMS))
    tags = chosen.films.tags[kind]
    counts = tag_counts(tags, chosen.kept, chosen.decades - decades[0], len(decades))[shown]
    common = np.argsort(-counts.sum(axis=0), kind="stable")[:_MOST_TAGS]
    common = common[counts[:, common].any(axis=0)]
    shares = (counts[:, common] / totals[shown, None]).T
    names, years = tag_names(tags, common), [str(decade * 10) for decade in decades[shown].tolist()]
    if not len(common):
        return draw.nothing(said("exploring.untold", all=chosen.size))
    written, percents = [draw.written(name) for name in names], np.round(100 * shares, 1).tolist()
    rows = [(name, *row) for name, row in zip(written, percents, strict=True)]
    return draw.figure(
        _changes(shares, names, years),
        (Axis(Scale.NAME, draw.word("decade")), Axis(Scale.NAME)),
        [Cells(draw.word("share"), years, written, percents, unit="%")],
        Table([draw.word(kind), *(f"{year} (%)" for year in years)], rows),
        said("exploring.decades-shown", films=MIN_FILMS),
    )


def decade_sizes(chosen: Selection) -> tuple[NDArray[np.integer[Any]], NDArray[np.int64]]:
    """The decades from the first to the last that have films, 199 being that of 1990, and how many each has."""
    decades = chosen.decades[chosen.kept]
    first = int(decades.min())
    counts = np.bincount(decades - first)
    return np.arange(first, first + len(counts)), counts


def _changes(shares: NDArray[np.float64], names: Sequence[Said | str], years: Sequence[str]) -> Said:
    """What has grown and what has shrunk most between the first and the last decade."""
    if len(years) == 1:
        most = int(shares[:, 0].argmax())
        return said("exploring.trend-one", decade=years[0], name=names[most], share=float(shares[most, 0]))
    changes = shares[:, -1] - shares[:, 0]
    grown, shrunk = int(changes.argmax()), int(changes.argmin())
    span: dict[str, Figure] = {"first": years[0], "last": years[-1]}
    fell = {"name": names[shrunk], "before": float(shares[shrunk, 0]), "after": float(shares[shrunk, -1])}
    if changes[grown] > 0:
        rose = {"name": names[grown], "before": float(shares[grown, 0]), "after": float(shares[grown, -1])}
        also = said("exploring.trend-also", **fell) if changes[shrunk] < 0 else NO_CLAUSE
        return said("exploring.trend-grown", **span, **rose, also=also)
    return (
        said("exploring.trend-shrunk", **span, **fell) if changes[shrunk] < 0 else said("exploring.no-change", **span)
    )
