"""The classical models of single series, by statsforecast (extra `stats`); imported here and nowhere else.

All of them see the logarithms of the prices, which keeps the quantiles positive and makes moves proportional. Days
without a price hold the last known one, because these models know no gaps; a model is fitted up to the last known
price and forecasts from there.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

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
    from statsforecast.models import (
        AutoARIMA,
        AutoCES,
        AutoETS,
        AutoTheta,
        RandomWalkWithDrift,
        SimpleExponentialSmoothingOptimized,
    )
except ImportError as error:
    raise MissingExtraError("stats", "The classical models") from error

_WINDOW_DAYS = 365  # a year of days; a fit's cost grows with it and older ones carry almost no weight
_FIT_ERRORS = (RuntimeError, ValueError, ArithmeticError, IndexError)


@dataclass(frozen=True, slots=True)
class _Fitted:
    models: tuple[tuple[History, Any], ...]
    refused: tuple[Refusal, ...]

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        quantiles = quantiles_of(levels)
        horizon = horizon_of(horizon_days)
        return stacked([tidy(h, quantiles, _quantile_values(h, model, horizon, quantiles)) for h, model in self.models])


class _Univariate(ABC):
    """One model per listing; a constant series needs none."""

    name: ClassVar[str]

    @abstractmethod
    def _model(self) -> Any:  # noqa: ANN401 - statsforecast has no types
        """A model of statsforecast, not yet fitted."""

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Fit one model per listing."""
        models: list[tuple[History, Any]] = []
        listings, refused = histories(series)
        failed: list[Refusal] = []
        for history in listings:
            try:
                models.append((history, self._fitted_to(np.log(history.until_last_price[-_WINDOW_DAYS:]))))
            except _FIT_ERRORS as error:
                failed.append(FitFailed(history.listing_id, f"{self.name} found no fit: {error}."))
        return _Fitted(tuple(models), (*refused, *failed))

    def _fitted_to(self, logs: Floats) -> Any:  # noqa: ANN401
        if np.ptp(logs) == 0:
            return None
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # the searches try parameters that overflow, and drop them
            return self._model().fit(logs)


class Drift(_Univariate):
    """The last value, and the average change per day since the first (Hyndman and Athanasopoulos 2021, section 5.2)."""

    name = "drift"

    def _model(self) -> Any:  # noqa: ANN401
        return RandomWalkWithDrift()


class SimpleExponentialSmoothing(_Univariate):
    """A weighted mean of the past, newer days weighing more (Brown 1956), the rate fitted; flat forecasts."""

    name = "ses"

    def _model(self) -> Any:  # noqa: ANN401
        return SimpleExponentialSmoothingOptimized()


class ExponentialSmoothing(_Univariate):
    """AutoETS without season (Hyndman and Khandakar 2008): error and damped trend by AICc, its own intervals."""

    name = "ets"

    def _model(self) -> Any:  # noqa: ANN401
        return AutoETS(season_length=1, model="ZZN", damped=True)


class Theta(_Univariate):
    """The best of four theta models (Fiorucci et al. 2016), without season."""

    name = "theta"

    def _model(self) -> Any:  # noqa: ANN401
        return AutoTheta(season_length=1)


class ComplexExponentialSmoothing(_Univariate):
    """CES without season (Svetunkov, Kourentzes and Ord 2022); its intervals hardly widen with the horizon."""

    name = "ces"

    def _model(self) -> Any:  # noqa: ANN401
        return AutoCES(season_length=1, model="N")


class Arima(_Univariate):
    """AutoARIMA without season: orders by stepwise search over AICc (Hyndman and Khandakar 2008)."""

    name = "arima"

    def _model(self) -> Any:  # noqa: ANN401
        return AutoARIMA(season_length=1)


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
