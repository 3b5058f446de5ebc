"""`boost`: the mixture of `steps`, its weights found by gradient boosting (extra `boost`).

The trees (LightGBM, Ke et al. 2017) are grown on the CRPS itself: each round follows its slope in the scores of the
outcomes, so that whole distributions are boosted rather than one quantile after the other, and none can cross.
"""

from typing import Final

import numpy as np

from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.across import AcrossSeries, QuantilesOfChange
from almazara.prices.forecasting.models.mixture import softmax
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.step_outcomes import OUTCOMES
from almazara.prices.forecasting.models.steps import INPUTS, Examples, Weigher, examples, prior, step_quantiles
from almazara.prices.forecasting.models.trees import grown
from almazara.prices.forecasting.panel import Floats

_LEFT_OUT: Final = frozenset({"age", "weekday_sin", "weekday_cos"})  # they name the panel and the day, not the state
_COLUMNS: Final = np.array([i for i, name in enumerate(INPUTS) if name not in _LEFT_OUT])
_EXAMPLES: Final = 15_000
_FEWEST: Final = 200
_ROUNDS: Final = 60
_PARAMETERS: Final = {
    "num_class": len(OUTCOMES),
    "learning_rate": 0.1,
    "num_leaves": 8,
    "min_sum_hessian_in_leaf": 0.01,
    "lambda_l2": 1.0,
    "feature_fraction": 0.6,
}
_BEGIN: Final = np.array([2.0] + [0.0] * (len(OUTCOMES) - 1))


class Boost(AcrossSeries):
    """See the module."""

    name = registry.BOOST

    def learn(self, history: StepHistory, last_day: int) -> QuantilesOfChange:
        """See `AcrossSeries.learn`; where there is too little to learn, `steps`' prior."""
        found = examples(history, last_day, count=_EXAMPLES)
        if found is None or len(found.inputs) < _FEWEST:
            return step_quantiles(history, prior().weights)
        return step_quantiles(history, _boosted(found))


def _boosted(found: Examples) -> Weigher:
    """Weights from trees; they begin where the first outcome, no change, is trusted most."""
    importance = found.importance / found.importance.mean()
    losses = found.losses / max(float(found.losses[:, 0, 0].mean()), 1e-6)  # of about one size, as the trees expect

    def slopes(scores: Floats, _data: object) -> tuple[Floats, Floats]:
        weights = softmax(scores + _BEGIN)
        pulled = (losses @ weights[:, :, None])[:, :, 0]
        loss = (pulled * weights).sum(axis=1, keepdims=True)
        first = 2 * weights * (pulled - loss) * importance[:, None]
        # A bound above the curvature, which itself may be negative.
        second = np.abs(first) / 2 + 2 * weights * (1 - weights) * loss * importance[:, None] + 1e-3
        return first, second

    scores = grown({**_PARAMETERS, "objective": slopes}, _ROUNDS, found.inputs[:, _COLUMNS])
    return lambda inputs: softmax(scores(inputs[:, _COLUMNS]) + _BEGIN)
