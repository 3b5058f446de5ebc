"""A table of shades: each number a shade of one colour, one below 0 a shade of another, with a strong edge."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.shades import INVERTED, SHADES, cell_text, known_cells, largest_of, shade
from almazara.figures.chart import Cells
from almazara.figures.drawing.layout import Layout
from almazara.figures.drawing.markup import path, words
from almazara.figures.drawing.paths import rectangles
from almazara.figures.drawing.plane import Corners, Plane
from almazara.words.numbers import Language

SIZE: Final = 11.0
"""Pixels of the letters in a cell."""

_DROP: Final = SIZE * 0.36  # from the middle of a line of words to where its letters stand
_GAP: Final = 4
_EDGE: Final = 0.07  # of the width of a cell


def cell_shapes(cells: Cells, plane: Plane) -> str:
    """The cells of each shade as one path, and an edge at those below 0."""
    largest = largest_of(cells)
    shaded = sorted((shade(value, largest), corners) for corners, value in _placed(cells, plane))
    drawn = "".join(
        path(shade_classes(level), rectangles(corners for _, corners in group))
        for level, group in groupby(shaded, key=lambda cell: cell[0])
    )
    edges = [
        (left, top, left + (right - left) * _EDGE, bottom) for level, (left, top, right, bottom) in shaded if level < 0
    ]
    return drawn + path(shade_classes(-SHADES), rectangles(edges))


def shade_classes(level: int) -> str:
    """The classes of the stylesheet of a shade."""
    return f"f-cell {'f-below ' if level < 0 else ''}s-{abs(level)}"


def cells_width(texts: Sequence[str], cells: Cells) -> float:
    """Pixels that a table needs for its numbers."""
    return (max((text_width(text, SIZE) for text in texts), default=0) + _GAP) * len(cells.columns)


def cell_words(cells: Cells, layout: Layout, language: Language) -> str:
    """The numbers in their cells, on pictures that have room for them; the unit stands in the key."""
    plane, largest = layout.plane, largest_of(cells)
    placed = _placed(cells, plane)
    texts = [cell_text(value, largest, language) for _, value in placed]
    width, (narrow, wide) = cells_width(texts, cells), layout.rooms
    if width > wide:
        return ""
    base = "f-in" if width <= narrow else "f-in f-wide"
    return "".join(
        words(
            f"{base} f-over" if abs(shade(value, largest)) >= INVERTED else base,
            layout.across_at((left + right) / 2 / plane.width),
            layout.top + (top + bottom) / 2 + _DROP,
            text,
            anchor="middle",
        )
        for ((left, top, right, bottom), value), text in zip(placed, texts, strict=True)
    )


def _placed(cells: Cells, plane: Plane) -> list[tuple[Corners, float]]:
    """The cells that have a value, and where they lie."""
    return [(_corners(plane, column, row), value) for row, column, value in known_cells(cells)]


def _corners(plane: Plane, column: str, row: str) -> Corners:
    x, y = plane.x.names[column], plane.y.names[row]
    return plane.corners(
        (plane.x.along(x - 0.5), plane.x.along(x + 0.5)), (plane.y.along(y - 0.5), plane.y.along(y + 0.5))
    )
