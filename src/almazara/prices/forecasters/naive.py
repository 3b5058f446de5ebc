"""The baselines that every model must beat: the last value, and the value of the same weekday."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almazara.prices.forecasters.base import (
    MEDIAN,
    Floats,
    History,
    Refusal,
    histories,
    horizon_of,
    quantiles_of,
    stacked,
    tidy,
)

LAST_VALUE = "last_value"
SEASONAL_NAIVE = "seasonal_naive"
WEEK = 7
_WINDOW_DAYS = 730  # older price moves say little, and long histories must not drown the short ones
_ENOUGH_CHANGES = 10


@dataclass(frozen=True, slots=True)
class _Fitted:
    listings: tuple[History, ...]
    refused: tuple[Refusal, ...]
    season: int

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        quantiles, days = quantiles_of(levels), np.arange(1, horizon_of(horizon_days) + 1, dtype=np.int64)
        changes = _ChangeQuantiles(self.listings, quantiles)
        return stacked([self._one(history, quantiles, days, changes) for history in self.listings])

    def _one(
        self, history: History, quantiles: Sequence[float], days: NDArray[np.int64], changes: _ChangeQuantiles
    ) -> pl.DataFrame:
        """The value whole seasons ago, spread by how prices moved over the days that lie between."""
        ahead = days + history.stale_days
        lags = np.ceil(ahead / self.season).astype(int) * self.season
        path = history.until_last_price
        points = path[np.maximum(path.size - 1 - (lags - ahead), 0)]
        spread = np.array([changes.at(int(lag)) for lag in lags])
        return tidy(history, quantiles, points[:, None] * np.exp(spread))


class _ChangeQuantiles:
    """Empirical quantiles of h-day log price changes, pooled over all listings, the median at no change."""

    def __init__(self, listings: Sequence[History], quantiles: Sequence[float]) -> None:
        self._logs = [np.log(history.prices[-_WINDOW_DAYS:]) for history in listings]
        self._quantiles = np.asarray(quantiles)
        self._known: dict[int, Floats | None] = {}

    def at(self, lag: int) -> Floats:
        """Quantiles of changes over `lag` days; beyond the data, the longest lag's, widened."""
        longest = lag
        while longest > 1 and self._measured(longest) is None:
            longest -= 1
        measured = self._measured(longest)
        if measured is None:
            return np.zeros_like(self._quantiles)
        return measured * math.sqrt(lag / longest)

    def _measured(self, lag: int) -> Floats | None:
        if lag not in self._known:
            self._known[lag] = self._measure(lag)
        return self._known[lag]

    def _measure(self, lag: int) -> Floats | None:
        pooled = np.concatenate([path[lag:] - path[:-lag] for path in self._logs if path.size > lag] or [np.empty(0)])
        pooled = pooled[~np.isnan(pooled)]
        if pooled.size < _ENOUGH_CHANGES:
            return None
        found = np.quantile(pooled, self._quantiles)
        # The median stays at no change: this is the last value's own distribution, not a pooled trend.
        side = np.sign(self._quantiles - MEDIAN)
        return np.where(side < 0, np.minimum(found, 0), np.where(side > 0, np.maximum(found, 0), 0))


class LastValue:
    """Tomorrow costs what today costs; the spread is the pooled empirical distribution of h-day changes."""

    name = LAST_VALUE

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Keep the panel."""
        listings, refused = histories(series)
        return _Fitted(tuple(listings), refused, season=1)


class SeasonalNaive:
    """Each day costs what it cost on the same weekday; the spread is that of changes over as many weeks."""

    name = SEASONAL_NAIVE

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Keep the panel."""
        listings, refused = histories(series)
        return _Fitted(tuple(listings), refused, season=WEEK)
