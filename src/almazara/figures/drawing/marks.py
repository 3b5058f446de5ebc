"""Each mark of a chart as shapes on its plane."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from almazara.figures.axes.scales import Extent, bar_width, measure
from almazara.figures.chart import (
    Band,
    Bars,
    Box,
    Boxes,
    Cells,
    Chart,
    Dots,
    Level,
    Line,
    Mark,
    Moment,
    Scale,
    Spans,
    Steps,
)
from almazara.figures.drawing.cells import cell_shapes
from almazara.figures.drawing.looks import classes, is_hollow, variants
from almazara.figures.drawing.markup import escaped, path
from almazara.figures.drawing.paths import CROWD, dots, line, outline, polyline, rectangles, runs, staircase
from almazara.figures.drawing.plane import Corners, Plane, Point

_TITLES: Final = 60  # marks at most that say their names when pointed at
_BAR, _BOX = 0.74, 0.5  # of the room that each has


def shapes(chart: Chart, plane: Plane) -> str:
    """All marks of a chart, the first lowest."""
    drawn = zip(chart.marks, variants(chart.marks), strict=True)
    return "".join(_shape(chart, mark, variant, plane) for mark, variant in drawn)


def _shape(chart: Chart, mark: Mark, variant: int, plane: Plane) -> str:  # noqa: C901, PLR0911 - one a kind
    look = classes(mark, variant, chart.x.scale)
    match mark:
        case Steps():
            if plane.turned:
                return _joined(look, plane.points(mark.xs, mark.ys))
            return _joined(look, staircase(plane.lefts(mark.xs), plane.tops(mark.ys)))
        case Line():
            return _joined(look, plane.points(mark.xs, mark.ys))
        case Band():
            return _band(mark, look, plane)
        case Bars():
            return path(look, rectangles(_bars(chart, mark, plane)))
        case Dots():
            return _dots(mark, look, plane, hollow=is_hollow(mark, variant))
        case Boxes():
            return _boxes(mark.boxes, look, plane)
        case Cells():
            return cell_shapes(mark, plane)
        case Spans():
            return path(look, rectangles(_spans(mark, plane)))
        case Level():
            at = plane.y.fraction(mark.y)
            return "" if at is None else path(look, line(plane.corners((0, 1), (at, at))))
        case Moment():
            at = plane.x.fraction(mark.x)
            outline = "" if at is None else line(plane.corners((at, at), (1, 0)))
            return path(f"f-casing {look}", outline) + path(look, outline)


def _joined(look: str, points: Iterable[Point | None]) -> str:
    """A line; what nothing joins to is a dot, which is seen."""
    stretches = list(runs(points))
    outline = "".join(polyline(run) for run in stretches if len(set(run)) > 1)
    single = dots(run[0] for run in stretches if len(set(run)) == 1)
    return path(look, outline) + path(look.replace("f-line", "f-dot"), single)


def _band(band: Band, look: str, plane: Plane) -> str:
    """What lies between low and high; over names, a stroke from one to the other."""
    ends = [
        None if low is None or high is None else (low, high)
        for low, high in zip(plane.points(band.xs, band.lows), plane.points(band.xs, band.highs), strict=True)
    ]
    if plane.x.scale is Scale.NAME:
        return path(look, "".join(polyline(pair) for pair in ends if pair))
    stretches = [list(zip(*run, strict=True)) for run in runs(ends)]
    return path(look, "".join(outline(lows, highs) for lows, highs in stretches))


def _bars(chart: Chart, bars: Bars, plane: Plane) -> Iterator[Corners]:
    """A rectangle each, from 0; side by side where there are several for each x."""
    foot = min(max(plane.y.fraction(0) or 0, 0), 1)
    for (begin, end), height in zip(_widths(chart, bars, plane.x), plane.y.fractions(bars.ys), strict=True):
        if begin is not None and end is not None and height is not None:
            yield plane.corners((begin, end), (max(foot, height), min(foot, height)))


def _widths(chart: Chart, bars: Bars, extent: Extent) -> Iterator[tuple[float | None, float | None]]:
    if bars.ends:
        yield from zip(map(extent.fraction, bars.xs), map(extent.fraction, bars.ends), strict=True)
        return
    beside = [mark for mark in chart.marks if isinstance(mark, Bars) and not mark.ends]
    width = bar_width(bars, extent.scale) * _BAR / len(beside)
    before = (next(index for index, mark in enumerate(beside) if mark is bars) - len(beside) / 2) * width
    for x in bars.xs:
        middle = extent.count(x)
        if middle is None:
            yield None, None
        else:
            yield extent.along(middle + before), extent.along(middle + before + width)


def _dots(dots_: Dots, look: str, plane: Plane, *, hollow: bool) -> str:
    """One path; few dots with names are one each, which says its name when pointed at."""
    points = list(plane.points(dots_.xs, dots_.ys))
    if not 0 < len(dots_.labels) <= _TITLES:
        known = list(filter(None, points))
        return _rings(f"{look} f-crowd" if len(known) > CROWD else look, dots(known), hollow=hollow)
    return "".join(
        _rings(look, dots([point]), f"<title>{escaped(label)}</title>", hollow=hollow)
        for point, label in zip(points, dots_.labels, strict=True)
        if point is not None
    )


def _rings(look: str, outline: str, title: str = "", *, hollow: bool) -> str:
    return path(look, outline, title) + (path(f"f-hole {look}", outline) if hollow else "")


def _spans(spans: Spans, plane: Plane) -> Iterator[Corners]:
    for start, end in zip(map(plane.x.fraction, spans.starts), map(plane.x.fraction, spans.ends), strict=True):
        if start is not None and end is not None:
            yield plane.corners((start, end), (1, 0))


def _boxes(boxes: Sequence[Box], look: str, plane: Plane) -> str:
    """All whiskers as one path, then all boxes, then all medians."""
    drawn = list(filter(None, (_box(box, plane) for box in boxes)))
    whiskers = "".join(line(corners) for _, *both, _ in drawn for corners in both)
    medians = "".join(line(corners) for *_, corners in drawn)
    return (
        path(look.replace("f-box", "f-whisker"), whiskers)
        + path(look, rectangles(body for body, *_ in drawn))
        + path(look.replace("f-box", "f-median"), medians)
    )


def _box(box: Box, plane: Plane) -> tuple[Corners, Corners, Corners, Corners] | None:
    """The body, the whiskers below and above it, the median; on a logarithmic axis, 0 is at the end."""
    at = plane.x.count(box.name)
    if at is None or any(measure(Scale.NUMBER, value) is None for value in box.numbers):
        return None
    low, lower, median, upper, high = (plane.y.fraction(value) or 0 for value in box.numbers)
    middle = (plane.x.along(at),) * 2
    sides = (plane.x.along(at - _BOX / 2), plane.x.along(at + _BOX / 2))
    return (
        plane.corners(sides, (upper, lower)),
        plane.corners(middle, (lower, low)),
        plane.corners(middle, (high, upper)),
        plane.corners(sides, (median, median)),
    )
