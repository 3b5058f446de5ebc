"""A simple combination of the classical models, which is hard to beat on smooth series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from almazara.prices.forecasters.base import FORECAST_SCHEMA, FittedForecaster, Forecaster, Refusal
from almazara.prices.forecasters.statistical import Arima, ComplexExponentialSmoothing, ExponentialSmoothing, Theta
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, QUANTILE, VALUE

COMBINATION = "combination"
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
        middle = pl.concat(tables).group_by(_TASK).agg(pl.col(VALUE).median())
        return middle.select(list(FORECAST_SCHEMA)).sort(_TASK)


class Combination:
    """The median of AutoETS, theta, CES and AutoARIMA, quantile by quantile (Petropoulos and Svetunkov 2020).

    The median of rising quantiles rises, and one member gone astray does not move it; a member that finds no fit for a
    listing is left out there.

    Args:
        season_lengths: As in the members.
    """

    name = COMBINATION

    def __init__(self, season_lengths: Sequence[int] = ()) -> None:
        members = (ExponentialSmoothing, Theta, ComplexExponentialSmoothing, Arima)
        self._members: tuple[Forecaster, ...] = tuple(member(season_lengths) for member in members)

    def fit(self, series: pl.DataFrame) -> _Fitted:
        """Fit every member."""
        return _Fitted(tuple(member.fit(series) for member in self._members))
