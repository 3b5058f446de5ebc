"""The axes of a chart as Plotly has them."""

from typing import Final

from almazara.figures.axes.scales import Extent, x_extent, y_extent
from almazara.figures.axes.ticks import IN_FULL, number_ticks
from almazara.figures.chart import Axis, Bars, Cells, Chart, Scale
from almazara.figures.style import Theme, values
from almazara.figures.tracing.parts import Part, plain
from almazara.words.numbers import Language, with_unit

_TICKS: Final = 8  # of an axis whose words are ours
_LARGE: Final = 1e6  # numbers of an axis from which on they are
_FINE: Final = 1.0  # length of an axis up to which its numbers are read with four decimals
_HOVERED_DAYS: Final = {Language.ES: "%d/%m/%Y", Language.EN: "%-d %b %Y"}
# The months' names that Plotly knows are English, so in Spanish days are numbers: from few days to many years.
_SPANISH_DAYS: Final = (
    {"dtickrange": [None, "M1"], "value": "%d/%m/%y"},
    {"dtickrange": ["M1", "M12"], "value": "%m/%Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
)


def x_axis(chart: Chart, theme: Theme, *, upright: bool) -> Part:
    """The axis of x; `upright`: from top to bottom, if it is of names."""
    axis = _axis(chart, chart.x, x_extent(chart), theme)
    return {**axis, "autorange": "reversed"} if upright else axis


def y_axis(chart: Chart, theme: Theme) -> Part:
    """The axis of y, from bottom to top; names from top to bottom."""
    axis = _axis(chart, chart.y, y_extent(chart), theme)
    is_foot = chart.y.from_zero or any(isinstance(mark, Bars) for mark in chart.marks)
    if chart.y.scale is Scale.NAME:
        return {**axis, "autorange": "reversed"}
    return {**axis, "rangemode": "tozero"} if is_foot else axis


def _axis(chart: Chart, axis: Axis, extent: Extent, theme: Theme) -> Part:
    colors = values(theme)
    before, after = with_unit("\n", axis.unit, chart.language).split("\n")
    return {
        "title": {"text": plain(axis.label)},
        "tickprefix": plain(before),
        "ticksuffix": plain(after),
        "gridcolor": colors["rule"],
        "zerolinecolor": colors["soft"],
        "automargin": True,
        **_kind(chart, axis, extent),
    }


def _kind(chart: Chart, axis: Axis, extent: Extent) -> Part:
    """What is of one scale only."""
    match axis.scale:
        case Scale.NAME:
            return _names(chart, extent)
        case Scale.DAY:
            stops = {"tickformatstops": list(_SPANISH_DAYS)} if chart.language is Language.ES else {}
            return {"type": "date", "hoverformat": _HOVERED_DAYS[chart.language], **stops}
        case Scale.LOG:
            return {"type": "log", **_ticks(chart, axis, extent)}
        case Scale.NUMBER:
            decimals = 4 if extent.high - extent.low <= _FINE else 2
            largest = max(-extent.low, extent.high)
            words = _ticks(chart, axis, extent) if largest >= _LARGE else {"separatethousands": largest >= IN_FULL}
            return {"type": "linear", "hoverformat": f",.{decimals}~f", "exponentformat": "none", **words}


def _ticks(chart: Chart, axis: Axis, extent: Extent) -> Part:
    """Ticks with words of ours, which have the unit in them already."""
    ticks = number_ticks(extent, axis, chart.language, _TICKS)
    counts = [extent.low + tick.at * (extent.high - extent.low) for tick in ticks]
    values = [10**count if extent.scale is Scale.LOG else count for count in counts]
    return {"tickvals": values, "ticktext": [tick.text for tick in ticks]}


def _names(chart: Chart, extent: Extent) -> Part:
    """Names; below and beside a table of shades, which is made of bars at numbers, with the names written at these."""
    names = list(map(plain, extent.names))
    if any(isinstance(mark, Cells) for mark in chart.marks):
        grid = {"showgrid": False, "zeroline": False}
        return {"type": "linear", "tickvals": list(extent.names.values()), "ticktext": names, **grid}
    return {"type": "category", "categoryorder": "array", "categoryarray": names}
