"""Lines through a whole chart with their words, and stretches of x: shapes and annotations of Plotly's layout."""

from collections.abc import Iterator
from math import log10

from almazara.figures.chart import Chart, Level, Moment, Scale, Spans
from almazara.figures.style import Theme, color, values
from almazara.figures.tracing.parts import Part, places, plain, see_through


def shapes(chart: Chart, theme: Theme, *, turned: bool) -> list[Part]:
    """Levels, moments and spans; `turned`, where x runs along the vertical."""
    found = []
    for mark in chart.marks:
        match mark:
            case Level():
                line = {"color": color(mark.role, 1, theme), "width": 1.5, "dash": "6px,4px"}
                found += [_line(at, line, upright=turned) for at in _at(chart, mark)]
            case Moment():
                line = {"color": values(theme)["soft"], "width": 1.1}
                found += [_line(at, line, upright=not turned) for at in _at(chart, mark)]
            case Spans():
                found += _stretches(chart, mark, theme)
            case _:  # the others are traces
                pass
    return found


def annotations(chart: Chart, theme: Theme, *, turned: bool) -> list[Part]:
    """The words of levels and moments."""
    found = []
    for mark in chart.marks:
        if isinstance(mark, Level | Moment) and mark.text:
            ink = color(mark.role, 1, theme) if isinstance(mark, Level) else values(theme)["soft"]
            scale = chart.y.scale if isinstance(mark, Level) else chart.x.scale
            look = {"text": plain(mark.text), "showarrow": False, "font": {"color": ink, "weight": 600}}
            upright = isinstance(mark, Level) == turned
            found += [{**look, **_place(at, scale, upright=upright)} for at in _at(chart, mark)]
    return found


def _at(chart: Chart, mark: Level | Moment) -> Iterator[str | float]:
    """Where the line is; nothing where it lies nowhere."""
    scale, value = (chart.y.scale, mark.y) if isinstance(mark, Level) else (chart.x.scale, mark.x)
    yield from (at for at in places(scale, [value]) if at is not None)


def _line(at: str | float, line: Part, *, upright: bool) -> Part:
    along, across = ("y", "x") if upright else ("x", "y")
    whole = {f"{along}ref": "paper", f"{along}0": 0, f"{along}1": 1}
    return {"type": "line", **whole, f"{across}ref": across, f"{across}0": at, f"{across}1": at, "line": line}


def _place(at: str | float, scale: Scale, *, upright: bool) -> Part:
    """Where words are: above the whole, or on their line at its left; of a logarithm, Plotly wants the exponent."""
    value = log10(at) if scale is Scale.LOG and isinstance(at, float) else at
    if upright:
        return {"x": value, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {"x": 0, "xref": "paper", "xanchor": "left", "y": value, "yref": "y", "yanchor": "bottom"}


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
