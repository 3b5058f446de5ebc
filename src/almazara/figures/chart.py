"""A chart as plain values: axes and marks, in words of one language already; drawn by `svg` and by `plotly`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from almazara.words.numbers import Language

Place = float | int | str | date
"""Where something stands on an axis: a number, a name, a day."""


class Scale(StrEnum):
    """How places become lengths."""

    NUMBER = "number"
    LOG = "log"
    DAY = "day"
    NAME = "name"


class Role(StrEnum):
    """What a mark stands for; decides its colour, in every chart alike."""

    OBSERVED = "observed"
    FUTURE = "future"
    TARGET = "target"
    LISTED = "listed"
    HELD = "held"
    BESIDE = "beside"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        label: What is measured; may be empty where the title says it.
        unit: Written after each tick's number: `€`, `%`; may be empty.
        from_zero: Whether 0 is on it in any case.
    """

    scale: Scale = Scale.NUMBER
    label: str = ""
    unit: str = ""
    from_zero: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """A value that holds until the next one; None where it is not known breaks the line."""

    name: str
    xs: Sequence[Place]
    ys: Sequence[float | None]
    role: Role = Role.OBSERVED


@dataclass(frozen=True, slots=True)
class Line:
    """Values that are joined; None breaks the line."""

    name: str
    xs: Sequence[Place]
    ys: Sequence[float | None]
    role: Role = Role.OBSERVED


@dataclass(frozen=True, slots=True)
class Band:
    """An interval at each x; bands are listed from the widest to the narrowest. On an axis of names: a stroke each."""

    name: str
    xs: Sequence[Place]
    lows: Sequence[float]
    highs: Sequence[float]
    role: Role = Role.FUTURE


@dataclass(frozen=True, slots=True)
class Bars:
    """An amount for each x, as wide as the nearest two are apart; with `ends`, from each x to its end (a histogram)."""

    name: str
    xs: Sequence[Place]
    ys: Sequence[float | None]
    ends: Sequence[Place] = ()
    role: Role = Role.OBSERVED


@dataclass(frozen=True, slots=True)
class Dots:
    """Points; `labels`, where given, name each of them."""

    name: str
    xs: Sequence[Place]
    ys: Sequence[Place]
    labels: Sequence[str] = ()
    role: Role = Role.OBSERVED


@dataclass(frozen=True, slots=True)
class Box:
    """A distribution in five numbers, and beyond which it calls a value an outlier."""

    name: str
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float

    @property
    def numbers(self) -> tuple[float, float, float, float, float]:
        """All five, from the lowest on."""
        return self.low, self.lower_quartile, self.median, self.upper_quartile, self.high


@dataclass(frozen=True, slots=True)
class Boxes:
    """Distributions beside each other, along y."""

    name: str
    boxes: Sequence[Box]


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of shades, `values[row][column]`; None where there is no value. Both axes are of names."""

    name: str
    columns: Sequence[str]
    rows: Sequence[str]
    values: Sequence[Sequence[float | None]]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of x of which something is said, such as days without stock."""

    name: str
    starts: Sequence[Place]
    ends: Sequence[Place]
    role: Role = Role.MISSING


@dataclass(frozen=True, slots=True)
class Level:
    """A value along the whole chart, with its words."""

    text: str
    y: float
    role: Role = Role.TARGET


@dataclass(frozen=True, slots=True)
class Moment:
    """A place on x over the whole height, with its words."""

    text: str
    x: Place


Mark = Steps | Line | Band | Bars | Dots | Boxes | Cells | Spans | Level | Moment


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that a chart shows, as they are read and downloaded; cells are plain values, Decimal ones of money."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Place | Decimal | None]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: `label` is its sentence for those who do not see it; the first mark lies lowest.

    What is not a finite number, or not above 0 on a logarithmic axis, is nowhere: it breaks lines and leaves gaps.
    """

    label: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    language: Language = Language.ES
