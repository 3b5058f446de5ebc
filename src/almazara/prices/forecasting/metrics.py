"""How wrong a forecast was: functions of arrays, no frames.

`actual` has shape (n,) and is in units of the currency; so is every result except MASE and coverage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from almazara.errors import InputError

Floats = NDArray[np.float64]


def mae(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Mean absolute error: mean(|actual - predicted|).

    Example:
        >>> mae([10.0, 12.0], [11.0, 12.0])
        0.5
    """
    y, p = _pair(actual, predicted)
    return float(np.mean(np.abs(y - p)))


def mase(actual: ArrayLike, predicted: ArrayLike, train: ArrayLike, season: int = 1) -> float:
    """Mean absolute scaled error: MAE / mean(|train[t] - train[t - season]|) (Hyndman and Koehler 2006).

    The scale comes from the training part alone. A training part that is constant, or no longer than the
    season, has no
    scale: the result is NaN.

    Example:
        >>> mase([10.0, 12.0], [11.0, 12.0], train=[9.0, 10.0, 9.0])
        0.5
        >>> mase([10.0], [11.0], train=[9.0, 9.0, 9.0])
        nan
    """
    history = np.asarray(train, dtype=np.float64)
    steps = np.abs(history[season:] - history[:-season])
    scale = float(np.mean(steps)) if steps.size else 0.0
    return mae(actual, predicted) / scale if scale > 0 else math.nan


def pinball(actual: ArrayLike, predicted: ArrayLike, quantile: float) -> float:
    """Mean pinball loss: mean(max(q * e, (q - 1) * e)), e = actual - predicted (Koenker and Bassett 1978).

    Example:
        >>> pinball([10.0, 10.0], [8.0, 12.0], quantile=0.75)
        1.0
    """
    y, p = _pair(actual, predicted)
    return float(np.mean(_pinball_losses(y, p, np.asarray(quantile))))


def crps(actual: ArrayLike, predicted: ArrayLike, quantiles: Sequence[float]) -> float:
    """Continuous ranked probability score, approximated by 2 * mean over quantiles of the pinball loss.

    The integral over quantile levels (Laio and Tamea 2007) is a plain mean here, so the levels should be
    evenly spaced. With the median alone it is the mean absolute error.

    Args:
        actual: Shape (n,).
        predicted: Shape (n, len(quantiles)): the forecast's value at each quantile.
        quantiles: Levels in (0, 1).

    Example:
        >>> crps([10.0], [[8.0, 10.0, 14.0]], quantiles=[0.25, 0.5, 0.75])
        1.0
        >>> crps([10.0], [[12.0]], quantiles=[0.5])
        2.0
    """
    y = np.asarray(actual, dtype=np.float64)
    values = np.asarray(predicted, dtype=np.float64)
    if values.shape != (y.size, len(quantiles)) or not y.size:
        raise InputError(f"CRPS of {y.size} values at {len(quantiles)} quantiles needs that shape, not {values.shape}.")
    return 2 * float(np.mean(_pinball_losses(y[:, None], values, np.asarray(quantiles)[None, :])))


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of actual values within [low, high], ends included.

    Example:
        >>> coverage([10.0, 12.0], low=[9.0, 9.0], high=[11.0, 11.0])
        0.5
    """
    y, bottom = _pair(actual, low)
    _, top = _pair(actual, high)
    return float(np.mean((bottom <= y) & (y <= top)))


def _pinball_losses(actual: Floats, predicted: Floats, quantile: Floats) -> Floats:
    error = actual - predicted
    return np.maximum(quantile * error, (quantile - 1) * error)


def _pair(actual: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
    y, p = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    if y.shape != p.shape or not y.size:
        raise InputError(f"A metric needs two arrays of one length, not of shapes {y.shape} and {p.shape}.")
    return y, p
