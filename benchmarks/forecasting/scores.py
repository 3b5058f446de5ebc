"""How forecasts of a day are scored: errors are shares of the last price."""

from __future__ import annotations

import numpy as np

from almazara.prices.forecasting.batch import QUANTILES
from almazara.prices.forecasting.chances import Chances
from almazara.prices.forecasting.metrics import crps
from almazara.prices.forecasting.models.conformal import transforms

MIDDLE = QUANTILES.index(0.5)
_SURE = 0.005  # as sure as a forecast of 21 quantiles can be
_SAME = 1e-6


def scored(history: np.ndarray, future: np.ndarray, values: np.ndarray, horizon: int) -> dict[str, np.ndarray]:
    """Per series, of day h.

    `crps` is a plain mean over the 21 quantiles 0.025, 0.05, 0.1 ... 0.95, 0.975; `brier` and `log` are of the chance
    that the price differs from the last; `changed` says whether it does. `cover_80` and `cover_95` are the chances that
    the randomized probability integral transform (Czado, Gneiting and Held 2009) lies between 0.1 and 0.9, 0.025 and
    0.975: where much of the mass is at one price, counting the prices within an interval would only bound them.

    Args:
        history: Shape (series, days).
        future: Shape (series, at least horizon).
        values: Quantiles of the price, shape (series, at least horizon, 21).
        horizon: Day h.
    """
    last = history[:, -1]
    actual, said = future[:, horizon - 1] / last, values[:, horizon - 1] / last[:, None]
    changed = np.abs(actual - 1) > _SAME
    chance = Chances.of(said, QUANTILES, 1.0).change.clip(_SURE, 1 - _SURE)
    below, upto = transforms(said, actual)

    def covered(low: float, high: float) -> np.ndarray:
        return (np.minimum(upto, high) - np.maximum(below, low)).clip(0) / np.maximum(upto - below, _SAME)

    return {
        "crps": crps(actual, said, QUANTILES),
        "mae": np.abs(actual - said[:, MIDDLE]),
        "brier": (chance - changed) ** 2,
        "log": -np.log(np.where(changed, chance, 1 - chance)),
        "changed": changed,
        "cover_80": covered(0.1, 0.9),
        "cover_95": covered(0.025, 0.975),
    }
