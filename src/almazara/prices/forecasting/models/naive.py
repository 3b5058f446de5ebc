"""The baselines that every model must beat: the last value, and the value of the same weekday.

`LastValue` is the yardstick of backtests and the forecast of last resort; `pooled_changes` is the same for any day of a
panel at once, from a sample of the changes of one year: the yardstick within `ensemble`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from almazara.prices.forecasting.models.across import QuantilesOfChange
from almazara.prices.forecasting.models.forecaster import Forecaster, around_none, in_order
from almazara.prices.forecasting.models.mixture import mixture_quantiles
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.step_outcomes import ATOMS, past_changes, thinned
from almazara.prices.forecasting.panel import Floats, History, Panel

LAST_VALUE = "last_value"
_WINDOW_DAYS = 730  # older price moves say little, and long histories must not drown the short ones
_ENOUGH_CHANGES = 10
_POOL_WEIGHT = 10.0  # the best over three real panels of weights 0, 1/2, 1, n/(n+10) and n/(n+30)
_ATOMS = 400
_YEAR = 365


class LastValue(Forecaster):
    """Tomorrow costs what today costs; the spread is the empirical distribution of h-day changes."""

    name = LAST_VALUE
    pools = True
    season = 1

    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Iterator[Floats]:
        """The value whole seasons ago, spread by how prices moved over the days that lie between."""
        listings = panel.histories()
        changes = _ChangeQuantiles(listings, quantiles)
        return (self._one(one, np.arange(1, horizon + 1, dtype=np.int64), changes) for one in listings)

    def _one(self, history: History, days: NDArray[np.int64], changes: _ChangeQuantiles) -> Floats:
        ahead = days + history.stale_days
        lags = np.ceil(ahead / self.season).astype(int) * self.season
        path = history.until_last_price
        points = path[np.maximum(path.size - 1 - (lags - ahead), 0)]
        asked, of_day = np.unique(lags, return_inverse=True)
        spread = np.array([changes.at(history.listing_id, lag) for lag in asked.tolist()])
        return in_order(points[:, None] * np.exp(spread[of_day]))


class SeasonalNaive(LastValue):
    """Each day costs what it cost on the same weekday; the spread is that of changes over as many weeks."""

    name = "seasonal_naive"
    season = 7


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
        return around_none(found, self._quantiles) * math.sqrt(lag / longest)

    def _pool(self, lag: int) -> Floats | None:
        """The changes of all listings over `lag` days, as evenly spaced quantiles; None where there are too few."""
        if lag not in self._pools:
            pooled = np.concatenate([_changes(path, lag) for path in self._logs.values()])
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
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    at = np.searchsorted(reached / reached[-1], quantiles)
    return np.asarray(values[order][np.minimum(at, values.size - 1)], dtype=np.float64)


def pooled_changes(history: StepHistory) -> QuantilesOfChange:
    """The forecasts of the last value for any day of a panel; the median is no change."""

    def quantiles(day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
        return np.stack([_spread(history, day, lead, rows, probabilities) for lead in leads], axis=1)

    return quantiles


def _spread(history: StepHistory, day: int, lead: int, rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
    past, _ = past_changes(history.logs, day, lead)
    known = past[~np.isnan(past)]
    pool = (
        np.quantile(known, (np.arange(ATOMS) + 0.5) / ATOMS, method="inverted_cdf") if known.size else np.zeros(ATOMS)
    )
    own = thinned(np.sort(np.nan_to_num(past[rows]), axis=1))
    atoms = np.stack([own, np.broadcast_to(pool, own.shape)], axis=1)
    spans = (day - history.begins[rows]).clip(0, _YEAR) / lead
    share = spans / (spans + _POOL_WEIGHT)
    found = mixture_quantiles(atoms, np.column_stack([share, 1 - share]), probabilities)
    return around_none(found, np.asarray(probabilities))
