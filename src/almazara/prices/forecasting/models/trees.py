"""Boosted trees that are the same wherever they grow (extra `boost`); LightGBM is imported here."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from almazara.errors import MissingExtraError
from almazara.prices.forecasting.panel import Days, Floats

try:
    import lightgbm
except ImportError as error:
    raise MissingExtraError("boost", "Gradient boosting") from error

_SHARED: Final[Mapping[str, Any]] = {
    "min_data_in_leaf": 40,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


def grown(
    parameters: Mapping[str, Any], rounds: int, inputs: Floats, labels: Days | None = None, start: Floats | None = None
) -> Callable[[Floats], Floats]:
    """Trees (Ke et al. 2017, "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS) as a function.

    Args:
        parameters: LightGBM's, beside those that all trees here have.
        rounds: How many trees a class.
        inputs: Shape (n, columns).
        labels: Class of each; none where the objective knows what it wants.
        start: Scores from which the trees begin, shape (n, classes); the trees' own do not hold them.

    Returns:
        From inputs to scores, shape (n, classes).
    """
    begin = None if start is None else start.ravel(order="F")
    data = lightgbm.Dataset(inputs, labels, init_score=begin, free_raw_data=False)
    trees = lightgbm.train({**_SHARED, **parameters}, data, rounds)
    return lambda asked: np.asarray(trees.predict(asked, raw_score=True, num_threads=1))
