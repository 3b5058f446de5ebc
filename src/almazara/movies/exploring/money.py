"""What films return beside what they cost."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almazara.figures.chart import Axis, Bars, Dots, Level, Line, Role, Scale, Table
from almazara.figures.explored import Drawing, Explored, percent_of
from almazara.movies.exploring.films import Selection
from almazara.movies.exploring.measured import BUDGET, RETURN, doubtful_clause
from almazara.words.said import Said, said

CLASSES: Final = (0.0, 1e5, 1e6, 5e6, 2e7, 5e7, 1e8, np.inf)
"""Budgets in dollars at which classes begin."""
MIN_FILMS: Final = 10
"""Nothing is said of a class of fewer."""
Floats = NDArray[np.float64]


def return_against_budget(chosen: Selection, draw: Drawing) -> Explored:
    """Every film whose return is known as a dot, and the median of each class of budgets as a line."""
    rows = np.flatnonzero(chosen.usable("return"))
    if not len(rows):
        return draw.nothing(said("exploring.unknown.return", all=chosen.size))
    budgets, revenues, returns = (chosen.values(name, rows) for name in ("budget", "revenue", "return"))
    losing = int(np.count_nonzero(returns < 1))
    named = chosen.named(rows)
    cells = zip(*named, budgets.tolist(), revenues.tolist(), returns.tolist(), strict=True)
    return draw.figure(
        draw.said(
            "sentence",
            films=len(rows),
            losing=losing,
            share=losing / len(rows),
            median=float(np.median(returns)),
            doubtful=doubtful_clause(chosen, "return"),
        ),
        (BUDGET.axis(draw), RETURN.axis(draw)),
        [
            Dots(draw.word("films"), budgets.tolist(), returns.tolist()),
            Level(draw.word("paid_back"), 1.0),
            _median_line(budgets, returns, draw),
        ],
        Table(draw.words("id", "title", "year", "budget", "revenue", "return"), list(cells)),
    )


def _median_line(budgets: Floats, returns: Floats, draw: Drawing) -> Line:
    """The median return over the median budget of each class of enough films."""
    members = [one for one in by_class(budgets) if np.count_nonzero(one) >= MIN_FILMS]
    xs, ys = ([float(np.median(values[one])) for one in members] for values in (budgets, returns))
    return Line(draw.word("median"), xs, ys, Role.TARGET)


def by_class(budgets: Floats) -> list[NDArray[np.bool_]]:
    """Which films each class of CLASSES holds."""
    places = np.searchsorted(CLASSES, budgets, side="right") - 1
    return [places == number for number in range(len(CLASSES) - 1)]


def losses_by_budget(chosen: Selection, draw: Drawing) -> Explored:
    """How many films of each class of budgets earned less than they cost."""
    rows = np.flatnonzero(chosen.usable("return"))
    budgets, returns = chosen.values("budget", rows), chosen.values("return", rows)
    found = [(name, returns[one]) for name, one in zip(_class_names(), by_class(budgets), strict=True)]
    told = [(name, of, float(np.mean(of < 1)), float(np.median(of))) for name, of in found if len(of) >= MIN_FILMS]
    if not told:
        return draw.nothing(said("exploring.no-class", films=MIN_FILMS))
    worst, _, share, _ = max(told, key=lambda one: one[2])
    best, _, _, median = max(told, key=lambda one: one[3])
    shown = [(draw.written(name), len(of), percent_of(share, 1), median) for name, of, share, median in told]
    return draw.figure(
        draw.said("sentence" if len(told) > 1 else "one", worst=worst, share=share, best=best, median=median),
        (Axis(Scale.NAME, draw.word("budget")), Axis(label=draw.word("losing"), unit="%", from_zero=True)),
        [Bars(draw.word("losing"), [name for name, *_ in shown], [percent for _, _, percent, _ in shown])],
        Table(draw.words("budget_class", "films", "losing", "median_return"), shown),
    )


def _class_names() -> list[Said]:
    """What the classes are called: `1 M $ a 5 M $`."""
    edges = [BUDGET.amount(edge) for edge in CLASSES[1:-1]]
    inner = [said("exploring.between", low=low, high=high) for low, high in pairwise(edges)]
    return [said("exploring.less", high=edges[0]), *inner, said("exploring.more", low=edges[-1])]
