"""What a forecast says of a price as chances: that it is another one, that it fell, that it is a wanted one or less."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from almazara.prices.forecasting.panel import Floats

_SAME: Final = 5e-6
"""Prices within this share of each other are one: a forecast that stays at a price is not rounded as that is."""
PROBABLE: Final = 0.5
_NOISE: Final = 1e-9  # of differences of levels


@dataclass(frozen=True, slots=True)
class Chances:
    """By day ahead, each from 0 to 1.

    Attributes:
        change: That the price is another one than the last.
        fall: That it is a lower one.
        at_most: That it is the wanted one or less; None where none was named.
    """

    change: Floats
    fall: Floats
    at_most: Floats | None

    @classmethod
    def of(cls, values: Floats, quantiles: Sequence[float], last: float, wanted: float | None = None) -> Self:
        """Read off quantiles.

        Args:
            values: Rising prices, shape (days, quantiles).
            quantiles: Their levels, from above 0 to below 1.
            last: The price that is known.
            wanted: A price to be had.
        """
        levels = np.array([0.0, *quantiles, 1.0])
        fall, not_above = _reached(values, levels, last, before=True), _reached(values, levels, last, before=False)
        at_most = None if wanted is None else _reached(values, levels, wanted, before=False)
        return cls(fall + 1 - not_above, fall, at_most)

    def probable_change(self) -> int | None:
        """How many days ahead the price is for the first time probably another one."""
        days = np.flatnonzero(self.change >= PROBABLE - _NOISE)
        return int(days[0]) + 1 if days.size else None


def _reached(values: Floats, levels: Floats, price: float, *, before: bool) -> Floats:
    """The chance of a price or a lower one; `before`: of a lower one.

    Between two quantiles it rises evenly. Where several are one price, it jumps there from the middle between the last
    that is not and the first that is, to that behind them: where exactly is not known.
    """
    rows, end = np.arange(len(values)), values.shape[1]
    count = (values < price * (1 - _SAME if before else 1 + _SAME)).sum(axis=1)
    outside = (count == 0) | (count == end)
    under, over = values[rows, (count - 1).clip(0)], values[rows, count.clip(max=end - 1)]
    stands = np.abs(np.diff(values, axis=1, prepend=np.nan, append=np.nan) / price) <= _SAME  # as the one before
    low, high = levels[count], levels[count + 1]
    middle = (low + high) / 2
    low = np.where(stands[rows, (count - 1).clip(0)] & ~outside, middle, low)
    high = np.where(stands[rows, (count + 1).clip(max=end)] & ~outside, middle, high)
    is_apart = ~outside & (over > under)
    share = np.divide(price - under, over - under, out=np.full(len(values), 0.5), where=is_apart).clip(0, 1)
    return np.asarray(low + (high - low) * share)
