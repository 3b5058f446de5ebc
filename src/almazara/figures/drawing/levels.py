"""The words of lines across a chart, put where they hide little of it and none of each other."""

from collections.abc import Iterator
from itertools import chain, product

from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Chart, Level, Line, Steps
from almazara.figures.drawing.layout import Layout
from almazara.figures.drawing.markup import words
from almazara.figures.drawing.plane import Corners, Point

_INSET, _ABOVE, _BELOW = 4, -5, 14  # pixels from the end of the line, and from it to where the letters stand
_SAMPLE = 120  # points that are looked at
_NEVER = 1000  # hidden points that are as bad as words over words


def level_words(chart: Chart, layout: Layout) -> Iterator[str]:
    """Each level's words at one of its ends, above or below it; on a narrow picture, where they are nearest."""
    if layout.plane.turned:
        return
    room, _ = layout.rooms
    points, taken = _joined_points(chart, layout, room), list[Corners]()
    for mark in chart.marks:
        [top] = layout.plane.tops([mark.y if isinstance(mark, Level) else None])
        if isinstance(mark, Level) and top is not None:
            width = text_width(mark.text, SIZE)
            sides = product((_ABOVE, _BELOW), ("start", "end"))
            spots = [_spot(anchor, shift, top, width, room) for shift, anchor in sides]
            anchor, letters, corners = min(spots, key=lambda spot: _cost(spot[2], layout.plane.height, taken, points))
            taken.append(corners)
            inset, end = (_INSET, 0) if anchor == "start" else (-_INSET, 1)
            left, look = layout.across_at(end), f"f-name r-{mark.role.value}"
            yield words(look, left, layout.top + letters, mark.text, anchor=anchor, shift=inset)


def _spot(anchor: str, shift: int, top: float, width: float, room: float) -> tuple[str, float, Corners]:
    """A place for words: their anchor, where the letters stand, what they cover."""
    left = _INSET if anchor == "start" else room - _INSET - width
    letters = top + shift
    return anchor, letters, (left, letters - SIZE, left + width, letters + SIZE / 4)


def _cost(corners: Corners, height: float, taken: list[Corners], points: list[Point]) -> float:
    """How many points words hide; far more where they meet others or leave the plane."""
    left, top, right, bottom = corners
    met = sum(one[0] < right and left < one[2] and one[1] < bottom and top < one[3] for one in taken)
    hidden = sum(left <= x <= right and top <= y <= bottom for x, y in points)
    return hidden + _NEVER * (met + (top < 0) + (bottom > height))


def _joined_points(chart: Chart, layout: Layout, room: float) -> list[Point]:
    """Some points of all lines, in pixels of a narrow picture."""
    lines = [mark for mark in chart.marks if isinstance(mark, Steps | Line)]
    every = sum(len(mark.xs) for mark in lines) // _SAMPLE + 1
    found = chain.from_iterable(layout.plane.points(mark.xs[::every], mark.ys[::every]) for mark in lines)
    return [(point[0] * room / layout.plane.width, point[1]) for point in found if point]
