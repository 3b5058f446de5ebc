"""The peers: the naive forecast with conformal intervals, and any registered forecaster, on a dense panel."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import numpy as np
import polars as pl

from almazara.prices.forecasting.batch import QUANTILES
from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.boost import learn_boost
from almazara.prices.forecasting.models.ensemble import Ensemble
from almazara.prices.forecasting.models.mixture import Mixer
from almazara.prices.forecasting.models.panels import Learner, Panel, forecast_values, panel_model
from almazara.prices.forecasting.models.pooled import pooled_changes
from almazara.prices.forecasting.models.steps import learn_steps
from almazara.prices.schema import DATE, LISTING_ID, PRICE, QUANTILE, STATE, VALUE

LEVELS = sorted({round(abs(200 * q - 100)) for q in QUANTILES} - {0})


def naive_conformal(history: np.ndarray, horizon: int, windows: int) -> np.ndarray:
    """Statsforecast's Naive with ConformalIntervals(h=horizon, n_windows=windows).

    It needs two windows; a shorter history takes the same symmetric quantiles from all its own changes so far.
    """
    from statsforecast.models import Naive
    from statsforecast.utils import ConformalIntervals

    values = np.empty((len(history), horizon, len(QUANTILES)))
    for row, prices in zip(values, history, strict=True):
        known = prices[~np.isnan(prices)]
        for lead in range(1, horizon + 1):
            error = np.abs(known[lead:] - known[:-lead]) if known.size > lead else np.zeros(1)
            row[lead - 1] = known[-1] + np.quantile(np.concatenate([-error, error]), QUANTILES)
        if known.size > 2 * horizon:
            model = Naive(prediction_intervals=ConformalIntervals(n_windows=windows, h=horizon))
            found = model.forecast(y=known, h=horizon, level=LEVELS)
            for i, q in enumerate(QUANTILES):
                row[:, i] = found["mean"]
                if q != 0.5:
                    row[:, i] = found[f"{'hi' if q > 0.5 else 'lo'}-{round(abs(200 * q - 100))}"]
    return values


def learners(start: Mixer | None) -> dict[str, Learner]:
    """The models across series, `steps` beginning from this prior (None: the shipped one)."""
    steps = partial(learn_steps, start=start)
    return {
        "last_value": lambda history, _day: pooled_changes(history),
        "steps": steps,
        "boost": learn_boost,
        "ensemble (base)": Ensemble([steps]).learn,
        "ensemble": Ensemble([steps, learn_boost]).learn,
    }


def by_learner(history: np.ndarray, learn: Learner, horizon: int) -> np.ndarray:
    """Quantiles of a model across series."""
    count, days = history.shape
    names, last = tuple(str(i) for i in range(count)), np.full(count, days - 1)
    panel = Panel(names, history, (date(2024, 1, 1),) * count, last, np.zeros(count, dtype=np.int64))
    return forecast_values(panel, panel_model(panel, learn), horizon, QUANTILES)


def by_name(history: np.ndarray, name: str, horizon: int) -> np.ndarray:
    """Quantiles of a registered forecaster; the last price for a series that it refuses."""
    count, days = history.shape
    dates = pl.date_range(date(2020, 1, 1), date(2020, 1, 1) + timedelta(days=days - 1), eager=True)
    frame = pl.DataFrame(
        {
            LISTING_ID: np.repeat([f"{i:06d}" for i in range(count)], days),
            DATE: pl.concat([dates] * count),
            PRICE: history.ravel(),
            STATE: "observed",
        }
    ).with_columns(pl.col(PRICE).fill_nan(None))
    forecast = registry.create(name).fit(frame).forecast(horizon, LEVELS)
    values = np.repeat(history[:, -1], horizon * len(QUANTILES)).reshape(count, horizon, len(QUANTILES))
    found = forecast.sort(LISTING_ID, DATE, QUANTILE)
    rows = found[LISTING_ID].unique(maintain_order=True).cast(pl.Int64).to_numpy()
    values[rows] = found[VALUE].to_numpy().reshape(len(rows), horizon, len(QUANTILES))
    return values
