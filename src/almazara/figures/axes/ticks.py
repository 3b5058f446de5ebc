"""Which places of an axis are named, and how: round numbers, starts of months, as many as there is room for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from almazara.figures.axes.days import Unit, round_days
from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.scales import Extent, measure
from almazara.figures.chart import Axis, Scale
from almazara.words.numbers import MINUS, Language, compact, month, number, with_unit

SIZE: Final = 12.0
"""How high the letters of ticks are, in pixels."""

_GAP: Final = 10  # pixels between two labels
_NARROW, _WIDE = 6, 12  # ticks at most, on a narrow picture and on a wide one
_FINEST: Final = 8  # steps between round numbers
_DECIMALS: Final = 6  # more are said as a power of ten
IN_FULL, _IN_MILLIONS = 10_000, 1_000_000  # smaller numbers are written in full
_THOUSANDS: Final = {Language.ES: ".", Language.EN: ","}
_LAST_DAY: Final = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Tick:
    """A place with its words.

    Attributes:
        at: Fraction of the axis.
        text: A line, or several.
        below: A further line, such as the year.
        spare: Whether a narrow picture does without it.
        told: Whether a wide picture does without the second line, because a spare tick has it.
    """

    at: float
    text: str
    below: str = ""
    spare: bool = False
    told: bool = False

    @property
    def lines(self) -> list[str]:
        """Its words, line by line."""
        return [*self.text.split("\n"), *filter(None, [self.below])]

    @property
    def width(self) -> float:
        """Pixels that its words take."""
        return max(text_width(line, SIZE) for line in self.lines)


def fitting(extent: Extent, axis: Axis, language: Language, narrow: float, wide: float) -> list[Tick]:
    """As many ticks as there is room for: on `wide` pixels for all of them, on `narrow` ones for all but the spare."""
    last: list[Tick] = []
    for last in _candidates(extent, axis, language):
        kept = [tick for tick in last if not tick.spare]
        few = extent.scale is Scale.NAME or (len(last) <= _WIDE and len(kept) <= _NARROW)
        if few and _fit(last, wide) and _fit(kept, narrow):
            return last
    return last


def _fit(ticks: Sequence[Tick], pixels: float) -> bool:
    return all(
        (after.at - before.at) * pixels >= (before.width + after.width) / 2 + _GAP for before, after in pairwise(ticks)
    )


def _candidates(extent: Extent, axis: Axis, language: Language) -> Iterator[list[Tick]]:
    """Ways to name the places of an axis, from many to few."""
    match extent.scale:
        case Scale.NUMBER | Scale.LOG:
            return _number_candidates(extent, axis, language)
        case Scale.DAY:
            return _day_ticks(extent, language)
        case Scale.NAME:
            return _name_ticks(extent)


def _number_candidates(extent: Extent, axis: Axis, language: Language) -> Iterator[list[Tick]]:
    for count in range(_FINEST, 0, -1):
        ticks = number_ticks(extent, axis, language, count)
        yield ticks
        yield _sparing(ticks)


def number_ticks(extent: Extent, axis: Axis, language: Language, count: int) -> list[Tick]:
    """Round numbers on an axis of numbers or of magnitudes, at most `count` steps apart."""
    if extent.scale is Scale.LOG:
        values, decimals = round_magnitudes(extent.low, extent.high, count)
    else:
        values, decimals = round_numbers(extent.low, extent.high, count, whole=extent.whole)
    texts = _number_texts(values, decimals, language)
    if decimals and extent.scale is Scale.LOG and extent.high - extent.low >= 1:  # 0.001 and 1, not 1.000
        texts = [_number_texts([value], max(0, -floor(log10(value) + 1e-9)), language)[0] for value in values]
    places = ((extent.fraction(value), text) for value, text in zip(values, texts, strict=True))
    return [Tick(at, with_unit(text, axis.unit, language)) for at, text in places if at is not None]


def round_numbers(low: float, high: float, count: int, *, whole: bool = False) -> tuple[list[float], int]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten, at most `count` steps in all; and the decimals they need.

    `whole`: none that has decimals.
    """
    least = max((high - low) / count, 1 if whole else 0)
    power = floor(log10(least))
    factors = (1, 2, 5) if whole and not power else (1, 2, 2.5, 5)
    factor = next((factor for factor in factors if factor * 10.0**power >= least * (1 - 1e-9)), 10)
    step = factor * 10.0**power
    decimals = max(0, -power + (factor == 2.5) - (factor == 10))  # noqa: PLR2004 - 2.5 has one more, 10 one less
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(index * step, decimals) for index in range(first, last + 1)], decimals


