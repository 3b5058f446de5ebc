"""Words above a chart, at lines that run through its whole height, kept apart."""

from dataclasses import dataclass
from typing import Final, Literal

from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.scales import Extent
from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Chart, Level, Moment

Anchor = Literal["start", "middle", "end"]
_GAP: Final = 8  # pixels between two words


@dataclass(frozen=True, slots=True)
class Flag:
    """Words above the plane, at a line that runs through its whole height.

    Attributes:
        at: Fraction of the width.
        row: 0 is next to the plane.
        anchor: Which end of the words is at the line; SVG's `text-anchor`.
    """

    mark: Level | Moment
    at: float
    row: int
    anchor: Anchor


def planted(chart: Chart, extent: Extent, *, turned: bool, room: float) -> list[Flag]:
    """The flags of lines through the whole height, in as many rows as keep them apart on `room` pixels."""
    found: list[Flag] = []
    ends: list[float] = []  # how far the words of each row reach
    for at, mark in sorted(_standing(chart, extent, turned=turned), key=lambda pair: pair[0]):
        width = text_width(mark.text, SIZE)
        anchor = _anchor(at * room, width, room)
        start = at * room - {"start": 0, "middle": width / 2, "end": width}[anchor]
        row = next((row for row, end in enumerate(ends) if end + _GAP <= start), len(ends))
        ends[row : row + 1] = [start + width]
        found.append(Flag(mark, at, row, anchor))
    return found


def _anchor(middle: float, width: float, room: float) -> Anchor:
    if middle < width / 2:
        return "start"
    return "end" if middle > room - width / 2 else "middle"


def _standing(chart: Chart, extent: Extent, *, turned: bool) -> list[tuple[float, Level | Moment]]:
    """The lines from top to bottom that have words, and where they stand."""
    lines = [mark for mark in chart.marks if isinstance(mark, Level if turned else Moment)]
    places = [(extent.fraction(mark.y if isinstance(mark, Level) else mark.x), mark) for mark in lines]
    return [(at, mark) for at, mark in places if at is not None and mark.text]
