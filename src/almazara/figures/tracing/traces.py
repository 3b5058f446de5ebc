"""Each mark of a chart as traces of Plotly, of the kinds that its basic bundle has: scatter and bar."""

from typing import Final

from almazara.figures.axes.scales import measure
from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Band, Bars, Boxes, Cells, Chart, Dots, Line, Mark, Place, Role, Scale, Steps
from almazara.figures.drawing.looks import is_hollow, name, role
from almazara.figures.drawing.paths import CROWD, runs
from almazara.figures.style import color
from almazara.figures.tracing.parts import Part, Places, View, error_bars, places, plain, pointed, see_through
from almazara.figures.tracing.tables import box_traces, cells_trace

_DASHES: Final = ("solid", "7px,4px", "2px,4px", "10px,4px,2px,4px", "5px,4px,1px,4px,1px,4px", "14px,4px")
_DASHED: Final = {Role.FUTURE: "2px,4px", Role.TARGET: "6px,4px", Role.LISTED: "1px,4px"}
_SYMBOLS: Final = ("circle", "square", "circle-open", "square-open", "diamond", "diamond-open")
_DAY: Final = 86_400_000  # milliseconds
_DOT, _CROWDED = 6, 3  # pixels


def traces(view: View, mark: Mark, variant: int) -> list[Part]:
    """The traces of a mark over x and y, the lowest first; none for what is a shape of the layout."""
    chart, ink = view.chart, color(role(mark), variant, view.theme)
    match mark:
        case Steps() | Line():
            drawn = [_line(chart, mark, variant, ink)]
        case Band():
            drawn = [_band(view, mark, variant, ink)]
        case Bars():
            drawn = [_bars(view, mark, variant, ink)]
        case Dots():
            drawn = [_dots(view, mark, variant, ink)]
        case Boxes():
            drawn = box_traces(chart, mark.boxes, ink)
        case Cells():
            drawn = [cells_trace(view, mark)]
        case _:
            drawn = []
    title = plain(name(mark))
    shown = bool(title) and not isinstance(mark, Cells)
    named = {"name": title, "legendgroup": title}
    return [{**trace, **named, "showlegend": shown and index == 0} for index, trace in enumerate(drawn)]


def _line(chart: Chart, mark: Steps | Line, variant: int, ink: str) -> Part:
    dash = _DASHES[variant - 1] if variant > 1 else _DASHED.get(mark.role, _DASHES[0])
    xs, ys = places(chart.x.scale, mark.xs), places(chart.y.scale, mark.ys)
    if isinstance(mark, Steps):
        xs, ys = _held(xs, ys)
    around = zip([None, *ys], [*ys[1:], None], strict=False)
    alone = [_DOT if before is None and after is None else 0 for before, after in around]
    shape = "hv" if isinstance(mark, Steps) else "linear"
    line = {"color": ink, "width": 1.9, "dash": dash, "shape": shape}
    marker = {"color": ink, "size": alone[: len(ys)], "opacity": 1}
    return {"type": "scatter", "mode": "lines+markers", "x": xs, "y": ys, "line": line, "marker": marker}


def _held(xs: Places, ys: Places) -> tuple[Places, Places]:
    """Steps of which the last before a gap reaches to where the gap begins."""
    held_xs, held_ys = Places(), Places()
    for x, y in zip(xs, ys, strict=True):
        if y is None and held_ys and held_ys[-1] is not None:
            held_xs.append(x)
            held_ys.append(held_ys[-1])
        held_xs.append(x)
        held_ys.append(y)
    return held_xs, held_ys


