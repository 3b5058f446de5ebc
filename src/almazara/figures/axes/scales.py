"""How places on an axis become fractions of its length."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, pairwise
from math import log10
from typing import Final

from almazara.figures.chart import (
    Axis,
    Band,
    Bars,
    Boxes,
    Cells,
    Chart,
    Dots,
    Level,
    Line,
    Mark,
    Moment,
    Place,
    Scale,
    Spans,
    Steps,
)

_LARGEST, _SMALLEST = 1e100, 1e-100  # what is beyond, as what is no number, lies nowhere; what is smaller is 0
_SAME: Final = 1e-9  # of a value: what lies closer together than this is drawn as one
_PADDING: Final = 0.06


@dataclass(frozen=True, slots=True)
class Extent:
    """The stretch of an axis that is shown; `low < high` in what the scale counts: numbers, decades, days, names.

    Attributes:
        names: Where each name stands, 0 first; of an axis of names only.
        whole: Whether all that is on it are whole numbers by kind, such as counts and years: nothing lies between two.
    """

    scale: Scale
    low: float
    high: float
    names: dict[str, int] = field(default_factory=dict)
    whole: bool = False

    def fraction(self, place: Place | None) -> float | None:
        """Where a place lies, 0 at the low end and 1 at the high one; None for what lies nowhere."""
        value = self.count(place)
        return None if value is None else self.along(value)

    def fractions(self, places: Iterable[Place | None]) -> list[float | None]:
        """Where places lie; None for those that lie nowhere."""
        low, length = self.low, self.high - self.low
        counts = map(self.count, places) if self.scale is Scale.NAME else (measure(self.scale, one) for one in places)
        return [None if value is None else (value - low) / length for value in counts]

    def count(self, place: Place | None) -> float | None:
        """A place in what the scale counts; None for what lies nowhere on it."""
        return self.names.get(str(place)) if self.scale is Scale.NAME else measure(self.scale, place)

    def along(self, value: float) -> float:
        """Where lies what the scale counts."""
        return (value - self.low) / (self.high - self.low)


def measure(scale: Scale, place: Place | None) -> float | None:
    """A place in what the scale counts; None for what lies nowhere on it."""
    if type(place) is float and scale is Scale.LOG:  # the most, by far: thousands of dots
        return log10(place) if _SMALLEST <= place <= _LARGEST else None
    if isinstance(place, date):
        return place.toordinal() if scale is Scale.DAY else None
    if place is None or isinstance(place, str) or scale is Scale.DAY or not abs(place) <= _LARGEST:
        return None
    if scale is Scale.LOG:
        return log10(place) if place >= _SMALLEST else None
    return float(place) if abs(place) >= _SMALLEST else 0.0


def x_extent(chart: Chart) -> Extent:
    """The stretch of x that holds all marks."""
    places = list(chain.from_iterable(map(_xs, chart.marks)))
    if chart.x.scale is Scale.NAME:
        return _named(places)
    extent = tight(chart.x.scale, _with_zero(chart.x, places))
    half = max((bar_width(mark, chart.x.scale) for mark in chart.marks if isinstance(mark, Bars)), default=0) / 2
    dots = [isinstance(mark, Dots) for mark in chart.marks]
    if any(dots) and (chart.x.scale is not Scale.DAY or all(dots)):  # the days of other marks end where these do
        half = max(half, (extent.high - extent.low) * _PADDING / 3)
    return Extent(chart.x.scale, extent.low - half, extent.high + half, whole=_are_whole(places))


def y_extent(chart: Chart) -> Extent:
    """The stretch of y that holds all marks, with room above and below but not beyond the foot of bars."""
    places = list(chain.from_iterable(map(_ys, chart.marks)))
    if chart.y.scale is Scale.NAME:
        return _named(places)
    extent = tight(chart.y.scale, _with_zero(chart.y, places))
    foot = 0.0 if chart.y.scale is Scale.NUMBER and (chart.y.from_zero or _has_bars(chart)) else None
    padding = (extent.high - extent.low) * _PADDING
    low, high = extent.low - padding * (extent.low != foot), extent.high + padding * (extent.high != foot)
    return Extent(chart.y.scale, low, high, whole=_are_whole(places))


def _are_whole(places: Iterable[Place | None]) -> bool:
    return all(place is None or isinstance(place, int) for place in places)


def tight(scale: Scale, places: Iterable[Place | None], padding: float = 0) -> Extent:
    """From the smallest place to the largest, or around them where they are one; with `padding` of it on both sides."""
    values = [value for place in places if (value := measure(scale, place)) is not None]
    low, high = _widened(scale, min(values, default=0), max(values, default=1))
    room = (high - low) * padding
    return Extent(scale, low - room, high + room)


def _widened(scale: Scale, low: float, high: float) -> tuple[float, float]:
    if high - low > max(abs(low), abs(high)) * _SAME:
        return low, high
    if scale is Scale.NUMBER and not low:
        return 0, 1
    half = abs(low) / 10 if scale is Scale.NUMBER else 1
    return low - half, high + half


def bar_width(bars: Bars, scale: Scale) -> float:
    """How wide each bar is, in what the scale counts; 0 where they have ends of their own."""
    if bars.ends:
        return 0
    if scale is Scale.NAME:
        return 1
    values = sorted({value for x in bars.xs if (value := measure(scale, x)) is not None})
    return min((after - before for before, after in pairwise(values)), default=1)


def _has_bars(chart: Chart) -> bool:
    return any(isinstance(mark, Bars) for mark in chart.marks)


def _named(places: Iterable[Place | None]) -> Extent:
    names = {name: index for index, name in enumerate(dict.fromkeys(str(place) for place in places))}
    return Extent(Scale.NAME, -0.5, max(len(names), 1) - 0.5, names)


def _with_zero(axis: Axis, places: Iterable[Place | None]) -> Iterable[Place | None]:
    return chain(places, (0,)) if axis.from_zero and axis.scale is Scale.NUMBER else places


def _xs(mark: Mark) -> Iterable[Place | None]:  # noqa: PLR0911 - one a kind
    match mark:
        case Steps() | Line() | Band() | Dots():
            return mark.xs
        case Bars():
            return chain(mark.xs, mark.ends)
        case Spans():
            return chain(mark.starts, mark.ends)
        case Boxes():
            return (box.name for box in mark.boxes)
        case Cells():
            return mark.columns
        case Moment():
            return (mark.x,)
        case Level():
            return ()


def _ys(mark: Mark) -> Iterable[Place | None]:  # noqa: PLR0911 - one a kind
    match mark:
        case Steps() | Line() | Dots():
            return mark.ys
        case Bars():
            return chain((0,), mark.ys)
        case Band():
            return chain(mark.lows, mark.highs)
        case Boxes():
            return chain.from_iterable(box.numbers for box in mark.boxes)
        case Cells():
            return mark.rows
        case Level():
            return (mark.y,)
        case Spans() | Moment():
            return ()
