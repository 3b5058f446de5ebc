"""The state of a price on a day, in the few numbers on which waiting is worth it or not, and what waiting brought."""

from typing import Final

import numpy as np

from almazara.prices.forecasting.panel import Flags, Floats

WINDOW_DAYS: Final = 90
MEMORY_DAYS: Final = 365
MIN_DAYS: Final = 28
"""With fewer days of history nobody knows whether a price is high."""
SAME: Final = 0.002
"""Prices within this share of each other are one price."""
WAY_DOWN: Final = 0.5
"""How much of the way from the price to the lowest of WINDOW_DAYS a target lies."""
STATES: Final = (
    "above_lowest",  # log(price / lowest of WINDOW_DAYS)
    "share_cheaper",  # share of those days with a lower price
    "weeks_cheaper",  # share of the last 12 weeks with a lower price on some day
    "change_rate",  # changes per day of the window
    "standing",  # days since the last change
    "last_change",  # log of the last change's factor; 0 where it never changed
    "since_cheaper",  # days since it cost 2 % less or lower; NEVER where it did not within MEMORY_DAYS
)
NEVER: Final = 999.0
WEEKS: Final = 12
_CLEARLY_CHEAPER: Final = 0.98
_WEEK: Final = 7


def states(prices: Floats) -> Floats:
    """The state of each series on the last of some days; what lies more than MEMORY_DAYS back is forgotten.

    Args:
        prices: Shape (series, two days or more), filled forward; NaN before a series begins, not on the last day.

    Returns:
        Shape (series, len(STATES)), all finite.
    """
    past = prices[:, -MEMORY_DAYS:]
    now = past[:, -1:]
    window = past[:, -WINDOW_DAYS:]
    days = (~np.isnan(window)).sum(axis=1)
    changes = np.nan_to_num(np.diff(np.log(past), axis=1))
    is_change = np.abs(changes) > SAME
    standing = _days_since(is_change, otherwise=(~np.isnan(past)).sum(axis=1) - 1.0)
    newest = np.maximum(changes.shape[1] - 1 - standing, 0).astype(np.int64)[:, None]
    last_change = np.take_along_axis(changes, newest, axis=1)[:, 0]
    columns = [
        np.log(now[:, 0] / np.fmin.reduce(window, axis=1)),
        (window < now * (1 - SAME)).sum(axis=1) / days,
        cheaper_weeks(past).mean(axis=1),
        is_change[:, -(WINDOW_DAYS - 1) :].sum(axis=1) / days,
        standing,
        np.where(is_change.any(axis=1), last_change, 0.0),
        _days_since(past < now * _CLEARLY_CHEAPER, otherwise=np.full(len(past), NEVER)),
    ]
    return np.column_stack(columns)


def cheaper_weeks(prices: Floats) -> Flags:
    """Whether each of the last WEEKS weeks, newest first, held a lower price than the last; shape (series, WEEKS)."""
    cheaper = prices[:, ::-1][:, : WEEKS * _WEEK] < prices[:, -1:] * (1 - SAME)
    missing = WEEKS * _WEEK - cheaper.shape[1]
    padded = np.pad(cheaper, ((0, 0), (0, missing)))
    return np.asarray(padded.reshape(len(prices), WEEKS, _WEEK).any(axis=2))


def target_prices(prices: Floats) -> Floats:
    """The price that is worth waiting for: WAY_DOWN to the lowest of WINDOW_DAYS, and below the newest in any case."""
    now, lowest = prices[:, -1], np.fmin.reduce(prices[:, -WINDOW_DAYS:], axis=1)
    return np.asarray(np.minimum(now - WAY_DOWN * (now - lowest), now * (1 - SAME)))


def ways_to_target(state: Floats) -> Floats:
    """How far below each price its target lies, a share of the price, by the price's state."""
    above = state[:, STATES.index("above_lowest")]
    return np.asarray(np.maximum(WAY_DOWN * -np.expm1(-above), SAME))


def paid_prices(future: Floats, targets: Floats) -> Floats:
    """What one who waits pays: the first price at or below the target, or that of the last day.

    The future has shape (series, days to wait), the days after the advice.
    """
    reached = future <= targets[:, None] * (1 + 1e-9)
    day = np.where(reached.any(axis=1), reached.argmax(axis=1), future.shape[1] - 1)
    return np.asarray(np.take_along_axis(future, day[:, None], axis=1)[:, 0])


def _days_since(flags: Flags, *, otherwise: Floats) -> Floats:
    """Days since the newest true of each row, 0 being its last column."""
    return np.where(flags.any(axis=1), flags[:, ::-1].argmax(axis=1).astype(float), otherwise)
