"""Prophet (extra `prophet`), as its authors ship it; imported here and nowhere else.

Prophet draws a trend with bends and a weekly wave. Prices that move in steps are neither, so it is often
worse than the last value (docs/prices-forecasts.md): it is used only where the backtest says that it is
better.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np

from almazara.errors import MissingExtraError
from almazara.prices.forecasting.models.forecaster import FitFailed, Forecaster, in_order
from almazara.prices.forecasting.panel import Floats, History, Panel

# Before the imports, because these write while they are imported; cmdstanpy adds a handler unless it has one.
logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
logging.getLogger("cmdstanpy").addHandler(logging.NullHandler())

try:
    import pandas as pd
    from prophet import Prophet
except ImportError as error:
    raise MissingExtraError("prophet", "Prophet") from error

_WINDOW_DAYS = 730
logging.getLogger("prophet").setLevel(logging.ERROR)


class ProphetForecaster(Forecaster):
    """Prophet with its defaults (Taylor and Letham 2018); quantiles are those of its predictive samples."""

    name = "prophet"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Iterator[Floats | FitFailed]:
        """Fit one model per listing; days without a price are left out, as Prophet can."""
        for history in panel.histories():
            try:
                model = self._fitted_to(history)
            except (RuntimeError, ValueError, ArithmeticError) as error:
                yield FitFailed(history.listing_id, f"Prophet found no fit: {error}.")
                continue
            days = [history.cutoff + timedelta(days=day) for day in range(1, horizon + 1)]
            with _seeded(self._seed):
                samples = model.predictive_samples(pd.DataFrame({"ds": pd.to_datetime(days)}))["yhat"]
            yield in_order(np.quantile(samples, quantiles, axis=1).T)

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
