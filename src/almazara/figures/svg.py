"""A chart as SVG text: as wide as there is room, with words of one size, or of a width in pixels.

Shapes lie in an inner picture that is stretched over the room; words lie outside of it, at percents of the width and
pixels of the height, so that they are never distorted. Colours and line widths are classes of `figures.css`.
"""

from typing import Final

from almazara.figures.chart import Chart
from almazara.figures.drawing.labels import axis_words, grid, mark_words, zero_line
from almazara.figures.drawing.layout import Layout, plan
from almazara.figures.drawing.marks import shapes
from almazara.figures.drawing.markup import escaped, words
from almazara.figures.keys import ROW, key_rows
from almazara.words.said import said

_MARGIN: Final = 12  # pixels around a picture in a file
_EMPTY: Final = 32  # pixels of a picture without marks


def draw(chart: Chart, *, height: int | None = None, width: int | None = None) -> str:
    """The picture of a chart, for a page that has the stylesheet.

    Args:
        chart: What is shown.
        height: Pixels; None: what fits the marks, so many rows where there are names.
        width: Pixels, for files; None: as wide as there is room, for pages, which put `keys.legend` beside it.
    """
    if width is not None:
        return _with_key(chart, height, width)
    layout = plan(chart, height, None)
    inside = _inside(chart, layout)
    if not inside:
        return _empty(chart, "100%")
    margins = f"f-left-{layout.left} f-right-{layout.right}"
    size = f'class="figure {margins}" width="100%" height="{layout.height:g}"'
    return f"<svg {size} {_said(chart)}>{inside}</svg>"


def _empty(chart: Chart, width: int | str) -> str:
    """A line that says that there is nothing to see."""
    line = words("f-axis", "0", _EMPTY / 2, said("figures.chart.empty").text(chart.language))
    return f'<svg class="figure" width="{width}" height="{_EMPTY}" {_said(chart)}>{line}</svg>'


def _with_key(chart: Chart, height: int | None, width: int) -> str:
    """A picture in pixels, with a margin around it and its key above it."""
    inner = width - 2 * _MARGIN
    key = key_rows(chart, inner)
    above = ROW * len(key) + 2 * _MARGIN
    layout = plan(chart, height and height - above, inner)
    inside = _inside(chart, layout)
    if not inside:
        return _empty(chart, width)
    tall = layout.height + above
    size = f'width="{width}" height="{tall:g}" viewBox="-{_MARGIN} -{_MARGIN} {width} {tall:g}"'
    place = f'x="{layout.left}" y="{ROW * len(key)}" width="{layout.plane.width:g}" height="{layout.height:g}"'
    plot = f'<svg {place} overflow="visible">{inside}</svg>'
    return f'<svg class="figure" {size} {_said(chart)}>{"".join(key)}{plot}</svg>'


def _said(chart: Chart) -> str:
    return f'role="img" aria-label="{escaped(chart.label)}"'


def _inside(chart: Chart, layout: Layout) -> str:
    """Marks and words; empty where no mark lies anywhere."""
    plane = layout.plane
    drawn = shapes(chart, plane)
    if not drawn:
        return ""
    stretched = f'viewBox="0 0 {plane.width:g} {plane.height:g}" preserveAspectRatio="none" overflow="visible"'
    place = f'y="{layout.top:g}" width="{layout.across_at(1)}" height="{plane.height:g}"'
    plot = f'<svg class="f-plot" {place} {stretched}>{grid(chart, layout)}{drawn}{zero_line(plane)}</svg>'
    return plot + axis_words(layout) + mark_words(chart, layout)
