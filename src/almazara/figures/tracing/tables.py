"""Distributions and tables of shades as traces of bars and strokes: the basic bundle has no boxes and heat maps."""

from collections.abc import Mapping, Sequence
from typing import Final

from almazara.figures.axes.scales import measure
from almazara.figures.axes.shades import INVERTED, cell_text, known_cells, largest_of, shade
from almazara.figures.chart import Box, Cells, Chart
from almazara.figures.drawing.cells import SIZE, cells_width
from almazara.figures.tracing.parts import Part, View, error_bars, plain, pointed, see_through
from almazara.words.numbers import with_unit

_WIDTH: Final = 0.5  # of the room that a box has


def box_traces(chart: Chart, boxes: Sequence[Box], color: str) -> list[Part]:
    """The halves of the boxes as bars that meet at the median, and whiskers at both ends, which say the numbers."""
    known = [box for box in boxes if all(measure(chart.y.scale, value) is not None for value in box.numbers)]
    names = [plain(box.name) for box in known] * 2
    lower, upper = [float(box.lower_quartile) for box in known], [float(box.upper_quartile) for box in known]
    median, none = [float(box.median) for box in known], [0.0] * len(known)
    halves = {
        "type": "bar",
        "x": names,
        "base": lower + median,
        "y": [*(box.median - box.lower_quartile for box in known), *(box.upper_quartile - box.median for box in known)],
        "width": _WIDTH,
        "marker": {"color": see_through(color, 0.28), "line": {"color": color, "width": 1.2}},
        "hoverinfo": "skip",
    }
    above = none + [box.high - box.upper_quartile for box in known]
    below = [box.lower_quartile - box.low for box in known] + none
    whiskers = {
        "type": "scatter",
        "mode": "markers",
        "x": names,
        "y": lower + upper,
        "marker": {"color": color, "size": 1},
        "error_y": error_bars(above, below, color, 1.2),
        "hovertext": [_words(chart, box) for box in known] * 2,
        "hoverinfo": "text",
    }
    return [halves, whiskers]


def _words(chart: Chart, box: Box) -> str:
    quartiles = {"lower": box.lower_quartile, "upper": box.upper_quartile}
    return pointed(chart, "box", box.name, median=box.median, low=box.low, high=box.high, **quartiles)


def cells_trace(view: View, cells: Cells) -> Part:
    """A bar for each cell that has a value, side by side and on each other; their numbers where there is room."""
    language, colors = view.chart.language, view.colors
    columns, rows = view.layout.plane.x.names, view.layout.plane.y.names
    known, largest = list(known_cells(cells)), largest_of(cells)
    levels = [shade(value, largest) for _, _, value in known]
    texts = [cell_text(value, largest, language) for _, _, value in known]
    hover = [
        plain(f"{row}, {column}: {with_unit(text, cells.unit, language)}")
        for (row, column, _), text in zip(known, texts, strict=True)
    ]
    return {
        "type": "bar",
        "x": [columns[column] for _, column, _ in known],
        "base": [rows[row] - 0.5 for row, _, _ in known],
        "y": [1.0] * len(known),
        "width": 1.0,
        "offset": -0.5,
        "marker": {
            "color": [_shaded(level, colors) for level in levels],
            "line": {"color": colors["paper"], "width": 1},
        },
        "text": texts if cells_width(texts, cells) <= view.room else [],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {
            "size": SIZE,
            "color": [colors["paper" if abs(level) >= INVERTED else "ink"] for level in levels],
        },
        "hovertext": hover,
        "hoverinfo": "text",
    }


def _shaded(level: int, colors: Mapping[str, str]) -> str:
    if not level:
        return see_through(colors["rule"], 0.35)
    return see_through(colors["sea" if level < 0 else "leaf"], float(colors[f"shade-{abs(level)}"]))
