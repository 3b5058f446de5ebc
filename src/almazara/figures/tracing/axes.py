"""The axes of a chart as Plotly has them: with the ends, the ticks and the words of the drawn picture's plan."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from almazara.figures.axes.scales import Extent
from almazara.figures.axes.ticks import IN_FULL, SIZE, Tick
from almazara.figures.chart import Axis, Bars, Cells, Chart, Scale
from almazara.figures.drawing.labels import is_upright
from almazara.figures.tracing.parts import Part, View, plain
from almazara.words.numbers import Language, with_unit

_FINE: Final = 1.0  # length of an axis up to which its numbers are read with four decimals
_FEWEST: Final = 3  # ticks, at most, where somebody looks closer
_STANDOFF: Final = 5  # pixels between names and their axis
_HOVERED_DAYS: Final = {Language.ES: "%d/%m/%Y", Language.EN: "%-d %b %Y"}
_LAST_DAY: Final = date.max.toordinal()
# The months' names that Plotly knows are English, so in Spanish days are numbers: from few days to many years.
_SPANISH_DAYS: Final = (
    {"dtickrange": [None, "M1"], "value": "%d/%m/%y"},
    {"dtickrange": ["M1", "M12"], "value": "%m/%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
)


def across_axis(view: View) -> Part:
    """The axis from left to right; on a narrow picture without the ticks that it does without."""
    layout = view.layout
    ticks = [tick for tick in layout.across if not (view.is_narrow and tick.spare)]
    axis = _axis(view, layout.across_axis, layout.plane.across, ticks)
    return {**axis, "showgrid": is_upright(view.chart, layout), "tickangle": -45 if layout.slanted else 0}


def up_axis(view: View) -> Part:
    """The axis from bottom to top; of names from top to bottom."""
    extent = view.layout.plane.up
    axis = _axis(view, view.layout.up_axis, extent, view.layout.up)
    if extent.scale is Scale.NAME:
        return {**axis, "showgrid": False, "ticklabelstandoff": _STANDOFF, "range": axis["range"][::-1]}
    return {**axis, "ticklabelstandoff": _STANDOFF}


def _axis(view: View, axis: Axis, extent: Extent, ticks: Sequence[Tick]) -> Part:
    chart = view.chart
    before, _, after = with_unit("\n", axis.unit, chart.language).partition("\n")
    return {
        "tickmode": "array",
        "nticks": max(len(ticks), _FEWEST),
        "ticktext": ["<br>".join(map(plain, tick.lines)) for tick in ticks],
        "tickprefix": plain(before),
        "ticksuffix": plain(after),
        "tickfont": {"size": SIZE},
        "gridcolor": view.colors["rule"],
        "zeroline": axis is chart.y and axis.scale is not Scale.NAME,
        "zerolinecolor": view.colors["soft"],
        "range": [_end(extent, extent.low), _end(extent, extent.high)],
        "fixedrange": _is_fixed(chart, axis),
        **_kind(chart, extent, [extent.low + tick.at * (extent.high - extent.low) for tick in ticks]),
    }


def _is_fixed(chart: Chart, axis: Axis) -> bool:
    """Whether nobody looks closer at a part of it: at some of the names, or at the middle of bars."""
    names = Scale.NAME in {chart.x.scale, chart.y.scale}
    return names or (axis is chart.y and any(isinstance(mark, Bars) for mark in chart.marks))


def _kind(chart: Chart, extent: Extent, ticks: Sequence[float]) -> Part:
    """What is of one scale only; `ticks` in what it counts."""
    match extent.scale:
        case Scale.NAME if any(isinstance(mark, Cells) for mark in chart.marks):  # made of bars at numbers
            return {"type": "linear", "tickvals": list(map(round, ticks))}
        case Scale.NAME:
            names = list(map(plain, extent.names))
            named = [names[round(tick)] for tick in ticks]
            return {"type": "category", "categoryorder": "array", "categoryarray": names, "tickvals": named}
        case Scale.DAY:
            stops = {"tickformatstops": list(_SPANISH_DAYS)} if chart.language is Language.ES else {}
            days = [_end(extent, tick) for tick in ticks]
            return {"type": "date", "hoverformat": _HOVERED_DAYS[chart.language], "tickvals": days, **stops}
        case Scale.LOG:
            return {"type": "log", "tickformat": ",.3~r", "tickvals": [10**tick for tick in ticks]}
        case Scale.NUMBER:
            decimals = 4 if extent.high - extent.low <= _FINE else 2
            hovered = {"hoverformat": f",.{decimals}~f", "separatethousands": extent.high >= IN_FULL}
            return {"type": "linear", "exponentformat": "none", "tickvals": list(ticks), **hovered}


def _end(extent: Extent, count: float) -> float | str:
    """An end of an axis, or a tick of days; of a logarithm, Plotly wants the exponent."""
    if extent.scale is not Scale.DAY:
        return count
    whole, part = divmod(min(max(count, 1), _LAST_DAY), 1)
    return (datetime.fromordinal(int(whole)) + timedelta(days=part)).isoformat()
