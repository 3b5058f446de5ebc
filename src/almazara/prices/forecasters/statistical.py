"""Exponential smoothing of log prices by statsforecast (extra `stats`); imported here and nowhere else."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from almazara.errors import MissingExtraError
from almazara.prices.forecasters.base import (
    MEDIAN,
    FitFailed,
    Floats,
    History,
    Refusal,
    histories,
    horizon_of,
    quantiles_of,
    stacked,
    tidy,
)

try:
    from statsforecast.models import AutoETS
except ImportError as error:
    raise MissingExtraError("stats", "The exponential smoothing") from error

ETS = "ets"
_WINDOW_DAYS = 365  # a year of days; the fit's cost grows with it and older ones carry almost no weight


@dataclass(frozen=True, slots=True)
class _Fitted:
    models: tuple[tuple[History, Any], ...]
    refused: tuple[Refusal, ...]

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        quantiles = quantiles_of(levels)
        horizon = horizon_of(horizon_days)
        return stacked([tidy(h, quantiles, _quantile_values(h, model, horizon, quantiles)) for h, model in self.models])


class ExponentialSmoothing:
    """AutoETS without season (Hyndman and Khandakar 2008): error and damped trend by AICc, its own intervals.

    Logarithms keep the quantiles positive and make moves proportional. Days without a price hold the last
    known one, because the model knows no gaps; it is fitted up to the last known price and forecasts from
    there.
    """

    name = ETS

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Fit one model per listing; a constant series needs none."""
        models: list[tuple[History, Any]] = []
        listings, refused = histories(series)
        failed: list[Refusal] = []
        for history in listings:
            try:
                models.append((history, _fitted_to(np.log(history.until_last_price[-_WINDOW_DAYS:]))))
            except (RuntimeError, ValueError, ArithmeticError) as error:
                failed.append(FitFailed(history.listing_id, f"The exponential smoothing found no fit: {error}."))
        return _Fitted(tuple(models), (*refused, *failed))


def _fitted_to(logs: Floats) -> Any:  # noqa: ANN401 - statsforecast has no types
    if np.ptp(logs) == 0:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the search tries parameters that overflow, and drops them
        return AutoETS(season_length=1, model="ZZN", damped=True).fit(logs)


def _quantile_values(history: History, model: Any, horizon: int, quantiles: Sequence[float]) -> Floats:  # noqa: ANN401
    if model is None:
        return np.full((horizon, len(quantiles)), history.last)
    ahead = horizon + history.stale_days
    found = model.predict(h=ahead, level=[_level(q) for q in quantiles if q > MEDIAN])
    columns = [
        found["mean"] if q == MEDIAN else found[f"{'hi' if q > MEDIAN else 'lo'}-{_level(q)}"] for q in quantiles
    ]
    values: Floats = np.exp(np.column_stack(columns))[-horizon:]
    return values


def _level(quantile: float) -> int:
    """The interval level in percent that has `quantile` as one end."""
    return round(abs(200 * quantile - 100))
