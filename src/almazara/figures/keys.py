"""The key of a chart: a sample of each named mark's look, and its name."""

from dataclasses import dataclass
from typing import Final

from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.shades import SHADES, largest_of
from almazara.figures.axes.ticks import SIZE, value_text
from almazara.figures.chart import Axis, Boxes, Cells, Chart, Mark
from almazara.figures.drawing.cells import shade_classes
from almazara.figures.drawing.looks import classes, is_hollow, name, variants
from almazara.figures.drawing.markup import escaped, path, words
from almazara.words.numbers import Language

ROW: Final = 22
"""Pixels of a row of entries inside a picture."""

_WIDTH, _HEIGHT = 28, 14  # pixels of a sample
_GAP, _BETWEEN = 7, 20  # pixels beside a sample, and between two entries
_SWATCH: Final = 9  # pixels

_OUTLINES: Final = {
    "f-line": "M1 7h26",
    "f-area": "M1 2h26v10h-26z",
    "f-range": "M2 7h24",
    "f-bar": "M8 2h12v11h-12z",
    "f-dot": "M5 9zm9-4zm9 3z",
    "f-span": "M1 1h26v12h-26z",
    "f-box": "M7 3h14v8h-14z",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A sample, and the words on both sides of it."""

    before: str
    sample: str
    width: int
    after: str

    @property
    def lead(self) -> float:
        """Pixels before the sample."""
        return text_width(self.before, SIZE) + _GAP * bool(self.before)

    @property
    def length(self) -> float:
        """Pixels in all."""
        return self.lead + self.width + _GAP + text_width(self.after, SIZE)


def legend(chart: Chart) -> str:
    """The key as an HTML list, for beside the picture; empty where there is nothing to tell apart."""
    items = "".join(
        f'<li>{escaped(entry.before)} <svg width="{entry.width}" height="{_HEIGHT}" aria-hidden="true">'
        f"{entry.sample}</svg> {escaped(entry.after)}</li>"
        for entry in _entries(chart)
    )
    return f'<ul class="figure-key">{items}</ul>' if items else ""


def key_rows(chart: Chart, width: float) -> list[str]:
    """The key as rows of SVG inside a picture so many pixels wide; each begins at the top left of its row."""
    rows: list[str] = []
    left = width
    for entry in _entries(chart):
        if left + entry.length > width:
            rows.append("")
            left = 0
        rows[-1] += _drawn(entry, left, (len(rows) - 1) * ROW)
        left += entry.length + _BETWEEN
    return rows


def _drawn(entry: _Entry, left: float, top: float) -> str:
    here = left + entry.lead
    before = words("f-key", f"{left:.5g}", top + 12, entry.before) if entry.before else ""
    after = words("f-key", f"{here + entry.width + _GAP:.5g}", top + 12, entry.after)
    size = f'width="{entry.width}" height="{_HEIGHT}"'
    return f'{before}<svg x="{here:.5g}" y="{top + 1:g}" {size}>{entry.sample}</svg>{after}'


def _entries(chart: Chart) -> list[_Entry]:
    entries = {
        name(mark): _entry(mark, variant, chart)
        for mark, variant in zip(chart.marks, variants(chart.marks), strict=True)
        if name(mark)
    }
    tables = any(isinstance(mark, Cells) for mark in chart.marks)
    return list(entries.values()) if len(entries) > 1 or tables else []


def _entry(mark: Mark, variant: int, chart: Chart) -> _Entry:
    if isinstance(mark, Cells):
        return _scale(mark, chart.language)
    look = classes(mark, variant, chart.x.scale)
    return _Entry("", _sample(mark, look, variant), _WIDTH, name(mark))


def _sample(mark: Mark, look: str, variant: int) -> str:
    outline = _OUTLINES[look.split(" ", maxsplit=1)[0]]
    if isinstance(mark, Boxes):
        parts = [("f-whisker", "M14 0v14"), ("f-box", outline), ("f-median", "M7 7h14")]
        return "".join(path(look.replace("f-box", part), line) for part, line in parts)
    hole = path(f"f-hole {look}", outline) if is_hollow(mark, variant) else ""
    return path(look, outline) + hole


def _scale(cells: Cells, language: Language) -> _Entry:
    """The shades from the least to the largest value."""
    below = any(value is not None and value < 0 for row in cells.values for value in row)
    levels = range(-SHADES if below else 0, SHADES + 1)
    largest, axis = largest_of(cells), Axis(unit=cells.unit)
    swatches = "".join(
        path(shade_classes(level), f"M{index * _SWATCH} 1h{_SWATCH}v12h-{_SWATCH}z")
        for index, level in enumerate(levels)
    )
    least = value_text(-largest if below else 0, axis, language)
    most = value_text(largest, axis, language)
    return _Entry(f"{cells.name}: {least}", swatches, len(levels) * _SWATCH, most)
