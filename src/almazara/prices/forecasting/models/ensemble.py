"""`ensemble`, the served default: models across series, averaged, trusted as far as they beat the last value.

Models as of some weeks ago are judged on the days since (`judging`). The learned models' average (Vincentization:
Lichtendahl et al. 2013) is served; the last value takes a share only where it had the lower CRPS with more than _SURE
confidence, and all where that is certain. The same days correct the levels (`conformal`). A panel of many series and
half a year is forecast by the classes of `classes` beside them, where their library is there.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.across import AcrossSeries, ClassLearner, Learner, QuantilesOfChange
from almazara.prices.forecasting.models.conformal import LevelMaps, level_maps
from almazara.prices.forecasting.models.judging import confidence, first_judged, judge
from almazara.prices.forecasting.models.naive import pooled_changes
from almazara.prices.forecasting.models.pooling import FREE, caution, pooled
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.panel import Floats

_SURE: Final = 0.9


class Ensemble(AcrossSeries):
    """See the module.

    Args:
        learners: The learned models; those that are installed by default.
        classes: `classes.learned`; by default where its library is installed.
    """

    name = registry.ENSEMBLE

    def __init__(self, learners: Sequence[Learner] | None = None, classes: ClassLearner | None = None) -> None:
        self._learners = registry.panel_learners() if learners is None else learners
        self._classes = registry.class_learner() if learners is None else classes

    def learn(self, history: StepHistory, last_day: int) -> QuantilesOfChange:
        """The default as it would have been learned on `last_day`."""
        first = first_judged(history, last_day)
        is_judged = bool((history.begins < first).any())
        past = averaged([one(history, first) for one in self._learners]) if is_judged else None
        last_value = pooled_changes(history)
        judged = judge(history, [past, last_value], first, last_day) if past else []
        share = min(1.0, confidence(judged, 0, 1) / (1 - _SURE))
        maps = level_maps([one.mixed([share, 1 - share]) for one in judged], last_day)
        now = averaged([one(history, last_day) for one in self._learners])
        served = calibrated(weighted([now, last_value], [share, 1 - share]), maps)
        classes = self._classes(history, last_day) if self._classes else None
        if not (self._classes and classes):
            return served
        past_classes = self._classes(history, first)
        if not (past and past_classes):
            return pooled(classes, served)
        return pooled(classes, served, caution(judge(history, [pooled(past_classes, past, FREE)], first, last_day)))


def averaged(models: Sequence[QuantilesOfChange]) -> QuantilesOfChange:
    """The models' mean quantiles."""
    return weighted(models, [1 / len(models)] * len(models))


def weighted(models: Sequence[QuantilesOfChange], shares: Sequence[float]) -> QuantilesOfChange:
    """The models' quantiles, averaged with these shares; a model without a share is not asked."""
    asked = [(model, share) for model, share in zip(models, shares, strict=True) if share > 0]

    def quantiles(day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
        return np.asarray(sum(share * model(day, leads, rows, probabilities) for model, share in asked))

    return quantiles


def calibrated(model: QuantilesOfChange, maps: LevelMaps) -> QuantilesOfChange:
    """A model asked at corrected levels."""

    def quantiles(day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
        found = [model(day, [lead], rows, maps.at(lead, probabilities).tolist())[:, 0] for lead in leads]
        return np.stack(found, axis=1)

    return quantiles
