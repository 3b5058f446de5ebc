"""A film's numbers, each on the ruler of its genre and decade."""

import math
from dataclasses import dataclass

from markupsafe import Markup

from almazara.figures.chart import Scale
from almazara.figures.ruler import ruler
from almazara.movies.catalog.standing import Comb, Measure, Standing
from almazara.web.page import drawn
from almazara.words import numbers
from almazara.words.numbers import Language

_DECIMALS = {Measure.AVERAGE: 1, Measure.POPULARITY: 1, Measure.RETURN: 2}
_UNITS = {Measure.BUDGET: "$", Measure.REVENUE: "$", Measure.RUNTIME: "min", Measure.RETURN: "\u00d7"}
_SHORT = {Measure.BUDGET, Measure.REVENUE}


@dataclass(frozen=True, slots=True)
class Ruled:
    """One number as a page shows it: its name, itself, the ruler, what it says, and that without the name."""

    name: str
    value: str
    picture: Markup
    sentence: str
    among: str


def ruled(one: Standing, language: Language) -> Ruled:
    """A number of a film among those of comparable films."""
    sentence = one.message.text(language)
    scale = Scale.LOG if one.comb.is_logarithmic else Scale.NUMBER
    first, *_, last = one.comb.edges
    ends = [(edge, written(one.measure, _rounded(one.comb, edge), language)) for edge in (first, last)]
    picture = ruler(_middles(one.comb), label=sentence, now=one.value or None, ends=ends, scale=scale)
    name, value = one.measure.label.text(language), written(one.measure, one.value, language)
    return Ruled(name, value, drawn(picture), sentence, one.among.text(language))


def written(measure: Measure, value: float, language: Language) -> str:
    """A measure's value with its unit."""
    if measure in _SHORT:
        text = numbers.compact(value, language)
    else:
        text = numbers.number(value, _DECIMALS.get(measure, 0), language)
    return numbers.with_unit(text, _UNITS.get(measure, ""), language)


def _rounded(comb: Comb, edge: float) -> float:
    """An edge as it is written: equal steps of a logarithm begin at odd numbers that are no film's own."""
    return float(f"{edge:.2g}") if comb.is_logarithmic else edge


def _middles(comb: Comb) -> dict[float, float]:
    """The middle of each step and how many films it holds."""
    steps = zip(comb.edges, comb.edges[1:], comb.counts, strict=False)
    if comb.is_logarithmic:
        return {math.sqrt(low * high): count for low, high, count in steps}
    return {(low + high) / 2: count for low, high, count in steps}