def round_magnitudes(low: float, high: float, count: int) -> tuple[list[float], int]:
    """Powers of ten between two of them, with 2 and 5 times each where they are few; round numbers on less than one.

    `low` and `high` are exponents of ten. Returns as `round_numbers`.
    """
    if high - low < 1:
        return round_numbers(10**low, 10**high, count)
    every = ceil((high - low) / count)
    factors = (1, 2, 5) if (high - low) * 3 <= count else (1, 3) if (high - low) * 2 <= count else (1,)
    powers = range(floor(low / every) * every, ceil(high) + 1, every)
    values = [factor * 10.0**power for power in powers for factor in factors]
    return [value for value in values if low - 1e-9 <= log10(value) <= high + 1e-9], max(0, -floor(low))


def value_text(value: float | None, axis: Axis, language: Language) -> str:
    """A value by itself: whole below a million, else in three figures; a dash where there is none."""
    known = measure(Scale.NUMBER, value)
    if known is None:
        return "\u2013"
    return with_unit(_three_figures(known, language), axis.unit, language)


def _three_figures(value: float, language: Language) -> str:
    if abs(value) >= _IN_MILLIONS:
        return compact(value, language)
    decimals = 0 if value.is_integer() else min(max(2 - floor(log10(abs(value))), 0), _DECIMALS)
    text = number(value, decimals, language)
    return text.rstrip("0").rstrip(",.") if decimals else text


def _number_texts(values: Sequence[float], decimals: int, language: Language) -> list[str]:
    """Small numbers in full, and without marks for thousands, as years are; larger ones short where that is exact."""
    largest = max(map(abs, values), default=0)
    if decimals > _DECIMALS:
        return [f"{value:g}".replace("-", MINUS) for value in values]
    if largest < IN_FULL:
        return [number(value, decimals, language).replace(_THOUSANDS[language], "") for value in values]
    if all(float(f"{value:.3g}") == value for value in values):
        return [compact(value, language) for value in values]
    return [number(value, decimals, language) for value in values]


def _name_ticks(extent: Extent) -> Iterator[list[Tick]]:
    """Each name, every second, every third ..., each way with and without half of them on a narrow picture."""
    ticks = [Tick((index + 0.5) / len(extent.names), name) for name, index in extent.names.items()]
    for every in range(1, max(len(ticks), 1) + 1):
        yield ticks[::every]
        yield _sparing(ticks[::every])


def _sparing(ticks: Sequence[Tick], first: int = 0) -> list[Tick]:
    """Every second of them spare, `first` not."""
    return [replace(tick, spare=(index - first) % 2 == 1) for index, tick in enumerate(ticks)]


def _day_ticks(extent: Extent, language: Language) -> Iterator[list[Tick]]:
    first, last = date.fromordinal(max(ceil(extent.low), 2)), date.fromordinal(min(floor(extent.high), _LAST_DAY))
    for unit, days in round_days(first, last, _WIDE):
        ticks = [Tick(_place(day, extent), _day_text(day, unit, language)) for day in days]
        january = next((index for index, day in enumerate(days) if day.month == 1), 0)
        for wanted in (ticks, _sparing(ticks, january)):
            yield wanted if unit == "year" else _with_years(wanted, [day.year for day in days])


def _place(day: date, extent: Extent) -> float:
    return (day.toordinal() - extent.low) / (extent.high - extent.low)


def _day_text(day: date, unit: Unit, language: Language) -> str:
    match unit:
        case "day":
            return f"{day.day} {month(day.month, language)}"
        case "month":
            return month(day.month, language)
        case "year":
            return str(day.year)


def _with_years(ticks: Sequence[Tick], years: Sequence[int]) -> list[Tick]:
    """The year below the first tick of each, among all of them and among those that a narrow picture shows."""
    wide, narrow, found = set[int](), set[int](), list[Tick]()
    for tick, year in zip(ticks, years, strict=True):
        is_news = year not in wide or (year not in narrow and not tick.spare)
        found.append(replace(tick, below=str(year), told=year in wide) if is_news else tick)
        wide.add(year)
        if not tick.spare:
            narrow.add(year)
    return found