def _band(view: View, band: Band, variant: int, color: str) -> Part:
    """An outline with a filling for each stretch; over names, a stroke from low to high each."""
    chart = view.chart
    if chart.x.scale is Scale.NAME:
        return _strokes(chart, band, color, 2 if variant == 1 else 5)
    lows, highs = places(chart.y.scale, band.lows), places(chart.y.scale, band.highs)
    ends = zip(places(chart.x.scale, band.xs), lows, highs, strict=True)
    xs, ys = Places(), Places()
    for run in runs(None if None in each else each for each in ends):
        xs += [*(x for x, _, _ in run), *(x for x, _, _ in reversed(run)), None]
        ys += [*(high for _, _, high in run), *(low for _, low, _ in reversed(run)), None]
    filling = view.colors["amber"] if band.role is Role.FUTURE else color
    look = {"fill": "toself", "fillcolor": see_through(filling, 0.24 if variant == 1 else 0.42)}
    return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": {"color": color, "width": 0.8}, **look}


def _strokes(chart: Chart, band: Band, color: str, width: float) -> Part:
    known = [
        (x, low, high)
        for x, low, high in zip(band.xs, band.lows, band.highs, strict=True)
        if measure(chart.y.scale, low) is not None and measure(chart.y.scale, high) is not None
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": places(chart.x.scale, (x for x, _, _ in known)),
        "y": [float(low) for _, low, _ in known],
        "marker": {"color": color, "size": 1},
        "error_y": error_bars([high - low for _, low, high in known], [0.0] * len(known), color, width),
        "hovertext": [pointed(chart, "band", band.name, low=low, high=high) for _, low, high in known],
        "hoverinfo": "text",
    }


def _bars(view: View, bars: Bars, variant: int, ink: str) -> Part:
    chart = view.chart
    filled = {"color": ink, "line": {"width": 0}}
    pale = {"color": see_through(ink, 0.3), "line": {"color": ink, "width": 1.2}}
    xs, ys = places(chart.x.scale, bars.xs), places(chart.y.scale, bars.ys)
    part: Part = {"type": "bar", "x": xs, "y": ys, "marker": filled if variant == 1 else pale}
    if view.layout.values:
        look = {"textposition": "outside", "textangle": 0, "textfont": {"color": view.colors["ink"], "size": SIZE}}
        return {**part, "text": list(view.layout.values), **look, "cliponaxis": False, "hoverinfo": "skip"}
    if not bars.ends:
        return part
    scale, unit = (Scale.DAY, _DAY) if chart.x.scale is Scale.DAY else (Scale.NUMBER, 1)
    counts = [[measure(scale, end) or 0 for end in ends] for ends in (bars.xs, bars.ends)]
    widths = [(end - start) * unit for start, end in zip(*counts, strict=True)]
    # Plotly takes no width below 0: what ends before it begins begins at its end.
    begins = [end if width < 0 else x for x, end, width in zip(bars.xs, bars.ends, widths, strict=True)]
    part["x"] = places(chart.x.scale, begins)
    return {**part, "offset": 0, "width": [abs(width) for width in widths]}


def _dots(view: View, dots: Dots, variant: int, ink: str) -> Part:
    symbol = "circle-open" if is_hollow(dots, variant) and variant == 1 else _SYMBOLS[variant - 1]
    size = _CROWDED if len(dots.xs) > CROWD else _DOT
    xs, ys = _spread(view, dots)
    marker = {"color": ink, "size": size, "symbol": symbol, "opacity": 0.8}
    part: Part = {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker}
    return (
        {**part, "hovertext": [plain(label) for label in dots.labels], "hoverinfo": "text+x+y"} if dots.labels else part
    )


def _spread(view: View, dots: Dots) -> tuple[Places, Places]:
    """Where dots are; in a crowd without names, one of those on the same spot, and as exact as is seen."""
    xs, ys = dots.xs, dots.ys
    if len(xs) > CROWD and not dots.labels:
        spots = {point and tuple(map(round, point)): at for at, point in enumerate(view.layout.plane.points(xs, ys))}
        kept = sorted({(_rounded(xs[at]), _rounded(ys[at])) for point, at in spots.items() if point})
        xs, ys = zip(*kept, strict=True)
    return places(view.chart.x.scale, xs), places(view.chart.y.scale, ys)


def _rounded(place: Place) -> Place:
    return float(f"{place:.3g}") if isinstance(place, float) else place
