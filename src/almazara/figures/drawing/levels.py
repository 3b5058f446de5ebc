"""The words of lines across a chart, put where they hide little of it and none of each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from typing import Final

from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Chart, Level, Line, Steps
from almazara.figures.drawing.layout import Layout
from almazara.figures.drawing.markup import words
from almazara.figures.drawing.plane import Corners, Point

INSET: Final = 4
"""Pixels from the end of a level's line to its words."""

_ABOVE, _BELOW = -5, 14  # pixels from the line to where the letters stand
_SAMPLE = 120  # points that are looked at
_NEVER = 1000  # hidden points that are as bad as words over words


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the words of a level are: at which end of its line, `start` or `end`, and above or below it."""

    level: Level
    anchor: str
    is_above: bool


def level_words(chart: Chart, layout: Layout) -> Iterator[str]:
    """The words of each level in their spot."""
    for spot in level_spots(chart, layout):
        [top] = layout.plane.tops([spot.level.y])
        inset, end = (INSET, 0) if spot.anchor == "start" else (-INSET, 1)
        letters = layout.top + (top or 0) + (_ABOVE if spot.is_above else _BELOW)
        look = f"f-name r-{spot.level.role.value}"
        yield words(look, layout.across_at(end), letters, spot.level.text, anchor=spot.anchor, shift=inset)


def level_spots(chart: Chart, layout: Layout) -> Iterator[Spot]:
    """A spot for the words of each level, chosen on a narrow picture, where they are nearest; none for flags."""
    if layout.plane.turned:
        return
    room, _ = layout.rooms
    points, taken = _joined_points(chart, layout, room), list[Corners]()
    for mark in chart.marks:
        [top] = layout.plane.tops([mark.y if isinstance(mark, Level) else None])
        if isinstance(mark, Level) and top is not None:
            width = text_width(mark.text, SIZE)
            spots = [Spot(mark, anchor, is_above) for is_above, anchor in product((True, False), ("start", "end"))]
            covered = [(_corners(spot, top, width, room), spot) for spot in spots]
            corners, spot = min(covered, key=lambda one: _cost(one[0], layout.plane.height, taken, points))
            taken.append(corners)
            yield spot


def _corners(spot: Spot, top: float, width: float, room: float) -> Corners:
    """What words cover in a spot."""
    left = INSET if spot.anchor == "start" else room - INSET - width
    letters = top + (_ABOVE if spot.is_above else _BELOW)
    return left, letters - SIZE, left + width, letters + SIZE / 4


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
