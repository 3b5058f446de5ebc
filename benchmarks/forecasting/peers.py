"""The peers: the naive forecast with conformal intervals, and any registered forecaster, on a dense panel."""

from __future__ import annotations

from datetime import date

import numpy as np

from almazara.prices.forecasting.batch import QUANTILES
from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.across import Learner, group_numbers, price_quantiles
from almazara.prices.forecasting.models.boost import Boost
from almazara.prices.forecasting.models.classes import learned
from almazara.prices.forecasting.models.ensemble import Ensemble
from almazara.prices.forecasting.models.mixture import Mixer
from almazara.prices.forecasting.models.naive import pooled_changes
from almazara.prices.forecasting.models.steps import Steps
from almazara.prices.forecasting.panel import Panel
from panels import Task

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
    steps, boost = Steps(start).learn, Boost().learn
    return {
        "last_value": lambda history, _day: pooled_changes(history),
        "steps": steps,
        "boost": boost,
        "ensemble (base)": Ensemble([steps]).learn,
        "ensemble without classes": Ensemble([steps, boost]).learn,
        "ensemble": Ensemble([steps, boost], learned).learn,
    }


def panel_of(task: Task, some: slice = slice(None)) -> Panel:
    return Panel.whole(task.series[some].tolist(), date(2020, 1, 1), task.history[some])


def by_learner(task: Task, learn: Learner, horizon: int, parts: int = 1) -> np.ndarray:
    """Quantiles of a model across series, or across those of each part of them."""
    values = np.empty((len(task.history), horizon, len(QUANTILES)))
    for first in range(parts):
        panel = panel_of(task, slice(first, None, parts))
        values[first::parts] = price_quantiles(
            (panel.prices, panel.ends, group_numbers(panel.names)), learn, horizon, QUANTILES
        )
    return values


def by_name(task: Task, name: str, horizon: int) -> np.ndarray:
    """Quantiles of a registered forecaster; the last price for a series that it refuses."""
    values = registry.create(name).forecast(panel_of(task), horizon, LEVELS).values
    return np.where(np.isnan(values), task.history[:, -1, None, None], values)
