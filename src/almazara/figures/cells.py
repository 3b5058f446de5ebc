"""A table of shades: each number a shade of one colour, one below 0 a shade of another, with a strong edge."""

from collections.abc import Iterator
from itertools import groupby
from math import ceil
from typing import Final

from almazara.figures.chart import Cells, Scale
from almazara.figures.layout import Layout
from almazara.figures.lettering import text_width
from almazara.figures.markup import path, words
from almazara.figures.paths import rectangles
from almazara.figures.plane import Corners, Plane
from almazara.figures.scales import measure
from almazara.words.numbers import Language, compact, number

SHADES: Final = 7
"""So many shades has the stylesheet, the faintest first."""

INVERTED: Final = 6
"""From this shade on, words in a cell have the colour of the paper."""

_SIZE: Final = 11.0  # pixels of the letters in a cell
_GAP: Final = 4
_EDGE: Final = 0.07  # of the width of a cell
_SHORT, _TENS, _ONES = 10_000, 20, 2  # from which on numbers are short, whole, of one decimal


def cell_shapes(cells: Cells, plane: Plane) -> str:
    """The cells of each shade as one path, and an edge at those below 0."""
    largest = largest_of(cells)
    shaded = sorted((shade(value, largest), corners) for corners, value in _cells(cells, plane))
    drawn = "".join(
        path(shade_classes(level), rectangles(corners for _, corners in group))
        for level, group in groupby(shaded, key=lambda cell: cell[0])
    )
    edges = (
        (left, top, left + (right - left) * _EDGE, bottom) for level, (left, top, right, bottom) in shaded if level < 0
    )
    return drawn + path(shade_classes(-SHADES), rectangles(edges))


def shade(value: float, largest: float) -> int:
    """How strong the shade of a value is, from 0 to SHADES; below 0 for values that are."""
    level = ceil(abs(value) / largest * SHADES - 1e-9) if largest else 0
    return level if value > 0 else -level


def shade_classes(level: int) -> str:
    """The classes of the stylesheet of a shade."""
    return f"f-cell {'f-below ' if level < 0 else ''}s-{abs(level)}"


def largest_of(cells: Cells) -> float:
    """The largest value, whatever its sign; 0 where there is none."""
    values = (measure(Scale.NUMBER, value) for row in cells.values for value in row)
    return max((abs(value) for value in values if value is not None), default=0)


def cell_words(cells: Cells, layout: Layout, language: Language) -> str:
    """The numbers in their cells, on pictures that have room for them; the unit stands in the key."""
    plane, largest = layout.plane, largest_of(cells)
    known = list(_cells(cells, plane))
    texts = [_written(value, largest, language) for _, value in known]
    width = (max((text_width(text, _SIZE) for text in texts), default=0) + _GAP) * len(cells.columns)
    narrow, wide = layout.rooms
    if width > wide:
        return ""
    base = "f-in" if width <= narrow else "f-in f-wide"
    return "".join(
        words(
            f"{base} f-over" if abs(shade(value, largest)) >= INVERTED else base,
            layout.across_at((left + right) / 2 / plane.width),
            layout.top + (top + bottom) / 2 + _SIZE * 0.36,
            text,
            anchor="middle",
        )
        for ((left, top, right, bottom), value), text in zip(known, texts, strict=True)
    )


def _written(value: float, largest: float, language: Language) -> str:
    """A value, with as many decimals as the cells of its table need."""
    if largest >= _SHORT:
        return compact(value, language)
    return number(value, 0 if largest >= _TENS else 1 if largest >= _ONES else 2, language)


def _cells(cells: Cells, plane: Plane) -> Iterator[tuple[Corners, float]]:
    """The cells that have a value."""
    for row, values in zip(cells.rows, cells.values, strict=True):
        for column, value in zip(cells.columns, values, strict=True):
            x, y, known = plane.x.count(column), plane.y.count(row), measure(Scale.NUMBER, value)
            if x is not None and y is not None and known is not None:
                sides = (plane.x.along(x - 0.5), plane.x.along(x + 0.5))
                yield plane.corners(sides, (plane.y.along(y - 0.5), plane.y.along(y + 0.5))), known
