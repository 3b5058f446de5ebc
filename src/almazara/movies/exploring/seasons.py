"""Which genres come out in which months and on which weekdays."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from almazara.figures.chart import Axis, Cells, Scale, Table
from almazara.figures.explored import Drawing, Explored
from almazara.movies.exploring.films import Counts, Selection
from almazara.movies.exploring.releases import MONTHS, WEEKDAYS, new_year, short_months, weekdays
from almazara.movies.exploring.tags import tag_counts, tag_names
from almazara.words.said import Said, said

MIN_FILMS: Final = 50
"""A genre of fewer has no season."""
CLEAR: Final = 5.0
"""How many standard errors a share lies above that of all films where it is no chance: some hundred are compared."""
_MOST_GENRES: Final = 12


def by_month(chosen: Selection, draw: Drawing) -> Explored:
    """Which share of each genre's films comes out in each month."""
    return _pattern(chosen, chosen.films.months - 1, MONTHS, short_months(draw), draw)


def by_weekday(chosen: Selection, draw: Drawing) -> Explored:
    """Which share of each genre's films comes out on each weekday."""
    return _pattern(chosen, chosen.films.weekdays, WEEKDAYS, weekdays(draw), draw)


def _pattern(
    chosen: Selection,
    places: NDArray[np.integer[Any]],
    times: Sequence[Said | str],
    short: Sequence[str],
    draw: Drawing,
) -> Explored:
    """Genres beside times; films of 1 January are left out, because their day may not be known."""
    unsure = new_year(chosen)
    dated, genres = chosen.kept & ~unsure, chosen.films.tags["genre"]
    counts = tag_counts(genres, dated, places, len(times)).T
    totals = counts.sum(axis=1)
    shown = np.argsort(-totals, kind="stable")[: min(_MOST_GENRES, np.count_nonzero(totals >= MIN_FILMS))]
    if not len(shown):
        return draw.nothing(said("exploring.no-season", films=MIN_FILMS))
    names = tag_names(genres, shown)
    every = np.bincount(places[dated], minlength=len(times))
    found, films = np.vstack([every, counts[shown]]), [int(every.sum()), *totals[shown].tolist()]
    percents = np.round(100 * found / np.array(films)[:, None], 1).tolist()
    written = [draw.word("all_films"), *map(draw.written, names)]
    rows = [(name, total, *row) for name, total, row in zip(written, films, percents, strict=True)]
    return draw.figure(
        _clearest(counts[shown], every / every.sum(), names, times, draw),
        (Axis(Scale.NAME), Axis(Scale.NAME)),
        [Cells(draw.word("share"), short, written, percents, unit="%")],
        Table([*draw.words("genre", "films"), *(f"{name} (%)" for name in short)], rows),
        said("exploring.without-new-year", films=int(np.count_nonzero(unsure))),
    )


def _clearest(
    counts: Counts,
    everywhere: NDArray[np.float64],
    genres: Sequence[Said | str],
    times: Sequence[Said | str],
    draw: Drawing,
) -> Said:
    """The genre and time that stand out most from what all films do, where any does."""
    totals = counts.sum(axis=1, keepdims=True)
    expected = totals * everywhere
    errors = (counts - expected) / np.sqrt(np.maximum(expected, 1e-9))  # where all films are none, the genre's are none
    genre, time = divmod(int(errors.argmax()), len(times))
    if errors[genre, time] < CLEAR:
        return draw.said("unclear")
    share = counts[genre, time] / totals[genre, 0]
    return draw.said(
        "sentence", genre=genres[genre], time=times[time], share=float(share), everywhere=float(everywhere[time])
    )
