"""The course of a value, as small as a word."""

from collections.abc import Sequence

from almazara.figures.axes.scales import tight
from almazara.figures.chart import Scale
from almazara.figures.drawing.markup import path
from almazara.figures.drawing.paths import dots, polyline, staircase

_HEIGHT, _WIDTH = 30, 1000.0  # pixels; units, stretched over the room
_MARGIN, _ROOM = 4.0, 22.0  # pixels above the line, and those it has


def sparkline(values: Sequence[float | None]) -> str:
    """Values at equal distances as SVG, each holding until the next; None breaks the line, a dot ends it.

    It is as wide as there is room, and hidden from those who do not see it: the numbers beside it tell more.
    """
    extent, step = tight(Scale.NUMBER, values), _WIDTH / max(len(values) - 1, 1)
    lefts = [index * step for index in range(len(values))]
    tops = [None if at is None else _MARGIN + (1 - at) * _ROOM for at in extent.fractions(values)]
    last = [(left, top) for left, top in zip(lefts, tops, strict=True) if top is not None][-1:]
    return (
        f'<svg class="sparkline" width="100%" height="{_HEIGHT}" aria-hidden="true"><svg class="f-plot" width="100%" '
        f'height="{_HEIGHT}" viewBox="0 0 {_WIDTH:g} {_HEIGHT}" preserveAspectRatio="none" overflow="visible">'
        f"{path('f-line r-observed', polyline(staircase(lefts, tops)))}"
        f"{path('f-dot r-observed', dots(last))}</svg></svg>"
    )
