"""Windows over daily price histories: what the LSTM reads, and the scaled changes that it learns to foretell.

A window ends on a day with a known price and knows nothing of the days after it. Changes of log prices are divided by
the window's own scale, and those over k days by the root of k besides, so that cheap and dear, calm and lively series
speak one language; an inverse hyperbolic sine tames the rare large ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from almazara.prices.forecasting.panel import Floats, History

FEATURES: Final = 6
KNOTS: Final = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90)
"""Days ahead that are learned; the ones between are interpolated."""
QUANTILES: Final = (0.01, 0.025, 0.05, *(i / 10 for i in range(1, 10)), 0.95, 0.975, 0.99)
_OWN_SCALE_DAYS = 30.0  # after as many days a window's own changes weigh as much as those of the panel
_WEEK = 7
_LARGEST = 6.0  # of a tamed change: 200 times the scale


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows and what came after them.

    Attributes:
        inputs: Shape (windows, window days, FEATURES).
        targets: Tamed scaled changes until each of KNOTS, shape (windows, len(KNOTS)); NaN where no price is known.
        ends: Each window's last day, as a day number.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    ends: NDArray[np.int64]

    def split(self, day: int) -> tuple[Windows, Windows]:
        """Those that end by `day`, whose targets are cut off at it too, and those that end later."""
        early = self.ends <= day
        reached = self.ends[:, None] + np.asarray(KNOTS) <= day
        cut = np.where(reached, self.targets, np.float32(np.nan))
        return (
            Windows(self.inputs[early], cut[early], self.ends[early]),
            Windows(self.inputs[~early], self.targets[~early], self.ends[~early]),
        )


def common_scale(listings: Sequence[History]) -> float:
    """Root mean square of the daily log price changes of a panel; 0 where no price ever moved."""
    changes = np.concatenate([np.diff(np.log(history.until_last_price)) for history in listings] or [np.zeros(1)])
    return float(np.sqrt(np.mean(changes**2))) if changes.size else 0.0


def training_windows(listings: Sequence[History], *, window_days: int, scale: float, most: int) -> Windows:
    """Windows that end on evenly spaced days of every listing, at most `most` in all.

    A history's first price stands for the days of a window before it; `scale` is the panel's `common_scale`.
    """
    stride = max(1, -(-sum(history.until_last_price.size for history in listings) // most))
    made = [_windows_of(history, window_days, scale, stride) for history in listings]
    return Windows(
        np.concatenate([inputs for inputs, _, _ in made]),
        np.concatenate([targets for _, targets, _ in made]),
        np.concatenate([ends for _, _, ends in made]),
    )


def newest_window(history: History, *, window_days: int, scale: float) -> tuple[NDArray[np.float32], float]:
    """The window up to the last known price, shape (window days, FEATURES), and its own scale."""
    logs = np.log(history.until_last_price)
    at = np.array([logs.size - 1])
    inputs, scales = _inputs(logs, _first_day(history).weekday(), at, window_days, scale)
    return inputs[0], float(scales[0])


def tamed(changes: Floats, days: NDArray[np.int64] | Floats, scales: Floats) -> Floats:
    """Log price changes over `days` as numbers of order one."""
    scaled: Floats = np.arcsinh(changes / (scales * np.sqrt(days)))
    return np.clip(scaled, -_LARGEST, _LARGEST)


def untamed(values: Floats, days: NDArray[np.int64] | Floats, scale: float) -> Floats:
    """The inverse of `tamed`."""
    changes: Floats = np.sinh(np.clip(values, -_LARGEST, _LARGEST)) * scale * np.sqrt(days)
    return changes


def _windows_of(
    history: History, window_days: int, scale: float, stride: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    logs = np.log(history.until_last_price)
    known = ~np.isnan(history.prices[: logs.size])
    ends = np.arange(logs.size - 1, -1, -stride)[::-1]
    ends = ends[known[ends]]
    inputs, scales = _inputs(logs, _first_day(history).weekday(), ends, window_days, scale)
    ahead = ends[:, None] + np.asarray(KNOTS)
    at = np.minimum(ahead, logs.size - 1)
    is_known = (ahead < logs.size) & known[at]
    changes = np.where(is_known, logs[at] - logs[ends, None], np.nan)
    targets = tamed(changes, np.asarray(KNOTS), scales[:, None])
    return inputs, targets.astype(np.float32), ends + _first_day(history).toordinal()


def _inputs(
    logs: Floats, first_weekday: int, ends: NDArray[np.int64], window_days: int, scale: float
) -> tuple[NDArray[np.float32], Floats]:
    """The windows that end at `ends`, shape (ends, window days, FEATURES), and each one's scale."""
    days = ends[:, None] + np.arange(1 - window_days, 1)
    is_past = days > 0
    at = np.maximum(days, 0)
    changes = np.concatenate([[0.0], np.diff(logs)])[at] * is_past
    seen = is_past.sum(axis=1)
    scales = np.sqrt(((changes**2).sum(axis=1) + _OWN_SCALE_DAYS * scale**2) / (seen + _OWN_SCALE_DAYS))
    week = 2 * np.pi * ((days + first_weekday) % _WEEK) / _WEEK
    features = [
        np.arcsinh(changes / scales[:, None]),
        np.arcsinh((logs[at] - logs[ends, None]) / scales[:, None]),
        changes != 0,
        is_past,
        np.sin(week),
        np.cos(week),
    ]
    return np.stack(features, axis=2).astype(np.float32), scales


def _first_day(history: History) -> date:
    return history.cutoff - timedelta(days=history.prices.size - 1)
