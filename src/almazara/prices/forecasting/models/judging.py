"""A backtest within a panel: what models of some weeks ago said of the days since, and which is to be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from almazara.prices.forecasting.metrics import crps
from almazara.prices.forecasting.models.across import QuantilesOfChange
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.steps import LEADS
from almazara.prices.forecasting.panel import Floats

PROBABILITIES: Final = tuple(((np.arange(40) + 0.5) / 40).tolist())
_MIN_AGE: Final = 14
_SHARE_JUDGED: Final = 0.35
_FEWEST_DAYS, _MOST_DAYS = 10, 150
_ORIGINS: Final = 6
_DRAWS: Final = 400


@dataclass(frozen=True, slots=True)
class Judged:
    """One lead of the backtest.

    Attributes:
        rows: Listing of each example.
        days: Column of each example.
        quantiles: Log changes of each model at PROBABILITIES, shape (models, examples, levels).
        moved: What came, shape (examples,).
    """

    lead: int
    rows: np.ndarray
    days: np.ndarray
    quantiles: Floats
    moved: Floats

    def mixed(self, shares: Sequence[float]) -> Judged:
        """The same of the models' average with these shares, as the only model."""
        return replace(self, quantiles=np.tensordot(np.asarray(shares), self.quantiles, axes=1)[None])

    def losses(self) -> Floats:
        """CRPS of each model, in log changes; shape (models, examples)."""
        return crps(np.broadcast_to(self.moved, self.quantiles.shape[:2]), self.quantiles, PROBABILITIES)


def first_judged(history: StepHistory, last_day: int) -> int:
    """The column from which on days are judged: a third of the history, 10 to 150 days."""
    known = last_day - int(history.begins.min())
    return last_day - int(np.clip(_SHARE_JUDGED * known, _FEWEST_DAYS, _MOST_DAYS))


def judge(history: StepHistory, models: Sequence[QuantilesOfChange], first: int, last: int) -> list[Judged]:
    """Forecasts from days of `first` on, as far as their outcome is known by `last`."""
    found = []
    for lead in (lead for lead in LEADS if last - lead >= first):
        days = np.unique(np.linspace(first, last - lead, _ORIGINS).astype(np.int64)).tolist()
        asked = [(day, np.flatnonzero(history.begins <= day - _MIN_AGE + 1)) for day in days]
        asked = [(day, rows) for day, rows in asked if len(rows)]
        if not asked:
            continue
        said = [
            np.concatenate([model(day, [lead], rows, PROBABILITIES)[:, 0] for day, rows in asked]) for model in models
        ]
        moved = np.concatenate([history.logs[rows, day + lead] - history.logs[rows, day] for day, rows in asked])
        rows = np.concatenate([rows for _, rows in asked])
        found.append(Judged(lead, rows, np.concatenate([np.full(len(r), d) for d, r in asked]), np.stack(said), moved))
    return found


def confidence(judged: Sequence[Judged], better: int, than: int) -> float:
    """How sure it is that one model has the lower CRPS: the share of bootstrap draws over listings and days.

    Days of one lead and listings are drawn independently of each other, because prices of one day move together
    (two-way bootstrap, Owen 2007). Nothing judged, or no difference, is one half.
    """
    differences = []
    for one in judged:
        losses = one.losses()
        scale = float(losses[[better, than]].mean())
        if scale > 0:
            differences.append((one, (losses[better] - losses[than]) / scale / len(one.rows)))
    if not differences:
        return 0.5
    rng = np.random.default_rng(0)
    total = np.zeros(_DRAWS)
    by_row = rng.poisson(1, (_DRAWS, 1 + max(int(one.rows.max()) for one, _ in differences)))
    for one, difference in differences:
        days, at = np.unique(one.days, return_inverse=True)
        by_day = rng.poisson(1, (_DRAWS, len(days)))
        total += (by_row[:, one.rows] * by_day[:, at]) @ difference
    return float((total < 0).mean() + (total == 0).mean() / 2)
