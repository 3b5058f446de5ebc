"""Where the parts of a picture lie: margins wide enough for their words, and the plane of the marks between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from almazara.figures.axes.lettering import in_lines, shortened, text_width
from almazara.figures.axes.scales import Extent, x_extent, y_extent
from almazara.figures.axes.ticks import SIZE, Tick, fitting, number_ticks, value_text
from almazara.figures.chart import Axis, Bars, Chart, Scale
from almazara.figures.drawing.flags import Flag, planted
from almazara.figures.drawing.plane import Plane
from almazara.words.numbers import Language

LINE: Final = 15.0
"""Pixels from one line of words to the next."""

STEP, WIDEST = 8, 168
"""The stylesheet has margins of each multiple of STEP, up to WIDEST."""

_UNITS: Final = 1000.0  # how wide the plane is in its own units, where the picture is as wide as there is room
_NARROW, _WIDE = 350, 576  # pixels of a picture on a phone; from which on spare ticks are shown
_HEIGHT: Final = 320
_ROW: Final = 11  # pixels of a name on a vertical axis, beside its lines
_NAMES, _SLANTED_NAMES = 156, 150  # pixels that names get at most
_LINES: Final = 5  # of a name at most
_BETWEEN_TICKS: Final = 52  # pixels, vertically
_FEW: Final = 2  # names whose bars would be walls, if they stood upright
_BRIEF: Final = 5  # names of so many letters, such as years, may be left out along an axis
_SLANT: Final = 0.71  # of the length of words at 45 degrees is height
_GAP: Final = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture's plan; margins and heights in pixels.

    Attributes:
        width: Of the whole picture; None: as wide as there is room.
        values: What is written at the end of each bar, instead of ticks.
        slanted: Whether the words below the plane stand at an angle.
    """

    plane: Plane
    width: int | None
    left: int
    right: int
    top: float
    bottom: float
    across: Sequence[Tick]
    up: Sequence[Tick]
    across_axis: Axis
    up_axis: Axis
    flags: Sequence[Flag]
    values: Sequence[str]
    slanted: bool

    @property
    def height(self) -> float:
        """Of the whole picture."""
        return self.top + self.plane.height + self.bottom

    def across_at(self, fraction: float) -> str:
        """A fraction of the plane's width as SVG writes it, for words: in percent, or in a file in pixels."""
        part = fraction * (100 if self.width is None else self.plane.width)
        return f"{part:.2f}".rstrip("0").rstrip(".") + ("%" if self.width is None else "")

    @property
    def rooms(self) -> tuple[float, float]:
        """How wide the plane is on a narrow picture, and at least on a wide one."""
        narrow, wide = ((self.width or pixels) - self.left - self.right for pixels in (_NARROW, _WIDE))
        return narrow, wide


def plan(chart: Chart, height: int | None, width: int | None) -> Layout:
    """The plan of a chart's picture; without a height, one that fits what is shown."""
    x, y = x_extent(chart), y_extent(chart)
    turned = is_turned(chart, width)
    (across, across_axis), (up, up_axis) = ((y, chart.y), (x, chart.x)) if turned else ((x, chart.x), (y, chart.y))
    ups = _up_ticks(up, up_axis, chart.language, (height or _HEIGHT) // _BETWEEN_TICKS)
    left = _margin(tick.width for tick in ups)
    rooms = [(width or pixels) - left - STEP for pixels in (_NARROW, _WIDE)]
    values = _bar_values(chart) if turned else []
    acrosses, slanted = ([], False) if values else _across_ticks(across, across_axis, chart.language, rooms)
    overhangs = (0, 0) if slanted else _overhangs(acrosses, rooms[0])
    left = max(left, _margin(overhangs[:1]))
    right = _margin([overhangs[1], *(text_width(text, SIZE) for text in values)])
    flags = planted(chart, across, turned=turned, room=(width or _NARROW) - left - right)
    named = bool(across_axis.label)
    top = _GAP + LINE * (bool(up_axis.label or (named and values)) + max((flag.row + 1 for flag in flags), default=0))
    bottom = _GAP + _depth(acrosses, slanted=slanted) + LINE * (named and not values)
    rows = sum(_ROW + LINE * len(tick.lines) for tick in ups) if up.scale is Scale.NAME else _HEIGHT - top - bottom
    tall = rows if height is None else height - top - bottom
    plane = Plane(across, up, turned, _UNITS if width is None else max(width - left - right, 1), max(tall, 1))
    return Layout(plane, width, left, right, top, bottom, acrosses, ups, across_axis, up_axis, flags, values, slanted)


def _margin(widths: Iterable[float]) -> int:
    """The narrowest margin of the stylesheet that holds all of these words."""
    return min(ceil((max(widths, default=0) + _GAP) / STEP) * STEP, WIDEST)


def is_turned(chart: Chart, width: int | None = None) -> bool:
    """Whether x runs along the vertical: where its names have no room beside each other, or bars would be walls."""
    if chart.x.scale is not Scale.NAME or chart.y.scale is Scale.NAME:
        return False
    names = x_extent(chart).names
    walls = len(names) <= _FEW and bool(_bar_values(chart))
    return walls or not _have_room(names, width)


def _have_room(names: Iterable[str], width: int | None) -> bool:
    """Whether names fit beside each other, or may be left out."""
    names = list(names)
    each = ((width or _NARROW) - _BETWEEN_TICKS) / max(len(names), 1)
    return all(len(name) <= _BRIEF for name in names) or all(text_width(name, SIZE) + _GAP <= each for name in names)


def _up_ticks(extent: Extent, axis: Axis, language: Language, count: int) -> list[Tick]:
    if extent.scale is Scale.DAY:
        return fitting(extent, axis, language, count * _BETWEEN_TICKS, count * _BETWEEN_TICKS)
    if extent.scale is not Scale.NAME:
        return number_ticks(extent, axis, language, max(count, 2))
    texts = ["\n".join(in_lines(name, SIZE, _NAMES, _LINES)) for name in extent.names]
    return [Tick((index + 0.5) / len(texts), text) for index, text in enumerate(texts)]


def _across_ticks(extent: Extent, axis: Axis, language: Language, rooms: Sequence[float]) -> tuple[list[Tick], bool]:
    """The ticks below the plane, and whether they stand at an angle."""
    if extent.scale is not Scale.NAME or _have_room(extent.names, round(rooms[0])):
        return fitting(extent, axis, language, *rooms), False
    names = [shortened(name, SIZE, _SLANTED_NAMES) for name in extent.names]
    return [Tick((index + 0.5) / len(names), name) for index, name in enumerate(names)], True


def _depth(ticks: Sequence[Tick], *, slanted: bool) -> float:
    """How far the words of ticks reach below the plane."""
    if slanted:
        return max((tick.width for tick in ticks), default=0) * _SLANT + _GAP
    return LINE * (bool(ticks) + any(tick.below for tick in ticks))


def _overhangs(ticks: Sequence[Tick], room: float) -> tuple[float, float]:
    """How far the words of ticks reach beyond the plane, at its left and at its right."""
    left = max([0, *(tick.width / 2 - tick.at * room for tick in ticks)])
    return left, max([0, *(tick.width / 2 - (1 - tick.at) * room for tick in ticks)])


def _bar_values(chart: Chart) -> list[str]:
    """What is written at the ends of bars, where there is nothing else."""
    match list(chart.marks):
        case [Bars(ys=ys)]:
            return [value_text(value, chart.y, chart.language) for value in ys]
        case _:
            return []
