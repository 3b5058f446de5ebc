"""A chart as a figure of Plotly, for its basic bundle, in values that JSON has; Plotly itself is not needed."""

from typing import Any, Final

from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Chart, Dots
from almazara.figures.drawing.layout import plan
from almazara.figures.drawing.looks import variants
from almazara.figures.style import Theme
from almazara.figures.tracing.axes import across_axis, up_axis
from almazara.figures.tracing.lines import annotations, shapes
from almazara.figures.tracing.parts import View
from almazara.figures.tracing.traces import traces
from almazara.words.numbers import Language

_SEPARATORS: Final = {Language.ES: ",.", Language.EN: ".,"}
_SWAPPED: Final = {"x": "y", "y": "x", "error_y": "error_x"}
_KEY: Final = 28  # pixels of a key's row above the picture


def figure(
    chart: Chart, theme: Theme = Theme.LIGHT, *, is_narrow: bool = False, has_key: bool = True
) -> dict[str, Any]:
    """`data` and `layout` of a figure that shows what `svg.draw` draws, in the same places and colours.

    Names and labels are escaped: Plotly would take `<a href=...>` in them for a link.

    Args:
        chart: What is shown.
        theme: Whose colours it has.
        is_narrow: Whether it is shown on a phone, which has room for fewer words, and where a finger scrolls.
        has_key: Whether its key is inside, above it; a page has `keys.legend` beside it.
    """
    view = View(chart, plan(chart, None, None), theme, is_narrow)
    marks = zip(chart.marks, variants(chart.marks), strict=True)
    data = [trace for mark, variant in marks for trace in traces(view, mark, variant)]
    drawn = shapes(view)
    named = has_key and sum(part.get("showlegend", False) for part in [*data, *drawn]) > 1
    return {
        "data": [_turned(one) for one in data] if view.layout.plane.turned else data,
        "layout": {
            **_look(view, key=_KEY * named),
            "xaxis": across_axis(view),
            "yaxis": up_axis(view),
            "shapes": drawn,
            "annotations": annotations(view),
            "showlegend": named,
        },
    }


def _turned(trace: dict[str, Any]) -> dict[str, Any]:
    """A trace of which x and y have changed places."""
    swapped = {_SWAPPED.get(key, key): value for key, value in trace.items()}
    return {**swapped, "orientation": "h"} if trace["type"] == "bar" else swapped


def _look(view: View, key: float) -> dict[str, Any]:
    colors, plan = view.colors, view.layout
    clear, along = "rgba(0,0,0,0)", "y" if plan.plane.turned else "x"
    font = {"family": colors["sans"], "size": SIZE, "color": colors["soft"]}
    words = {"bgcolor": colors["paper"], "bordercolor": colors["rule"], "font": font | {"color": colors["ink"]}}
    return {
        "template": {},
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "height": plan.height + key,
        "margin": {"l": plan.left, "r": plan.right, "t": plan.top + key, "b": plan.bottom, "pad": 0},
        "font": font,
        "hoverlabel": words,
        "hovermode": "closest" if any(isinstance(mark, Dots) for mark in view.chart.marks) else along,
        "dragmode": False if view.is_narrow else "zoom",
        "separators": _SEPARATORS[view.chart.language],
        "legend": {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "font": {"color": colors["ink"]}},
        "barmode": "group",
        "bargap": 0.26,
    }
