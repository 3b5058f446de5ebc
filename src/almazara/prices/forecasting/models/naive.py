"""The baselines that every model must beat: the last value, and the value of the same weekday."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almazara.prices.forecasting.models.base import (
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
_POOL_WEIGHT = 10.0  # the best over three real panels of weights 0, 1/2, 1, n/(n+10) and n/(n+30)
_ATOMS = 400


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
        spread = np.array([changes.at(history.listing_id, int(lag)) for lag in lags])
        return tidy(history, quantiles, points[:, None] * np.exp(spread))


class _ChangeQuantiles:
    """Empirical quantiles of h-day log price changes: a listing's own mixed with those of all, the median at none.

    The own changes weigh n / (n + _POOL_WEIGHT), n being how many separate h-day spans its history holds: a long
    history speaks for itself, a short one borrows from the others.
    """

    def __init__(self, listings: Sequence[History], quantiles: Sequence[float]) -> None:
        self._logs = {history.listing_id: np.log(history.prices[-_WINDOW_DAYS:]) for history in listings}
        self._quantiles = np.asarray(quantiles)
        self._pools: dict[int, Floats | None] = {}

    def at(self, listing_id: str, lag: int) -> Floats:
        """Quantiles of a listing's changes over `lag` days; beyond the data, the longest lag's, widened."""
        longest = lag
        while longest > 1 and self._pool(longest) is None:
            longest -= 1
        pool = self._pool(longest)
        if pool is None:
            return np.zeros_like(self._quantiles)
        own = _changes(self._logs[listing_id], longest)
        spans = own.size / longest
        found = _mixed_quantiles(own, pool, spans / (spans + _POOL_WEIGHT), self._quantiles)
        # The median stays at no change: this is the last value's own distribution, not a trend.
        side = np.sign(self._quantiles - MEDIAN)
        around_none = np.where(side < 0, np.minimum(found, 0), np.where(side > 0, np.maximum(found, 0), 0))
        return around_none * math.sqrt(lag / longest)

    def _pool(self, lag: int) -> Floats | None:
        """The changes of all listings over `lag` days, as evenly spaced quantiles; None where there are too few."""
        if lag not in self._pools:
            pooled = np.concatenate([_changes(path, lag) for path in self._logs.values()] or [np.empty(0)])
            enough = pooled.size >= _ENOUGH_CHANGES
            self._pools[lag] = np.quantile(pooled, (np.arange(_ATOMS) + 0.5) / _ATOMS) if enough else None
        return self._pools[lag]


def _changes(path: Floats, lag: int) -> Floats:
    """Changes over `lag` days where both ends are known."""
    changes = path[lag:] - path[:-lag]
    return np.asarray(changes[~np.isnan(changes)], dtype=np.float64)


def _mixed_quantiles(own: Floats, pool: Floats, own_weight: float, quantiles: Floats) -> Floats:
    """Quantiles (inverse of the distribution function) of a mixture of two samples."""
    values = np.concatenate([own, pool])
    weights = np.repeat([own_weight / max(own.size, 1), (1 - own_weight) / pool.size], [own.size, pool.size])
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = np.searchsorted(reached / reached[-1], quantiles)
    return np.asarray(values[order][np.minimum(at, values.size - 1)], dtype=np.float64)


class LastValue:
    """Tomorrow costs what today costs; the spread is the empirical distribution of h-day changes."""

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
