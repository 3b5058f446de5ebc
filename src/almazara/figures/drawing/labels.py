"""The words of a chart beside its marks: ticks, axes, lines with names, values of bars."""

from collections.abc import Iterator
from typing import Final

from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Bars, Cells, Chart, Dots, Level, Scale
from almazara.figures.drawing.cells import cell_words
from almazara.figures.drawing.layout import LINE, Layout
from almazara.figures.drawing.levels import level_words
from almazara.figures.drawing.markup import path, words
from almazara.figures.drawing.paths import line
from almazara.figures.drawing.plane import Plane

_DROP: Final = SIZE * 0.36  # from the middle of a line of words to where its letters stand
_GAP: Final = 8


def axis_words(layout: Layout) -> str:
    """The ticks and the names of both axes."""
    return "".join([*_up_words(layout), *_across_words(layout), *_axis_names(layout)])


def _up_words(layout: Layout) -> Iterator[str]:
    for tick in layout.up:
        middle = layout.top + layout.plane.drop(tick.at) * layout.plane.height + _DROP
        for index, text in enumerate(tick.lines):
            top = middle + (index - (len(tick.lines) - 1) / 2) * LINE
            yield words("f-tick", "0", top, text, anchor="end", shift=-_GAP)


def _across_words(layout: Layout) -> Iterator[str]:
    foot = layout.top + layout.plane.height
    for tick in layout.across:
        base, left = "f-tick f-wide" if tick.spare else "f-tick", layout.across_at(tick.at)
        if layout.slanted:
            yield _slanted(tick.text, left, foot + _GAP)
        else:
            yield words(base, left, foot + LINE + 3, tick.text, anchor="middle")
        if tick.below:
            yield words(
                f"{base} f-narrow" if tick.told else base, left, foot + 2 * LINE + 2, tick.below, anchor="middle"
            )


def _slanted(text: str, left: str, top: float) -> str:
    inside = words("f-tick", "0", 0, text, anchor="end").replace("<text", '<text transform="rotate(-45)"')
    return f'<svg x="{left}" y="{top:.4g}" overflow="visible">{inside}</svg>'


def _axis_names(layout: Layout) -> Iterator[str]:
    if layout.up_axis.label:
        yield words("f-axis", "0", LINE - 3, layout.up_axis.label, shift=-layout.left)
    if layout.across_axis.label and layout.values:
        yield words("f-axis", "0", LINE - 3, layout.across_axis.label)
    elif layout.across_axis.label:
        yield words("f-axis", layout.across_at(1), layout.height - 5, layout.across_axis.label, anchor="end")


def grid(chart: Chart, layout: Layout) -> str:
    """Lines behind the marks, at round values."""
    plane = layout.plane
    level = [] if plane.up.scale is Scale.NAME else [plane.drop(tick.at) * plane.height for tick in layout.up]
    upright = [tick.at * plane.width for tick in layout.across] if is_upright(chart, layout) else []
    lines = [(0, top, plane.width, top) for top in level] + [(left, 0, left, plane.height) for left in upright]
    return path("f-grid", "".join(map(line, lines)))


def zero_line(plane: Plane) -> str:
    """A stronger line at 0, over the feet of bars."""
    zero = None if plane.y.scale is Scale.NAME else plane.y.fraction(0)
    return "" if zero is None or not 0 <= zero <= 1 else path("f-zero", line(plane.corners((0, 1), (zero, zero))))


def is_upright(chart: Chart, layout: Layout) -> bool:
    """Whether there are lines from top to bottom too: where places are read off both axes."""
    scatter = any(isinstance(mark, Dots) for mark in chart.marks) and chart.x.scale in {Scale.NUMBER, Scale.LOG}
    return layout.plane.turned or scatter


def mark_words(chart: Chart, layout: Layout) -> str:
    """The words of lines, bars and cells."""
    cells = [mark for mark in chart.marks if isinstance(mark, Cells)]
    written = "".join(cell_words(mark, layout, chart.language) for mark in cells)
    return "".join([*_flag_words(layout), *_bar_words(chart, layout), *level_words(chart, layout), written])


def _flag_words(layout: Layout) -> Iterator[str]:
    for flag in layout.flags:
        top = layout.top - 5 - flag.row * LINE
        look = f"f-name r-{flag.mark.role.value}" if isinstance(flag.mark, Level) else "f-name f-when"
        yield words(look, layout.across_at(flag.at), top, flag.mark.text, anchor=flag.anchor)


def _bar_words(chart: Chart, layout: Layout) -> Iterator[str]:
    """The value at the end of each bar."""
    for mark in chart.marks:
        if isinstance(mark, Bars) and layout.values:
            [zero] = layout.plane.lefts([0])
            points = layout.plane.points(mark.xs, mark.ys)
            for point, text in zip(points, layout.values, strict=True):
                if point:
                    left = layout.across_at(max(point[0], zero or 0) / layout.plane.width)
                    yield words("f-value", left, layout.top + point[1] + _DROP, text, shift=6)
