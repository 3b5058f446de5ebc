"""Lines through a whole chart with their words, and stretches of x: shapes and annotations of Plotly's layout."""

from collections.abc import Iterator
from math import log10
from typing import Final

from almazara.figures.chart import Chart, Level, Moment, Scale, Spans
from almazara.figures.drawing.flags import Flag
from almazara.figures.drawing.layout import LINE
from almazara.figures.drawing.levels import INSET, Spot, level_spots
from almazara.figures.style import Theme, color
from almazara.figures.tracing.parts import Part, View, places, plain, see_through

_ANCHORS: Final = {"start": "left", "middle": "center", "end": "right"}
_OFF: Final = 2  # pixels between a line and its words
_PAPER: Final = 0.75  # how much words on the plane hide of what lies below them


def shapes(view: View) -> list[Part]:
    """Levels, moments and spans."""
    chart, turned, found = view.chart, view.layout.plane.turned, list[Part]()
    for mark in chart.marks:
        match mark:
            case Level():
                line = {"color": color(mark.role, 1, view.theme), "width": 1.5, "dash": "6px,4px"}
                found += [_line(at, line, upright=turned) for at in _at(chart, mark)]
            case Moment():
                line = {"color": view.colors["soft"], "width": 1.1}
                found += [_line(at, line, upright=not turned) for at in _at(chart, mark)]
            case Spans():
                found += _stretches(chart, mark, view.theme)
            case _:  # the others are traces
                pass
    return found


def annotations(view: View) -> list[Part]:
    """The names of the axes and the words of levels and moments, where the drawn picture has them."""
    layout = view.layout
    across, up = layout.across_axis.label, layout.up_axis.label
    top = {"y": 1, "yref": "paper", "yanchor": "top", "yshift": layout.top}
    foot = {"y": 0, "yref": "paper", "yanchor": "bottom", "yshift": -layout.bottom}
    names: list[Part] = [
        {"text": up, "x": 0, "xref": "paper", "xanchor": "left", "xshift": -layout.left, **top},
        {"text": across, "x": 0, "xref": "paper", "xanchor": "left", **top}
        if layout.values
        else {"text": across, "x": 1, "xref": "paper", "xanchor": "right", **foot},
    ]
    flags = [_flag(flag, view) for flag in layout.flags]
    spots = [_beside(spot, view) for spot in level_spots(view.chart, layout)]
    words = [{**name, "font": {"color": view.colors["soft"]}} for name in names if name["text"]] + flags + spots
    return [{**one, "text": plain(one["text"]), "showarrow": False, "borderpad": 0} for one in words]


def _flag(flag: Flag, view: View) -> Part:
    """Words above the plane."""
    mark, scale = flag.mark, view.layout.plane.across.scale
    [at] = places(scale, [mark.y if isinstance(mark, Level) else mark.x])
    place = {"x": _on_axis(at, scale), "xref": "x", "xanchor": _ANCHORS[flag.anchor]}
    height = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": flag.row * LINE}
    return {"text": mark.text, **place, **height, "font": _font(mark, view)}


def _beside(spot: Spot, view: View) -> Part:
    """Words at an end of their line, over the paper's colour, which hides no more of the marks than it must."""
    scale, level = view.layout.plane.up.scale, spot.level
    [at] = places(scale, [level.y])
    side, shift = (0, INSET) if spot.anchor == "start" else (1, -INSET)
    place = {"x": side, "xref": "paper", "xanchor": _ANCHORS[spot.anchor], "xshift": shift}
    side_of_line = {"yanchor": "bottom", "yshift": _OFF} if spot.is_above else {"yanchor": "top", "yshift": -_OFF}
    height = {"y": _on_axis(at, scale), "yref": "y", **side_of_line}
    paper = see_through(view.colors["paper"], _PAPER)
    return {"text": level.text, **place, **height, "bgcolor": paper, "font": _font(level, view)}


def _font(mark: Level | Moment, view: View) -> Part:
    ink = color(mark.role, 1, view.theme) if isinstance(mark, Level) else view.colors["soft"]
    return {"color": ink, "weight": 600}


def _on_axis(at: str | float | None, scale: Scale) -> str | float | None:
    """A place as annotations have it: of a logarithm, Plotly wants the exponent."""
    return log10(at) if scale is Scale.LOG and isinstance(at, float | int) else at


def _at(chart: Chart, mark: Level | Moment) -> Iterator[str | float]:
    """Where the line is; nothing where it lies nowhere."""
    scale, value = (chart.y.scale, mark.y) if isinstance(mark, Level) else (chart.x.scale, mark.x)
    yield from (at for at in places(scale, [value]) if at is not None)


def _line(at: str | float, line: Part, *, upright: bool) -> Part:
    along, across = ("y", "x") if upright else ("x", "y")
    whole = {f"{along}ref": "paper", f"{along}0": 0, f"{along}1": 1}
    return {"type": "line", **whole, f"{across}ref": across, f"{across}0": at, f"{across}1": at, "line": line}


def _stretches(chart: Chart, spans: Spans, theme: Theme) -> Iterator[Part]:
    filling = see_through(color(spans.role, 1, theme), 0.13)
    ends = zip(places(chart.x.scale, spans.starts), places(chart.x.scale, spans.ends), strict=True)
    shown = bool(spans.name)
    for start, end in ends:
        if start is not None and end is not None and chart.x.scale is not Scale.NAME:
            whole = {"yref": "paper", "y0": 0, "y1": 1, "xref": "x", "x0": start, "x1": end}
            look = {"fillcolor": filling, "line": {"width": 0}, "layer": "below"}
            yield {"type": "rect", **whole, **look, "name": plain(spans.name), "showlegend": shown}
            shown = False
