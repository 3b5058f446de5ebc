"""How forecasts are scored: shares of the last price, averaged over all series and cutoffs of a panel."""

from __future__ import annotations

import numpy as np

from almazara.prices.forecasting.batch import QUANTILES
from almazara.prices.forecasting.metrics import crps

LOW_80, HIGH_80, LOW_95, HIGH_95, MIDDLE = (QUANTILES.index(q) for q in (0.1, 0.9, 0.025, 0.975, 0.5))


def scored(history: np.ndarray, future: np.ndarray, values: np.ndarray, horizon: int) -> dict[str, np.ndarray]:
    """Per series: crps and mae at day h and over days 1..h, cover at day h.

    The CRPS is a plain mean over the 21 quantiles 0.025, 0.05, 0.1 ... 0.95, 0.975.

    Args:
        history: Shape (series, days).
        future: Shape (series, at least horizon).
        values: Quantiles of the price, shape (series, at least horizon, 21).
        horizon: Day h.
    """
    last = history[:, -1:]
    actual, said = future[:, :horizon] / last, values[:, :horizon] / last[..., None]
    loss, error = crps(actual, said, QUANTILES), np.abs(actual - said[..., MIDDLE])
    slack = 1e-7
    inside = [
        (said[..., low] <= actual + slack) & (actual <= said[..., high] + slack)
        for low, high in ((LOW_80, HIGH_80), (LOW_95, HIGH_95))
    ]
    return {
        "crps": loss[:, -1],
        "crps_path": loss.mean(axis=1),
        "mae": error[:, -1],
        "mae_path": error.mean(axis=1),
        "cover_80": inside[0][:, -1],
        "cover_95": inside[1][:, -1],
        "point_mass": (said[..., HIGH_80] == said[..., LOW_80])[:, -1],
    }
