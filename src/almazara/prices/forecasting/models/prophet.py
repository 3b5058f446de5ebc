"""Prophet (extra `prophet`), as its authors ship it; imported here and nowhere else.

Prophet draws a trend with bends and a weekly wave. Prices that move in steps are neither, so it is often
worse than the last value (docs/prices-forecasts.md): it is used only where the backtest says that it is
better.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from almazara.errors import MissingExtraError
from almazara.prices.forecasting.models.base import (
    FitFailed,
    History,
    Refusal,
    histories,
    horizon_of,
    quantiles_of,
    stacked,
    tidy,
)

# Before the imports, because these write while they are imported; cmdstanpy adds a handler unless it has one.
logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
logging.getLogger("cmdstanpy").addHandler(logging.NullHandler())

try:
    import pandas as pd
    from prophet import Prophet
except ImportError as error:
    raise MissingExtraError("prophet", "Prophet") from error

PROPHET = "prophet"
_WINDOW_DAYS = 730
logging.getLogger("prophet").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class _Fitted:
    models: tuple[tuple[History, Any], ...]
    refused: tuple[Refusal, ...]
    seed: int

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        quantiles, horizon = quantiles_of(levels), horizon_of(horizon_days)
        return stacked([self._one(history, model, horizon, quantiles) for history, model in self.models])

    def _one(self, history: History, model: Any, horizon: int, quantiles: Sequence[float]) -> pl.DataFrame:  # noqa: ANN401
        days = [history.cutoff + timedelta(days=day) for day in range(1, horizon + 1)]
        with _seeded(self.seed):
            samples = model.predictive_samples(pd.DataFrame({"ds": pd.to_datetime(days)}))["yhat"]
        return tidy(history, quantiles, np.quantile(samples, quantiles, axis=1).T)


class ProphetForecaster:
    """Prophet with its defaults (Taylor and Letham 2018); quantiles are those of its predictive samples."""

    name = PROPHET

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Fit one model per listing; days without a price are left out, as Prophet can."""
        models: list[tuple[History, Any]] = []
        listings, refused = histories(series)
        failed: list[Refusal] = []
        for history in listings:
            try:
                models.append((history, self._fitted_to(history)))
            except (RuntimeError, ValueError, ArithmeticError) as error:
                failed.append(FitFailed(history.listing_id, f"Prophet found no fit: {error}."))
        return _Fitted(tuple(models), (*refused, *failed), self._seed)

    def _fitted_to(self, history: History) -> Any:  # noqa: ANN401 - Prophet's class is not typed for us
        prices = history.prices[-_WINDOW_DAYS:]
        days = [history.cutoff - timedelta(days=day) for day in reversed(range(prices.size))]
        frame = pd.DataFrame({"ds": pd.to_datetime(days), "y": prices}).dropna()
        return Prophet(daily_seasonality=False, yearly_seasonality=False).fit(frame, seed=self._seed)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Prophet draws from NumPy's global generator: lend it a seeded one, and put the old state back."""
    state = np.random.get_state()  # noqa: NPY002 - Prophet offers no other way in
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
