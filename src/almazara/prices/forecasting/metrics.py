"""How wrong a forecast was: functions of arrays, no frames."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from almazara.errors import InputError
from almazara.prices.forecasting.panel import Floats


def quantile_losses(actual: ArrayLike, predicted: ArrayLike, quantiles: ArrayLike) -> Floats:
    """Twice the pinball loss, 2 * max(q * e, (q - 1) * e) with e = actual - predicted (Koenker and Bassett 1978).

    Its mean over evenly spaced levels is the CRPS. The arrays may have any shapes that broadcast together.

    Example:
        >>> quantile_losses([10.0, 10.0], [8.0, 12.0], 0.75).tolist()
        [3.0, 1.0]
    """
    error, level = np.subtract(actual, predicted), np.asarray(quantiles)
    return np.asarray(2 * np.maximum(level * error, (level - 1) * error))


def crps(actual: ArrayLike, predicted: ArrayLike, quantiles: Sequence[float]) -> Floats:
    """Continuous ranked probability scores, in the units of the actual values, whose shape they have.

    The integral over quantile levels (Laio and Tamea 2007) is a plain mean here, so the levels should be evenly spaced.
    With the median alone it is the absolute error. The predicted values have the shape (*actual.shape, len(quantiles)).

    Example:
        >>> crps([10.0], [[8.0, 10.0, 14.0]], quantiles=[0.25, 0.5, 0.75]).tolist()
        [1.0]
        >>> crps(10.0, [12.0], quantiles=[0.5]).tolist()
        2.0
    """
    y, values = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if values.shape != (*y.shape, len(quantiles)) or not y.size:
        raise InputError(f"CRPS of {y.size} values at {len(quantiles)} quantiles needs that shape, not {values.shape}.")
    return np.asarray(quantile_losses(y[..., None], values, quantiles).mean(axis=-1))
