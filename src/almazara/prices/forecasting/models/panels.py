"""A panel as one matrix, a column a day, and forecasts of it as tidy tables: what models across series work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from almazara.prices.forecasting.models.base import (
    FORECAST_SCHEMA,
    SMALLEST_PRICE,
    Floats,
    History,
    Refusal,
    histories,
    horizon_of,
    quantiles_of,
    stacked,
)
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, QUANTILE, VALUE

GRID: Final = (*range(1, 15), 17, 21, 25, 30, 37, 45, 60, 90)
"""Days ahead at which quantiles are computed; between them they are interpolated."""
_STALENESS: Final = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90)
QuantilesOfChange = Callable[[int, Sequence[int], np.ndarray, Sequence[float]], Floats]
"""(day, leads, rows, probabilities) -> log changes, shape (rows, leads, probabilities)."""

Learner = Callable[[StepHistory, int], QuantilesOfChange]
"""(history, day) -> the model as it would have been learned on that day."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Daily prices of several listings side by side.

    Attributes:
        names: Listing of each row.
        prices: Shape (listings, days), filled forward; NaN before a listing begins.
        cutoffs: Each listing's last day.
        days: Column of each listing's cutoff.
        stale: Days before the cutoff for which the price was known last.
    """

    names: tuple[str, ...]
    prices: Floats
    cutoffs: tuple[date, ...]
    days: np.ndarray
    stale: np.ndarray

    @classmethod
    def of(cls, listings: Sequence[History]) -> Panel:
        """The panel of some histories."""
        first = min(one.cutoff - timedelta(days=one.prices.size - 1) for one in listings)
        days = np.array([(one.cutoff - first).days for one in listings])
        prices = np.full((len(listings), int(days.max()) + 1), np.nan)
        for row, one, end in zip(prices, listings, days, strict=True):
            row[end - one.prices.size + 1 : end + 1] = one.prices
        stale = np.array([one.stale_days for one in listings])
        return cls(
            tuple(one.listing_id for one in listings),
            filled_forward(prices),
            tuple(one.cutoff for one in listings),
            days,
            stale,
        )


def filled_forward(prices: Floats) -> Floats:
    """Each NaN replaced by the value before it in its row; those before the first value stay."""
    at = np.maximum.accumulate(np.where(np.isnan(prices), 0, np.arange(prices.shape[1])), axis=1)
    return np.asarray(np.take_along_axis(prices, at, axis=1))


def forecast_values(panel: Panel, model: QuantilesOfChange, horizon: int, probabilities: Sequence[float]) -> Floats:
    """Quantiles of the price on each day ahead; shape (listings, horizon, probabilities), positive, never crossing.

    A price that has not been read for some days is forecast as many days further.
    """
    values = np.empty((len(panel.names), horizon, len(probabilities)))
    staleness = np.asarray(_STALENESS)[np.searchsorted(_STALENESS, panel.stale.clip(max=_STALENESS[-1]))]
    for day, stale in sorted(set(zip(panel.days.tolist(), staleness.tolist(), strict=True))):
        rows = np.flatnonzero((panel.days == day) & (staleness == stale))
        ahead = np.arange(1, horizon + 1) + stale
        changes = _on_each_day(lambda leads: model(day, leads, rows, probabilities), ahead)  # noqa: B023 - called here
        values[rows] = panel.prices[rows, day][:, None, None] * np.exp(changes)
    smallest = np.minimum(SMALLEST_PRICE, panel.prices[np.arange(len(panel.names)), panel.days])
    return np.asarray(np.maximum(np.sort(values, axis=2), smallest[:, None, None]))


def _on_each_day(model: Callable[[Sequence[int]], Floats], ahead: np.ndarray) -> Floats:
    """Log changes over each of the rising days `ahead`: computed at the leads of GRID, interpolated between them."""
    longest = int(ahead[-1])
    leads = np.array([*(lead for lead in GRID if lead < longest), longest])
    leads = leads[max(int(np.searchsorted(leads, ahead[0], side="right")) - 1, 0) :]
    found = model(leads.tolist())
    after = np.searchsorted(leads, ahead)
    before = np.where(leads[after] == ahead, after, (after - 1).clip(0))
    share = np.where(after == before, 0.0, (ahead - leads[before]) / np.maximum(leads[after] - leads[before], 1))
    changes: Floats = found[:, before] * (1 - share)[:, None] + found[:, after] * share[:, None]
    return changes


@dataclass(frozen=True, slots=True)
class FittedPanel:
    """A model across series that has seen a panel; behaves as a `FittedForecaster`."""

    panel: Panel | None
    refused: tuple[Refusal, ...]
    model: QuantilesOfChange

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        """See `FittedForecaster.forecast`."""
        quantiles, horizon = quantiles_of(levels), horizon_of(horizon_days)
        if self.panel is None:
            return stacked([])
        return tidy_forecast(self.panel, quantiles, forecast_values(self.panel, self.model, horizon, quantiles))


def fitted_panel(series: pl.DataFrame, learn: Learner) -> FittedPanel:
    """Fit a model across series; what came after a listing's cutoff is not known to any forecast of that listing.

    Args:
        series: A panel (series.SERIES_SCHEMA).
        learn: Makes the model as of a column of the panel's history.
    """
    listings, refused = histories(series)
    if not listings:
        return FittedPanel(None, refused, _stays)
    panel = Panel.of(listings)
    return FittedPanel(panel, refused, panel_model(panel, learn))


def panel_model(panel: Panel, learn: Learner) -> QuantilesOfChange:
    """A model of a panel, for the days of its cutoffs; a panel that never moved has nothing to learn a change from."""
    history = StepHistory.of(panel.prices)
    if not history.changes.any():
        return _stays
    models = {day: learn(history, day) for day in set(panel.days.tolist())}
    return lambda day, leads, rows, probabilities: models[day](day, leads, rows, probabilities)


def _stays(_day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
    return np.zeros((len(rows), len(leads), len(probabilities)))


def tidy_forecast(panel: Panel, probabilities: Sequence[float], values: Floats) -> pl.DataFrame:
    """Forecast values as a frame of FORECAST_SCHEMA, in the order of the panel, then date and quantile."""
    count, horizon, width = values.shape
    cutoffs = pl.Series(panel.cutoffs, dtype=pl.Date).gather(np.repeat(np.arange(count), horizon * width))
    ahead = np.tile(np.repeat(np.arange(1, horizon + 1), width), count)
    return pl.DataFrame(
        {
            LISTING_ID: pl.Series(panel.names, dtype=pl.String).gather(np.repeat(np.arange(count), horizon * width)),
            CUTOFF: cutoffs,
            DATE: cutoffs + pl.Series(ahead) * timedelta(days=1),
            QUANTILE: np.tile(np.asarray(probabilities, dtype=np.float64), count * horizon),
            VALUE: values.ravel(),
        },
        schema=dict(FORECAST_SCHEMA),
    )
