"""The classes of `classes` beside another model, as a linear pool, and how cautious its middle must be."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.across import Mixtures, QuantilesOfChange
from almazara.prices.forecasting.models.judging import PROBABILITIES, Judged
from almazara.prices.forecasting.models.steps import CONFIDENT, cautious_quantiles
from almazara.prices.forecasting.panel import Floats

_SHARE: Final = 0.7
FREE: Final = 0.5
_CONFIDENCES: Final = (FREE, 0.65, CONFIDENT)
"""Shares of the mass that must lie on one side for a middle other than no change, the loosest first."""


def pooled(classes: Mixtures, other: QuantilesOfChange, confident: float = CONFIDENT) -> QuantilesOfChange:
    """Quantiles of the mixed distribution functions, the classes having _SHARE (Stone 1961; Gneiting and Ranjan 2013).

    Not the mean of quantiles: where one says that a price stays and the other that it goes back, it is not in between.
    """

    def quantiles(day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
        found = []
        for lead in leads:
            atoms, chances = classes(day, lead, rows)
            others = other(day, [lead], rows, PROBABILITIES)[:, 0]
            weights = [_SHARE * chances, np.full(others.shape, (1 - _SHARE) / others.shape[1])]
            every = np.concatenate([atoms, others], axis=1)[:, :, None]
            found.append(cautious_quantiles(every, np.concatenate(weights, axis=1), probabilities, confident))
        return np.stack(found, axis=1)

    return quantiles


def caution(judged: Sequence[Judged]) -> float:
    """The loosest of _CONFIDENCES by which a free middle had, at every lead, no larger errors than the last value."""
    return next((one for one in _CONFIDENCES if all(_no_worse(lead, one) for lead in judged)), CONFIDENT)


def _no_worse(judged: Judged, confident: float) -> bool:
    quantiles, last = judged.quantiles[0], len(PROBABILITIES) - 1
    low = round((1 - confident) * last)
    middle = quantiles[:, [last // 2, last - last // 2]].mean(axis=1)
    said = np.where((quantiles[:, low] <= 0) & (quantiles[:, last - low] >= 0), 0.0, middle)
    return bool(np.abs(judged.moved - said).sum() <= np.abs(judged.moved).sum())
