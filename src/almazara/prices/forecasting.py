"""From the daily series of all listings to the forecasts that are kept: backtest, choice per listing, quantiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from almazara.errors import InputError, NotFoundError
from almazara.prices import backtest
from almazara.prices.forecasters.base import Forecaster, Refusal, TooShort
from almazara.prices.forecasters.naive import LAST_VALUE, SEASONAL_NAIVE
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, MODEL, QUANTILE, VALUE
from almazara.prices.series import DailySeries

HORIZON_DAYS: Final = 90
_POOLED: Final = frozenset({LAST_VALUE, SEASONAL_NAIVE})
LEVELS: Final = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98)
QUANTILES: Final = tuple(sorted({0.5, *((100 - v) / 200 for v in LEVELS), *((100 + v) / 200 for v in LEVELS)}))


@dataclass(frozen=True, slots=True)
class Backtested:
    """How a model did on a listing's past, beside the last value; ratios below 1 are better than doing nothing."""

    model: str
    folds: int
    mae: float
    mae_ratio: float | None
    crps_ratio: float | None
    coverage_80: float


@dataclass(frozen=True, slots=True)
class Forecasted:
    """What is known of one listing's forecast; its values are a row of the array."""

    model: str
    cutoff: str
    currency: str
    backtest: list[Backtested]


@dataclass(frozen=True, slots=True)
class ForecastIndex:
    """All listings: those forecast, in order of the array's rows, and why the others are not."""

    forecasts: dict[str, Forecasted]
    refused: dict[str, str]


@dataclass(frozen=True, slots=True)
class BuiltForecasts:
    """What is published: the index, and values of shape (listings, HORIZON_DAYS, len(QUANTILES))."""

    index: ForecastIndex
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class QuantileForecast:
    """One listing's answer: dated values by quantile."""

    listing_id: str
    about: Forecasted
    dates: list[date]
    quantiles: list[float]
    values: np.ndarray


class Forecasts:
    """Reads what `build_forecasts` made."""

    def __init__(self, index: ForecastIndex, values: np.ndarray) -> None:
        self.index = index
        self._values = values
        self._rows = {listing_id: row for row, listing_id in enumerate(index.forecasts)}

    def of(self, listing_id: str, horizon_days: int, levels: Sequence[int]) -> QuantileForecast:
        """Quantiles for the days after the cutoff.

        Raises:
            InputError: for a horizon or level that is not kept, or a listing whose history is too short.
            NotFoundError: for a listing that no forecast was made for.
        """
        if not 1 <= horizon_days <= HORIZON_DAYS:
            raise InputError(f"horizon is {horizon_days}: ask for 1 to {HORIZON_DAYS} days.")
        if unknown := [level for level in levels if level not in LEVELS]:
            raise InputError(f"levels holds {unknown[0]}: choose among {', '.join(map(str, LEVELS))}.")
        if listing_id in self.index.refused:
            raise InputError(self.index.refused[listing_id])
        if listing_id not in self._rows:
            raise NotFoundError(f"There is no forecast of {listing_id} yet: POST /retrain makes one.")
        about = self.index.forecasts[listing_id]
        wanted = sorted({0.5, *((100 - v) / 200 for v in levels), *((100 + v) / 200 for v in levels)})
        columns = [QUANTILES.index(quantile) for quantile in wanted]
        first = date.fromisoformat(about.cutoff)
        dates = [first + timedelta(days=day) for day in range(1, horizon_days + 1)]
        values = self._values[self._rows[listing_id], :horizon_days][:, columns]
        return QuantileForecast(listing_id, about, dates, wanted, values)


def build_forecasts(
    series: DailySeries, forecasters: Mapping[str, Forecaster], limits: Mapping[str, int]
) -> BuiltForecasts:
    """Backtest every model on every listing, choose, and forecast each listing with its model.

    Args:
        series: Daily series up to the common cutoff.
        forecasters: Models by name; `last_value` among them, against which all are measured.
        limits: On how many folds costly models are tried.
    """
    results = backtest.run(series.frame, list(forecasters.values()), backtest.BacktestPlan(), limits=limits)
    summary = backtest.summarize(results)
    chosen = backtest.select(summary)
    models = {listing_id: chosen.get(listing_id, LAST_VALUE) for listing_id in series.frame[LISTING_ID].unique()}
    refused: dict[str, str] = {}
    tables = []
    # The last value comes last, because it takes over the listings that another model could not be fitted to.
    for model in sorted(forecasters, key=lambda name: (name == LAST_VALUE, name)):
        members = sorted(listing_id for listing_id, name in models.items() if name == model)
        table, failed = _forecast_with(forecasters[model], series.frame, members)
        tables.append(table)
        for one in failed:
            if model == LAST_VALUE or isinstance(one, TooShort):
                refused[one.listing_id] = one.reason
            else:
                models[one.listing_id] = LAST_VALUE
    return _packed(pl.concat(tables), series.currencies, summary, refused)


def _forecast_with(
    forecaster: Forecaster, panel: pl.DataFrame, members: list[str]
) -> tuple[pl.DataFrame, list[Refusal]]:
    """The forecasts of the members, and those that were refused; the baselines pool what the whole panel knows."""
    own = panel.filter(pl.col(LISTING_ID).is_in(members))
    fitted = forecaster.fit(panel if members and forecaster.name in _POOLED else own)
    table = fitted.forecast(HORIZON_DAYS, LEVELS).filter(pl.col(LISTING_ID).is_in(members))
    refused = [one for one in fitted.refused if one.listing_id in members]
    return table.with_columns(pl.lit(forecaster.name).alias(MODEL)), refused


def _packed(
    table: pl.DataFrame, currencies: Mapping[str, str], summary: pl.DataFrame, refused: dict[str, str]
) -> BuiltForecasts:
    if table.is_empty():
        return BuiltForecasts(ForecastIndex({}, refused), np.zeros((0, HORIZON_DAYS, len(QUANTILES))))
    ordered = table.sort(LISTING_ID, DATE, QUANTILE)
    values = ordered[VALUE].to_numpy().reshape(-1, HORIZON_DAYS, len(QUANTILES))
    first = ordered.unique(LISTING_ID, keep="first", maintain_order=True)
    forecasts = {
        listing_id: Forecasted(model, cutoff.isoformat(), currencies[listing_id], _backtested(summary, listing_id))
        for listing_id, cutoff, model in first.select(LISTING_ID, CUTOFF, MODEL).iter_rows()
    }
    return BuiltForecasts(ForecastIndex(forecasts, refused), values)


def _backtested(summary: pl.DataFrame, listing_id: str) -> list[Backtested]:
    rows = summary.filter(pl.col(LISTING_ID) == listing_id).sort(backtest.CRPS_RATIO, MODEL)
    return [
        Backtested(
            model=row[MODEL],
            folds=row[backtest.FOLDS],
            mae=row[backtest.MAE],
            mae_ratio=_finite(row[backtest.MAE_RATIO]),
            crps_ratio=_finite(row[backtest.CRPS_RATIO]),
            coverage_80=row[backtest.COVERAGE_80],
        )
        for row in rows.iter_rows(named=True)
    ]


def _finite(ratio: float) -> float | None:
    """JSON knows no infinity; a ratio to a last value that made no error at all says nothing."""
    return ratio if np.isfinite(ratio) else None
