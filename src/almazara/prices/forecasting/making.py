"""Makes the forecasts that are published, from the panel of all listings: backtest, choice per listing, quantiles."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl

from almazara.prices.forecasting import backtest, published
from almazara.prices.forecasting.models.forecaster import Forecast, Forecaster, TooShort, long_enough
from almazara.prices.forecasting.models.naive import LAST_VALUE
from almazara.prices.forecasting.models.registry import ENSEMBLE
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.published import HORIZON_DAYS, LEVELS, Backtested, Forecasts
from almazara.prices.schema import LISTING_ID, MODEL

CHALLENGED: Final = 100


def build_forecasts(
    panel: Panel,
    forecasters: Mapping[str, Forecaster],
    challengers: Mapping[str, Forecaster] = MappingProxyType({}),
    champions: Mapping[str, str] = MappingProxyType({}),
) -> Forecasts:
    """Backtest every model on every listing, choose, and forecast each listing with its model.

    A model that raises is left out, and said so in the index; only where the last value itself fails, all do.

    Args:
        panel: Daily prices up to the common cutoff.
        forecasters: Models by name; `last_value` among them, against which all are measured.
        challengers: More of them, mostly costly: they are tried on, and may be chosen for, CHALLENGED listings at most.
        champions: The published model of each listing, which only gives way to one that is not worse.
    """
    scores, left_out = _tried(panel, forecasters, challengers)
    forecasters = {**forecasters, **challengers}
    summary = backtest.summarize(scores)
    default = ENSEMBLE if ENSEMBLE in forecasters and ENSEMBLE not in left_out else LAST_VALUE
    chosen = backtest.keep_champions(backtest.select(summary, default=default), champions, summary)
    models = {listing_id: chosen.get(listing_id, default) for listing_id in panel.names}
    refused: dict[str, str] = {}
    values = np.full((len(panel.names), HORIZON_DAYS, len(published.QUANTILES)), np.nan)
    # The last value comes last, because it takes over the listings that another model could not be fitted to.
    for model in sorted(forecasters, key=lambda name: (name == LAST_VALUE, name)):
        rows = [row for row, listing_id in enumerate(panel.names) if models[listing_id] == model]
        if not rows:
            continue  # nothing to fit: loading a heavy library for it may take longer than all the rest
        try:
            found = _forecast_with(forecasters[model], panel, rows)
        except Exception as error:  # noqa: BLE001 - as in _tried
            left_out[model] = _failure(model, error)
            models |= {panel.names[row]: LAST_VALUE for row in rows}
            continue
        values[rows] = found.values
        for one in found.refused:
            if model == LAST_VALUE or isinstance(one, TooShort):
                refused[one.listing_id] = one.reason
            else:
                models[one.listing_id] = LAST_VALUE
    made = np.flatnonzero(~np.isnan(values).all(axis=(1, 2)))
    of, last = panel.of(made), panel.last_prices()
    forecasts = {
        name: published.Forecasted(
            models[name], cutoff.isoformat(), currency or "", _backtested(summary, name), last.get(name)
        )
        for name, cutoff, currency in zip(of.names, of.cutoffs, of.currencies, strict=True)
    }
    return Forecasts(published.ForecastIndex(forecasts, refused, left_out), values[made])


def _tried(
    panel: Panel, forecasters: Mapping[str, Forecaster], challengers: Mapping[str, Forecaster]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The backtest's scores of the models that work, and how the others failed."""
    tables: list[pl.DataFrame] = []
    left_out: dict[str, str] = {}
    plan, old_enough = backtest.BacktestPlan(), long_enough(panel)[0]
    # By their names, so that a product that comes or goes costs hardly another one its place.
    drawn = set(sorted((panel.names[row] for row in old_enough), key=_drawn_by)[:CHALLENGED])
    for name, forecaster in (*forecasters.items(), *challengers.items()):
        some = drawn if name in challengers else None
        few = replace(plan, folds=backtest.MIN_FOLDS) if name in challengers else plan
        try:
            tables.append(backtest.run(panel, [forecaster], few, some))
        except Exception as error:  # noqa: BLE001 - a library may raise anything, and must not take the others down
            left_out[name] = _failure(name, error)
    return pl.concat(tables), left_out


def _drawn_by(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def _failure(model: str, error: Exception) -> str:
    """How a model failed; without the last value there is nothing to fall back to."""
    if model == LAST_VALUE:
        raise error
    return f"{type(error).__name__}: {error}"


def _forecast_with(forecaster: Forecaster, panel: Panel, rows: list[int]) -> Forecast:
    """The forecast of some rows; some models pool what the whole panel knows."""
    if not forecaster.pools:
        return forecaster.forecast(panel.of(rows), HORIZON_DAYS, LEVELS)
    found, members = forecaster.forecast(panel, HORIZON_DAYS, LEVELS), {panel.names[row] for row in rows}
    return Forecast(found.values[rows], tuple(one for one in found.refused if one.listing_id in members))


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
