"""How the numbers of a table become shades, and how they are written in its cells."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from almazara.figures.axes.scales import measure
from almazara.figures.chart import Cells, Scale
from almazara.words.numbers import Language, compact, number

SHADES: Final = 7
"""So many shades has the stylesheet, the faintest first."""

INVERTED: Final = 6
"""From this shade on, words in a cell have the colour of the paper."""

_SHORT, _TENS, _ONES = 10_000, 20, 2  # from which on numbers are short, whole, of one decimal


def known_cells(cells: Cells) -> Iterator[tuple[str, str, float]]:
    """The cells that have a value: row, column and value."""
    for row, values in zip(cells.rows, cells.values, strict=True):
        for column, value in zip(cells.columns, values, strict=True):
            known = measure(Scale.NUMBER, value)
            if known is not None:
                yield row, column, known


def largest_of(cells: Cells) -> float:
    """The largest value, whatever its sign; 0 where there is none."""
    return max((abs(value) for _, _, value in known_cells(cells)), default=0)


def shade(value: float, largest: float) -> int:
    """How strong the shade of a value is, from 0 to SHADES; below 0 for values that are."""
    level = ceil(abs(value) / largest * SHADES - 1e-9) if largest else 0
    return level if value > 0 else -level


def cell_text(value: float, largest: float, language: Language) -> str:
    """A value with as many decimals as the cells of its table need, without its unit."""
    if largest >= _SHORT:
        return compact(value, language)
    return number(value, 0 if largest >= _TENS else 1 if largest >= _ONES else 2, language)
