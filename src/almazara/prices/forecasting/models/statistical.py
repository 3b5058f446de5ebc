"""The classical models of single series, by statsforecast (extra `stats`); imported here and nowhere else.

All of them see the logarithms of the prices, which keeps the quantiles positive and makes moves proportional. Days
without a price hold the last known one, because these models know no gaps; a model is fitted up to the last known
price and forecasts from there.
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np

from almazara.errors import MissingExtraError
from almazara.prices.forecasting.models.forecaster import MEDIAN, FitFailed, Forecaster, in_order
from almazara.prices.forecasting.panel import Floats, History, Panel

try:
    from statsforecast.models import (
        AutoARIMA,
        AutoCES,
        AutoETS,
        DynamicOptimizedTheta,
        RandomWalkWithDrift,
        SimpleExponentialSmoothingOptimized,
    )
    from statsforecast.mstl import mstl
except ImportError as error:
    raise MissingExtraError("stats", "Classical forecasting") from error

_WINDOW = 365  # a year of days; a fit's cost grows with it and older ones carry almost no weight
_CYCLES = 10  # or as many of the longest season
_log, _exp = np.vectorize(math.log, otypes=[float]), np.vectorize(math.exp, otypes=[float])
_FIT_ERRORS = (RuntimeError, ValueError, ArithmeticError, IndexError)
_Fitted = tuple[Any, tuple[Floats, ...]]
"""A fitted model, None for a constant series, and the newest cycle of each season, which its forecast gets back."""


class _Univariate(Forecaster):
    """One model per listing; a constant series needs none.

    Args:
        season_lengths: Of the seasons that are taken out first by repeated loess (MSTL; Bandara, Hyndman and Bergmeir
            2021) and put back as they were last. Prices of shops have none worth it, so there are none by default.
    """

    _model: "ClassVar[staticmethod[[], Any]]"
    """Makes a model of statsforecast, not yet fitted."""

    def __init__(self, season_lengths: Sequence[int] = ()) -> None:
        self._season_lengths = tuple(sorted(season_lengths))
        self._window = max(_WINDOW, _CYCLES * max(self._season_lengths, default=0))

    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Iterator[Floats | FitFailed]:
        """Fit one model per listing."""
        for history in panel.histories():
            try:
                model = self._fitted_to(np.log(history.until_last_price[-self._window :]))
            except _FIT_ERRORS as error:
                yield FitFailed(history.listing_id, f"{self.name} found no fit: {error}.")
            else:
                yield in_order(_quantile_values(history, model, horizon, quantiles))

    def _fitted_to(self, logs: Floats) -> _Fitted:
        adjusted, cycles = _without_seasons(logs, self._season_lengths)
        if np.ptp(adjusted) == 0:
            return None, ()
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            # The searches try parameters that overflow, and drop them.
            return self._model().fit(adjusted), cycles


def _without_seasons(logs: Floats, season_lengths: Sequence[int]) -> tuple[Floats, tuple[Floats, ...]]:
    """The series without its seasons, and the newest cycle of each; a season needs more than two cycles."""
    lengths = [length for length in season_lengths if logs.size > 2 * length]
    if not lengths or np.ptp(logs) == 0:
        return logs, ()
    parts = mstl(logs, lengths).filter(like="seasonal").to_numpy()
    return logs - parts.sum(axis=1), tuple(parts[-length:, i] for i, length in enumerate(lengths))


class Drift(_Univariate):
    """The last value, and the average change per day since the first (Hyndman and Athanasopoulos 2021, section 5.2)."""

    name = "drift"
    _model = staticmethod(RandomWalkWithDrift)


class SimpleExponentialSmoothing(_Univariate):
    """A weighted mean of the past, newer days weighing more (Brown 1956), the rate fitted; flat forecasts."""

    name = "ses"
    _model = staticmethod(SimpleExponentialSmoothingOptimized)


class ExponentialSmoothing(_Univariate):
    """AutoETS (Hyndman and Khandakar 2008): error and damped trend by AICc, its own intervals."""

    name = "ets"
    _model = staticmethod(partial(AutoETS, season_length=1, model="ZZN", damped=True))


class Theta(_Univariate):
    """The dynamic optimized theta model (Fiorucci et al. 2016)."""

    name = "theta"
    _model = staticmethod(partial(DynamicOptimizedTheta, season_length=1))


class ComplexExponentialSmoothing(_Univariate):
    """CES (Svetunkov, Kourentzes and Ord 2022); its intervals hardly widen with the horizon."""

    name = "ces"
    _model = staticmethod(partial(AutoCES, season_length=1, model="N"))


class Arima(_Univariate):
    """AutoARIMA: orders by stepwise search over AICc (Hyndman and Khandakar 2008)."""

    name = "arima"
    _model = staticmethod(partial(AutoARIMA, season_length=1))


def _quantile_values(history: History, model: _Fitted, horizon: int, quantiles: Sequence[float]) -> Floats:
    fitted, cycles = model
    if fitted is None:
        return np.full((horizon, len(quantiles)), history.last)
    ahead = horizon + history.stale_days
    found = fitted.predict(h=ahead, level=[_level(q) for q in quantiles if q > MEDIAN])
    columns = [
        found["mean"] if q == MEDIAN else found[f"{'hi' if q > MEDIAN else 'lo'}-{_level(q)}"] for q in quantiles
    ]
    seasonal = sum((np.resize(cycle, ahead) for cycle in cycles), np.zeros(ahead))
    values: Floats = np.exp(np.column_stack(columns) + seasonal[:, None])[-horizon:]
    return values


def _level(quantile: float) -> int:
    """The interval level in percent that has `quantile` as one end."""
    return round(abs(200 * quantile - 100))


class Combination(Forecaster):
    """The mean of SES, AutoETS, theta, CES and AutoARIMA, quantile by quantile, of logarithms.

    After Petropoulos and Svetunkov (2020), who take the median of the last four; on the ends of M4's training parts the
    mean with SES did better. Means of rising quantiles rise (Lichtendahl, Grushka-Cockayne and Winkler 2013). A member
    that finds no fit for a listing is left out there.
    """

    name = "combination"
    members = (SimpleExponentialSmoothing, ExponentialSmoothing, Theta, ComplexExponentialSmoothing, Arima)

    def __init__(self, season_lengths: Sequence[int] = ()) -> None:
        self._members = tuple(member(season_lengths) for member in self.members)

    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Iterator[Floats | FitFailed]:
        """Fit every member; where none finds a fit, the first one says why."""
        for found in zip(*(member.by_listing(panel, horizon, quantiles) for member in self._members), strict=True):
            fitted = [one for one in found if not isinstance(one, FitFailed)]
            yield _mean(fitted) if fitted else found[0]


def _mean(values: Sequence[Floats]) -> Floats:
    """The geometric mean; by the C library, whose logarithms are the same on every processor, NumPy's are not."""
    logs = _log(np.sort(values, axis=0))
    return np.asarray(_exp(sum(logs) / len(logs)))
