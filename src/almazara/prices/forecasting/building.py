"""From the daily series of all listings to the forecasts that are kept: backtest, choice per listing, quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from almazara.prices.forecasting import backtest
from almazara.prices.forecasting.kept import (
    HORIZON_DAYS,
    LEVELS,
    QUANTILES,
    Backtested,
    BuiltForecasts,
    Forecasted,
    ForecastIndex,
)
from almazara.prices.forecasting.models.base import Forecaster, Refusal, TooShort
from almazara.prices.forecasting.models.naive import LAST_VALUE, SEASONAL_NAIVE
from almazara.prices.forecasting.models.registry import BOOST, ENSEMBLE, STEPS
from almazara.prices.forecasting.series import DailySeries
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, MODEL, QUANTILE, VALUE

_POOLED: Final = frozenset({LAST_VALUE, SEASONAL_NAIVE, ENSEMBLE, STEPS, BOOST, "lstm"})


def build_forecasts(
    series: DailySeries,
    forecasters: Mapping[str, Forecaster],
    limits: Mapping[str, int],
    champions: Mapping[str, str] | None = None,
) -> BuiltForecasts:
    """Backtest every model on every listing, choose, and forecast each listing with its model.

    A model that raises is left out, and said so in the index; only where the last value itself fails, all do.

    Args:
        series: Daily series up to the common cutoff.
        forecasters: Models by name; `last_value` among them, against which all are measured.
        limits: On how many folds costly models are tried.
        champions: The published model of each listing, which only gives way to one that is not worse.
    """
    results, left_out = _tried(series.frame, forecasters, limits)
    summary = backtest.summarize(results)
    default = ENSEMBLE if ENSEMBLE in forecasters and ENSEMBLE not in left_out else LAST_VALUE
    chosen = backtest.keep_champions(backtest.select(summary, default=default), champions or {}, summary)
    models = {listing_id: chosen.get(listing_id, default) for listing_id in series.frame[LISTING_ID].unique()}
    refused: dict[str, str] = {}
    tables = []
    # The last value comes last, because it takes over the listings that another model could not be fitted to.
    for model in sorted(forecasters, key=lambda name: (name == LAST_VALUE, name)):
        members = sorted(listing_id for listing_id, name in models.items() if name == model)
        if not members and model != LAST_VALUE:
            continue  # nothing to fit: loading a heavy library for it may take longer than all the rest
        try:
            table, failed = _forecast_with(forecasters[model], series.frame, members)
        except Exception as error:  # noqa: BLE001 - as in _tried
            left_out[model] = _failure(model, error)
            models |= dict.fromkeys(members, LAST_VALUE)
            continue
        tables.append(table)
        for one in failed:
            if model == LAST_VALUE or isinstance(one, TooShort):
                refused[one.listing_id] = one.reason
            else:
                models[one.listing_id] = LAST_VALUE
    return _packed(pl.concat(tables), series.currencies, summary, refused, left_out)


def _tried(
    panel: pl.DataFrame, forecasters: Mapping[str, Forecaster], limits: Mapping[str, int]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The backtest's results of the models that work, and how the others failed."""
    tables: list[pl.DataFrame] = []
    left_out: dict[str, str] = {}
    for name, forecaster in forecasters.items():
        try:
            tables.append(backtest.run(panel, [forecaster], backtest.BacktestPlan(), limits=limits))
        except Exception as error:  # noqa: BLE001 - a library may raise anything, and must not take the others down
            left_out[name] = _failure(name, error)
    return pl.concat(tables), left_out


def _failure(model: str, error: Exception) -> str:
    """How a model failed; without the last value there is nothing to fall back to."""
    if model == LAST_VALUE:
        raise error
    return f"{type(error).__name__}: {error}"


def _forecast_with(
    forecaster: Forecaster, panel: pl.DataFrame, members: list[str]
) -> tuple[pl.DataFrame, list[Refusal]]:
    """The forecasts of the members, and those that were refused; some pool what the whole panel knows."""
    own = panel.filter(pl.col(LISTING_ID).is_in(members))
    fitted = forecaster.fit(panel if members and forecaster.name in _POOLED else own)
    table = fitted.forecast(HORIZON_DAYS, LEVELS).filter(pl.col(LISTING_ID).is_in(members))
    refused = [one for one in fitted.refused if one.listing_id in members]
    return table.with_columns(pl.lit(forecaster.name).alias(MODEL)), refused


def _packed(
    table: pl.DataFrame,
    currencies: Mapping[str, str],
    summary: pl.DataFrame,
    refused: dict[str, str],
    left_out: dict[str, str],
) -> BuiltForecasts:
    if table.is_empty():
        return BuiltForecasts(ForecastIndex({}, refused, left_out), np.zeros((0, HORIZON_DAYS, len(QUANTILES))))
    ordered = table.sort(LISTING_ID, DATE, QUANTILE)
    values = ordered[VALUE].to_numpy().reshape(-1, HORIZON_DAYS, len(QUANTILES))
    first = ordered.unique(LISTING_ID, keep="first", maintain_order=True)
    forecasts = {
        listing_id: Forecasted(model, cutoff.isoformat(), currencies[listing_id], _backtested(summary, listing_id))
        for listing_id, cutoff, model in first.select(LISTING_ID, CUTOFF, MODEL).iter_rows()
    }
    return BuiltForecasts(ForecastIndex(forecasts, refused, left_out), values)


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
