"""When films come out: by month, weekday and year."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Bars, Moment, Scale, Table
from almazara.figures.explored import NO_CLAUSE, Drawing, Explored, percent_of, tied
from almazara.movies.exploring.films import Counts, Flags, Selection
from almazara.words.numbers import month
from almazara.words.said import Said, named, said

MONTHS: Final = [named("month", str(number)) for number in range(1, 13)]
WEEKDAYS: Final = [named("weekday", str(number)) for number in range(7)]
_UNSURE_TIMES: Final = 3
"""How many times the films of a usual day 1 January holds before its date is doubted."""


def short_months(draw: Drawing) -> list[str]:
    """The months as an axis names them."""
    return [month(number, draw.language) for number in range(1, 13)]


def weekdays(draw: Drawing) -> list[str]:
    """The weekdays from Monday."""
    return [draw.written(name) for name in WEEKDAYS]


def per_month(chosen: Selection, draw: Drawing) -> Explored:
    """Films by month of any year."""
    counts = np.bincount(chosen.films.months[chosen.kept], minlength=13)[1:]
    return _by_name(counts, "month", MONTHS, short_months(draw), draw, note=_new_year_clause(chosen))


def per_weekday(chosen: Selection, draw: Drawing) -> Explored:
    """Films by weekday."""
    counts = np.bincount(chosen.films.weekdays[chosen.kept], minlength=7)
    return _by_name(counts, "weekday", WEEKDAYS, weekdays(draw), draw)


def per_year(chosen: Selection, draw: Drawing) -> Explored:
    """Films by year, years without any between the first and the last included."""
    years = chosen.films.years[chosen.kept]
    first, last = int(years.min()), int(years.max())
    counts = np.bincount(years - first)
    middle = last - int(np.searchsorted(np.cumsum(counts[::-1]), chosen.size / 2))
    names = [str(year) for year in range(first, last + 1)]
    sentence = draw.said("sentence", **_most(names, counts), middle=str(middle))
    bars, half = Bars(draw.word("films"), range(first, last + 1), counts.tolist()), Moment(draw.word("half"), middle)
    axes = Axis(label=draw.word("year")), Axis(label=draw.word("films"), from_zero=True)
    return draw.figure(sentence, axes, [bars, half], _table("year", names, counts, draw))


def _by_name(
    counts: Counts,
    kind: str,
    names: Sequence[Said | str],
    short: Sequence[str],
    draw: Drawing,
    *,
    note: Said | str = NO_CLAUSE,
) -> Explored:
    """Bars of films by month or weekday."""
    fewest = counts.min()
    least = tied(names, counts == fewest)
    sentence = draw.said("sentence", **_most(names, counts), least=least, fewest=int(fewest), note=note)
    axes = Axis(Scale.NAME), Axis(label=draw.word("films"), from_zero=True)
    marks = [Bars(draw.word("films"), short, counts.tolist())]
    return draw.figure(sentence, axes, marks, _table(kind, [draw.written(name) for name in names], counts, draw))


def _most(names: Sequence[Said | str], counts: Counts) -> dict[str, Said | str | int | float]:
    """Where most films are, as sentences name it."""
    films, total = int(counts.max()), int(counts.sum())
    return {"most": tied(names, counts == films), "films": films, "all": total, "share": films / total}


def _table(kind: str, names: Sequence[str], counts: Counts, draw: Drawing) -> Table:
    total = int(counts.sum())
    rows = [(name, count, percent_of(count, total)) for name, count in zip(names, counts.tolist(), strict=True)]
    return Table(draw.words(kind, "films", "share"), rows)


def new_year(chosen: Selection) -> Flags:
    """Which films are dated 1 January, many of them because no more than their year was known."""
    return np.asarray(chosen.kept & (chosen.films.months == 1) & (chosen.films.days == 1))


def _new_year_clause(chosen: Selection) -> Said | str:
    films = int(np.count_nonzero(new_year(chosen)))
    unusual = films > 1 and films > _UNSURE_TIMES * chosen.size / 365
    return said("exploring.new-year", films=films) if unusual else NO_CLAUSE
