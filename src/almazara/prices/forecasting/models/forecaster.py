"""What a forecaster is, and what all of them share: refusals, levels and the shape of a forecast."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from almazara.errors import InputError
from almazara.prices.forecasting.panel import Days, Floats, Panel
from almazara.words.said import Said, said

MIN_DAYS = 14
"""Days with a known price below which no forecaster answers."""
MEDIAN = 0.5
SMALLEST_PRICE = 0.01


@dataclass(frozen=True, slots=True)
class TooShort:
    """A listing has fewer days with a known price than a forecast needs."""

    listing_id: str
    days: int
    needed: int = MIN_DAYS

    @property
    def reason(self) -> str:
        """A sentence, of which `why_none` makes one in any language."""
        return f"{self.listing_id} has {self.days} days with a known price; a forecast needs {self.needed}."


@dataclass(frozen=True, slots=True)
class FitFailed:
    """A model could not be fitted to a listing."""

    listing_id: str
    reason: str


Refusal = TooShort | FitFailed
_TOO_SHORT: Final = re.compile(r" has (\d+) days with a known price; a forecast needs (\d+)\.$")


def why_none(listing_id: str, reason: str) -> Said:
    """The sentence of a refusal, by its reason as it is published."""
    if (short := _TOO_SHORT.search(reason)) is None:
        return said("prices_refused.forecast.failed", product=listing_id, reason=reason)
    return said("prices_refused.forecast.too_short", product=listing_id, days=int(short[1]), needed=int(short[2]))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles of the price on the days after each listing's cutoff, also where the cutoff itself has no price.

    Attributes:
        values: Shape (listings of the panel, days ahead, quantiles): positive, not falling as the quantile rises; NaN
            for a listing that was refused.
        refused: The listings that get no forecast, and why.
    """

    values: Floats
    refused: tuple[Refusal, ...]


class Forecaster(ABC):
    """A way to forecast daily prices."""

    name: str
    pools: ClassVar[bool] = False
    """Whether a listing's forecast depends on the others in the panel."""

    def forecast(self, panel: Panel, horizon_days: int, levels: Sequence[int]) -> Forecast:
        """Learn from a panel, each listing being known up to its cutoff; the same panel gives the same forecast.

        Args:
            panel: The histories.
            horizon_days: How many days ahead, 1 or more.
            levels: Interval levels in percent: 80 gives the quantiles 0.1 and 0.9. The median is always
                there.

        Raises:
            InputError: for a horizon or a level that is none.
        """
        quantiles, horizon = quantiles_of(levels), horizon_of(horizon_days)
        rows, short = long_enough(panel)
        refused: list[Refusal] = [*short]
        values = np.full((len(panel.names), horizon, len(quantiles)), np.nan)
        found = self.by_listing(panel.of(rows), horizon, quantiles) if rows.size else ()
        for row, one in zip(rows, found, strict=True):
            if isinstance(one, FitFailed):
                refused.append(one)
            else:
                values[row] = one
        return Forecast(values, tuple(refused))

    @abstractmethod
    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Iterable[Floats | FitFailed]:
        """The values of each listing of a panel, shape (horizon, len(quantiles)), or why it has none.

        Args:
            panel: Listings whose histories are long enough.
            horizon: Days ahead.
            quantiles: Rising levels, the median and pairs of equal distance from it.
        """


def long_enough(panel: Panel) -> tuple[Days, list[TooShort]]:
    """The rows of the listings with MIN_DAYS prices, and the listings without."""
    days = (~np.isnan(panel.prices)).sum(axis=1)
    short = [TooShort(panel.names[row], int(days[row])) for row in np.flatnonzero(days < MIN_DAYS)]
    return np.flatnonzero(days >= MIN_DAYS), short


def in_order(values: Floats) -> Floats:
    """Values whose last axis rises, none below a cent."""
    return np.maximum(np.sort(values, axis=-1), SMALLEST_PRICE)


def around_none(changes: Floats, quantiles: Floats) -> Floats:
    """Changes of which those below the median are no rises, those above it no falls, and the median is none."""
    side = np.sign(np.round(quantiles - MEDIAN, 9))
    return np.where(side < 0, np.minimum(changes, 0), np.where(side > 0, np.maximum(changes, 0), 0))


def quantiles_of(levels: Iterable[int]) -> list[float]:
    """The quantiles that interval levels ask for, with the median, rising.

    Example:
        >>> quantiles_of([80, 50])
        [0.1, 0.25, 0.5, 0.75, 0.9]
    """
    wanted = {MEDIAN}
    for level in levels:
        if not 1 <= level <= 99:  # noqa: PLR2004
            raise InputError(f"An interval of {level} % is none: levels lie between 1 and 99.")
        wanted |= {(100 - level) / 200, (100 + level) / 200}
    return sorted(wanted)


def horizon_of(horizon_days: int) -> int:
    """The horizon; one of less than a day is refused."""
    if horizon_days < 1:
        raise InputError(f"A horizon of {horizon_days} days is none: ask for 1 or more.")
    return horizon_days
