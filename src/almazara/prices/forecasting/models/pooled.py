"""The last value, spread by how prices moved over as many days: a listing's own changes mixed with the panel's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.mixture import mixture_quantiles
from almazara.prices.forecasting.models.panels import QuantilesOfChange
from almazara.prices.forecasting.models.step_features import Floats, StepHistory
from almazara.prices.forecasting.models.step_outcomes import ATOMS, past_changes, thinned

_POOL_WEIGHT: Final = 10.0  # as in naive.LastValue
_YEAR: Final = 365


def pooled_changes(history: StepHistory) -> QuantilesOfChange:
    """The forecasts of the last value for any day of a panel; the median is no change.

    The array form of `naive.LastValue`, over the changes of the last year.
    """

    def quantiles(day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
        return np.stack([_spread(history, day, lead, rows, probabilities) for lead in leads], axis=1)

    return quantiles


def _spread(history: StepHistory, day: int, lead: int, rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
    past, _ = past_changes(history.logs, day, lead)
    known = past[~np.isnan(past)]
    pool = (
        np.quantile(known, (np.arange(ATOMS) + 0.5) / ATOMS, method="inverted_cdf") if known.size else np.zeros(ATOMS)
    )
    own = thinned(np.sort(np.nan_to_num(past[rows]), axis=1))
    atoms = np.stack([own, np.broadcast_to(pool, own.shape)], axis=1)
    spans = (day - history.begins[rows]).clip(0, _YEAR) / lead
    share = spans / (spans + _POOL_WEIGHT)
    found = mixture_quantiles(atoms, np.column_stack([share, 1 - share]), probabilities)
    levels = np.asarray(probabilities)
    return np.where(levels < 0.5, np.minimum(found, 0), np.where(levels > 0.5, np.maximum(found, 0), 0))  # noqa: PLR2004
