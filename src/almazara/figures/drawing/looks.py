"""How the marks of a chart are told apart: by what they stand for, and, among equals, by dashes and shapes as well."""

from collections.abc import Sequence
from typing import Final

from almazara.figures.chart import Band, Bars, Boxes, Cells, Dots, Level, Line, Mark, Moment, Role, Scale, Spans, Steps

VARIANTS: Final = 6
"""The stylesheet has so many looks of a role; further ones begin anew."""

_RINGS: Final = (3, 4)  # variants of dots

_KINDS: Final[dict[type, str]] = {
    Steps: "f-line",
    Line: "f-line",
    Band: "f-area",
    Bars: "f-bar",
    Dots: "f-dot",
    Boxes: "f-box",
    Cells: "f-cell",
    Spans: "f-span",
    Level: "f-level",
    Moment: "f-moment",
}


def name(mark: Mark) -> str:
    """What a mark is called in the key; empty for those that say it in their place."""
    return "" if isinstance(mark, Level | Moment) else mark.name


def role(mark: Mark) -> Role:
    """What a mark stands for."""
    return mark.role if isinstance(mark, Steps | Line | Band | Bars | Dots | Spans | Level) else Role.OBSERVED


def variants(marks: Sequence[Mark]) -> list[int]:
    """Of each mark, which of the marks of its kind and role it is, 1 first; those of one name are one."""
    names: dict[tuple[str, Role], list[str]] = {}
    found = []
    for mark in marks:
        known = names.setdefault((_KINDS[type(mark)], role(mark)), [])
        if name(mark) not in known:
            known.append(name(mark))
        found.append(known.index(name(mark)) % VARIANTS + 1)
    return found


def is_hollow(mark: Mark, variant: int) -> bool:
    """Whether dots are rings: readings that are held, and some shapes of equals."""
    return isinstance(mark, Dots) and (variant in _RINGS or mark.role is Role.HELD)


def classes(mark: Mark, variant: int, scale: Scale) -> str:
    """The classes of the stylesheet that give a mark its look; over an axis of names, a band is a stroke each."""
    kind = "f-range" if isinstance(mark, Band) and scale is Scale.NAME else _KINDS[type(mark)]
    base = f"{kind} r-{role(mark).value}"
    return base if variant == 1 else f"{base} n-{variant}"
