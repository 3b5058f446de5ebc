"""The plane of a chart's marks: its axes, and where a pair of places lies between them."""

from collections.abc import Iterable
from dataclasses import dataclass

from almazara.figures.axes.scales import Extent
from almazara.figures.chart import Place, Scale

Point = tuple[float, float]
"""From the left and from the top, in the plane's units."""


Corners = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where the marks lie, `width` x `height`; the origin is at its top left.

    Attributes:
        across: What is shown from left to right.
        up: What is shown from bottom to top; names from top to bottom.
        turned: Whether x runs along the vertical.
    """

    across: Extent
    up: Extent
    turned: bool
    width: float
    height: float

    @property
    def x(self) -> Extent:
        """What is shown of x."""
        return self.up if self.turned else self.across

    @property
    def y(self) -> Extent:
        """What is shown of y."""
        return self.across if self.turned else self.up

    def points(self, xs: Iterable[Place | None], ys: Iterable[Place | None]) -> list[Point | None]:
        """Where pairs of places lie; None where one of a pair lies nowhere."""
        lefts, tops = (self.lefts(ys), self.tops(xs)) if self.turned else (self.lefts(xs), self.tops(ys))
        pairs = zip(lefts, tops, strict=False)
        return [None if left is None or top is None else (left, top) for left, top in pairs]

    def lefts(self, places: Iterable[Place | None]) -> list[float | None]:
        """How far from the left edge places of the horizontal axis lie; None for those that lie nowhere."""
        width = self.width
        return [None if one is None else one * width for one in self.across.fractions(places)]

    def tops(self, places: Iterable[Place | None]) -> list[float | None]:
        """How far from the top places of the vertical axis lie; None for those that lie nowhere."""
        height, drop = self.height, self.drop
        return [None if one is None else drop(one) * height for one in self.up.fractions(places)]

    def drop(self, fraction: float) -> float:
        """A fraction of the vertical axis as one of the way from the top."""
        return fraction if self.up.scale is Scale.NAME else 1 - fraction

    def corners(self, x: tuple[float, float], y: tuple[float, float]) -> Corners:
        """The rectangle between two fractions of x and two of y."""
        (left, right), up = (y, x) if self.turned else (x, y)
        top, bottom = (self.drop(fraction) * self.height for fraction in up)
        return left * self.width, top, right * self.width, bottom
