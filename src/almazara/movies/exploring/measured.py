"""The measures that have a distribution: their classes, their units, and how their amounts are said."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Scale
from almazara.figures.explored import NO_CLAUSE, Drawing
from almazara.movies.exploring.films import Counts, Selection
from almazara.movies.exploring.spread import Floats, Spread
from almazara.words.said import Said, is_worded, said

_TINY: Final = 0.01
_NEARLY_ALL: Final = 0.995


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure and how it is cut into classes.

    Attributes:
        base: Of the classes of a measure on a logarithmic axis, `per` of which make one power of it.
        width: Of the classes of another.
    """

    name: str
    base: int = 10
    per: int = 4
    width: int | None = None

    def axis(self, draw: Drawing) -> Axis:
        """The axis on which it is read best."""
        return Axis(Scale.NUMBER if self.width else Scale.LOG, draw.word(self.name))

    def columns(self, draw: Drawing, *names: str) -> list[str]:
        """What columns of its values are called, with its unit."""
        code = f"exploring.unit.{self.name}"
        unit = f" ({said(code).text(draw.language)})" if is_worded(code) else ""
        return [f"{word}{unit}" for word in draw.words(*names)]

    def amount(self, value: float) -> Said:
        """A value with its unit, as sentences say it."""
        tiny = "-tiny" if self.name == "return" and value < _TINY else ""
        return said(f"exploring.amount.{self.name}{tiny}", value=float(value))

    def edges(self, spread: Spread) -> Floats:
        """Where the classes begin that hold the values, and where the last ends; of equal width, nearly all values."""
        if self.width:
            return self.width * np.arange(spread.quantiles([_NEARLY_ALL])[0] // self.width + 2)
        first, last = self.per * np.log(spread.values[[0, -1]]) / np.log(self.base)
        powers = np.arange(np.floor(first) - 1, np.ceil(last) + 2) / self.per
        return np.array([float(f"{edge:.3g}") for edge in float(self.base) ** powers])  # as a table can say them

    def classes(self, spread: Spread) -> tuple[Floats, Counts]:
        """The edges of the classes in use and the films in each; the last holds what lies beyond it too."""
        edges = self.edges(spread)
        last = len(edges) - 2
        places = np.minimum(np.searchsorted(edges, spread.values, side="right") - 1, last)
        counts = np.bincount(places, weights=spread.counts).astype(np.int64)
        return edges[places[0] : places[-1] + 2], counts[places[0] :]


BUDGET: Final = Measured("budget")
REVENUE: Final = Measured("revenue")
RETURN: Final = Measured("return")
VOTES: Final = Measured("votes", base=2, per=1)
RUNTIME: Final = Measured("runtime", width=10)


def doubtful_clause(chosen: Selection, measure: str) -> Said | str:
    """How many films are left out because their money cannot be meant."""
    films = chosen.doubted(measure)
    return said("exploring.doubtful", films=films) if films else NO_CLAUSE
