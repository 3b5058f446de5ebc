"""What is not known of the films, in all and by decade."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from almazara.figures.chart import Axis, Bars, Cells, Scale, Table
from almazara.figures.explored import Drawing, Explored, percent_of, tied
from almazara.movies.exploring.films import MISSABLE, Selection
from almazara.movies.exploring.trends import decade_sizes
from almazara.words.said import said

MIN_FILMS: Final = 10
"""A decade of fewer has no shares."""


def unknown_by_decade(chosen: Selection) -> NDArray[np.int64]:
    """How many films of each decade lack each of MISSABLE; shape (decades of `decade_sizes`, MISSABLE)."""
    decades, _ = decade_sizes(chosen)
    wide = 1 << len(MISSABLE)
    patterns = (chosen.decades[chosen.kept] - decades[0]).astype(np.int64) * wide + chosen.films.missing[chosen.kept]
    found, films = np.unique(patterns, return_counts=True)
    bits = (found[:, None] % wide >> np.arange(len(MISSABLE))) & 1
    counts = np.zeros((len(decades), len(MISSABLE)), dtype=np.int64)
    np.add.at(counts, found // wide, bits * films[:, None])
    return counts


def unknown(chosen: Selection, draw: Drawing) -> Explored:
    """The share of films of which each thing is not known, the least known first."""
    counts = unknown_by_decade(chosen).sum(axis=0)
    order = np.argsort(-counts, kind="stable").tolist()
    films = [int(counts[place]) for place in order]
    names, shares = draw.words(*(MISSABLE[place] for place in order)), [percent_of(one, chosen.size) for one in films]
    said_names = [said(f"exploring.the.{name}") for name in MISSABLE]
    sentence = draw.said(
        "sentence" if films[0] else "complete",
        most=tied(said_names, counts == counts.max()),
        films=films[0],
        all=chosen.size,
        share=films[0] / chosen.size,
    )
    axes = Axis(Scale.NAME), Axis(label=draw.word("share"), unit="%", from_zero=True)
    rows = list(zip(names, films, shares, strict=True))
    table = Table(draw.words("column", "films", "share"), rows)
    return draw.figure(sentence, axes, [Bars(draw.word("unknown"), names, shares)], table)


def unknown_over_decades(chosen: Selection, draw: Drawing) -> Explored:
    """The same share in each decade."""
    counts, (decades, totals) = unknown_by_decade(chosen), decade_sizes(chosen)
    there = np.flatnonzero(totals >= MIN_FILMS)
    if not len(there):
        return draw.nothing(said("exploring.no-decade", films=MIN_FILMS))
    shares = np.round(100 * counts[there] / totals[there, None], 1).T.tolist()
    years, names = [str(10 * decade) for decade in decades[there].tolist()], draw.words(*MISSABLE)
    budget = counts[there, MISSABLE.index("budget")] / totals[there]
    best, worst = int(budget.argmin()), int(budget.argmax())
    sentence = draw.said(
        "sentence" if budget[best] < budget[worst] else "alike",
        best=years[best],
        least=float(budget[best]),
        worst=years[worst],
        most=float(budget[worst]),
    )
    axes = Axis(Scale.NAME, draw.word("decade")), Axis(Scale.NAME)
    rows = [(name, *row) for name, row in zip(names, shares, strict=True)]
    table = Table([draw.word("column"), *(f"{year} (%)" for year in years)], rows)
    return draw.figure(sentence, axes, [Cells(draw.word("unknown"), years, names, shares, unit="%")], table)
