"""A simple combination of the classical models, which is hard to beat on smooth series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from almazara.prices.forecasting.models.base import FORECAST_SCHEMA, FittedForecaster, Forecaster, Refusal
from almazara.prices.forecasting.models.statistical import (
    Arima,
    ComplexExponentialSmoothing,
    ExponentialSmoothing,
    SimpleExponentialSmoothing,
    Theta,
)
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, QUANTILE, VALUE

COMBINATION = "combination"
MEMBERS = (SimpleExponentialSmoothing, ExponentialSmoothing, Theta, ComplexExponentialSmoothing, Arima)
_TASK = [LISTING_ID, CUTOFF, DATE, QUANTILE]


@dataclass(frozen=True, slots=True)
class _Fitted:
    members: tuple[FittedForecaster, ...]

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """The listings that no member forecasts, with the first member's reason."""
        first, *others = ({one.listing_id: one for one in member.refused} for member in self.members)
        return tuple(one for listing_id, one in first.items() if all(listing_id in other for other in others))

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        tables = [member.forecast(horizon_days, levels) for member in self.members]
        mean = pl.concat(tables).group_by(_TASK).agg(pl.col(VALUE).sort().log().mean().exp())
        return mean.select(list(FORECAST_SCHEMA)).sort(_TASK)


class Combination:
    """The mean of SES, AutoETS, theta, CES and AutoARIMA, quantile by quantile, of logarithms.

    After Petropoulos and Svetunkov (2020), who take the median of the last four; on the ends of M4's training parts the
    mean with SES did better. Means of rising quantiles rise (Lichtendahl, Grushka-Cockayne and Winkler 2013). A member
    that finds no fit for a listing is left out there.

    Args:
        season_lengths: As in the members.
    """

    name = COMBINATION

    def __init__(self, season_lengths: Sequence[int] = ()) -> None:
        self._members: tuple[Forecaster, ...] = tuple(member(season_lengths) for member in MEMBERS)

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Fit every member."""
        return _Fitted(tuple(member.fit(series) for member in self._members))
