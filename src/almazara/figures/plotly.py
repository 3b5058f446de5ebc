"""A chart as a figure of Plotly, for its basic bundle, in values that JSON has; Plotly itself is not needed."""

from typing import Any, Final

from almazara.figures.chart import Chart, Dots
from almazara.figures.drawing.layout import is_turned
from almazara.figures.drawing.looks import variants
from almazara.figures.style import Theme, values
from almazara.figures.tracing.axes import x_axis, y_axis
from almazara.figures.tracing.lines import annotations, shapes
from almazara.figures.tracing.traces import traces
from almazara.words.numbers import Language

_SEPARATORS: Final = {Language.ES: ",.", Language.EN: ".,"}
_SWAPPED: Final = {"x": "y", "y": "x", "error_y": "error_x"}


def figure(chart: Chart, theme: Theme = Theme.LIGHT) -> dict[str, Any]:
    """`data` and `layout` of a figure that shows what `svg.draw` draws, in the same colours.

    Names and labels are escaped: Plotly would take `<a href=...>` in them for a link.
    """
    turned = is_turned(chart)
    marks = zip(chart.marks, variants(chart.marks), strict=True)
    data = [trace for mark, variant in marks for trace in traces(chart, mark, variant, theme)]
    x, y = x_axis(chart, theme, upright=turned), y_axis(chart, theme)
    axes = {"xaxis": y, "yaxis": x} if turned else {"xaxis": x, "yaxis": y}
    drawn = shapes(chart, theme, turned=turned)
    layout = {**_look(chart, theme), **axes, "shapes": drawn, "annotations": annotations(chart, theme, turned=turned)}
    named = sum(part.get("showlegend", False) for part in [*data, *drawn])
    return {"data": [_turned(one) for one in data] if turned else data, "layout": {**layout, "showlegend": named > 1}}


def _turned(trace: dict[str, Any]) -> dict[str, Any]:
    """A trace of which x and y have changed places."""
    swapped = {_SWAPPED.get(key, key): value for key, value in trace.items()}
    return {**swapped, "orientation": "h"} if trace["type"] == "bar" else swapped


def _look(chart: Chart, theme: Theme) -> dict[str, Any]:
    colors = values(theme)
    clear = "rgba(0,0,0,0)"
    words = {"bgcolor": colors["paper"], "bordercolor": colors["rule"], "font": {"color": colors["ink"]}}
    return {
        "template": {},
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "font": {"family": colors["sans"], "size": 13, "color": colors["soft"]},
        "hoverlabel": words,
        "hovermode": "closest" if any(isinstance(mark, Dots) for mark in chart.marks) else "x",
        "separators": _SEPARATORS[chart.language],
        "legend": {"orientation": "h", "y": -0.2, "font": {"color": colors["ink"]}},
        "margin": {"l": 8, "r": 16, "t": 32, "b": 8},
        "barmode": "group",
        "bargap": 0.26,
    }
