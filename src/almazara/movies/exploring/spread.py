"""How values are spread: quantiles, and the fences beyond which a value is called an outlier; from counts, no sorting.

The fences are those of the adjusted boxplot (Hubert and Vandervieren, An adjusted boxplot for skewed distributions,
Computational Statistics & Data Analysis 52, 2008): Tukey's 1.5 interquartile ranges beyond the quartiles, made longer
on the side of the long tail and shorter on the other by the medcouple (Brys, Hubert and Struyf, A robust measure of
skewness, Journal of Computational and Graphical Statistics 13, 2004).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_JUDGED: Final = 30
"""Of fewer values none is called an outlier."""
_TUKEY: Final = 1.5
_LONG, _SHORT = 3.0, -4.0
_LARGEST_SAMPLE: Final = 101
"""The medcouple compares all pairs, so that of more values it is taken of so many quantiles: 0.01 off at most."""


@dataclass(frozen=True, slots=True)
class Fences:
    """Values below `low` or above `high` are outliers; `skewness` is the medcouple, -1 to 1.

    The fences have three figures, so that what is said of them is exactly what was applied.
    """

    low: float
    high: float
    skewness: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Distinct values, rising, and how often each occurs, once at least."""

    values: Floats
    counts: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many values there are, equal ones counted."""
        return int(self.counts.sum())

    def quantiles(self, levels: Sequence[float] | Floats) -> Floats:
        """The same as `np.quantile` of all values; of none there are none."""
        ends = np.cumsum(self.counts)
        places = np.asarray(levels) * (ends[-1] - 1)
        below = np.floor(places).astype(np.int64)
        low = self.values[np.searchsorted(ends, below, side="right")]
        high = self.values[np.searchsorted(ends, np.minimum(below + 1, ends[-1] - 1), side="right")]
        return np.asarray(low + (high - low) * (places - below))

    def five(self) -> Floats:
        """Smallest value, quartiles, largest value."""
        return self.quantiles((0, 0.25, 0.5, 0.75, 1))

    def measured(self, scale: Callable[[Floats], Floats]) -> "Spread":
        """The same of a rising function of the values, such as their logarithm."""
        return Spread(scale(self.values), self.counts)

    def sample(self) -> Floats:
        """All values, rising, or as many quantiles of them as can be compared with each other."""
        if self.size <= _LARGEST_SAMPLE:
            return np.repeat(self.values, self.counts)
        return self.quantiles((np.arange(_LARGEST_SAMPLE) + 0.5) / _LARGEST_SAMPLE)


def medcouple(values: Floats) -> float:
    """How skewed rising values are: 0 where both tails are alike, above 0 where the upper one is longer."""
    middle = np.median(values)
    upper, lower = values[values >= middle][::-1] - middle, values[values <= middle][::-1] - middle
    apart = upper[:, None] - lower[None, :]
    with np.errstate(invalid="ignore"):
        skewed = (upper[:, None] + lower[None, :]) / apart
    ties = int((values == middle).sum())
    among = np.arange(ties)
    if ties:  # at the median itself, where nothing is apart, the places decide
        skewed[len(upper) - ties :, :ties] = np.sign(ties - 1 - among[::-1, None] - among[None, :])
    return float(np.median(skewed))


def fences(spread: Spread) -> Fences | None:
    """The fences of positive values, reckoned on their logarithm; None of too few, or where the middle half is one."""
    if spread.size < MIN_JUDGED:
        return None
    logs = spread.measured(np.log)
    lower, upper = logs.quantiles((0.25, 0.75))
    if not upper > lower:
        return None
    skewness = medcouple(logs.sample())
    below, above = (_SHORT, _LONG) if skewness >= 0 else (-_LONG, -_SHORT)
    reach = _TUKEY * (upper - lower)
    low, high = lower - reach * np.exp(below * skewness), upper + reach * np.exp(above * skewness)
    return Fences(float(f"{np.exp(low):.3g}"), float(f"{np.exp(high):.3g}"), skewness)
