"""Where a price may be some days later: the candidate distributions that a forecast mixes, as samples."""

from typing import Final

import numpy as np

from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.panel import Floats

OUTCOMES: Final = (
    "stays",
    "own_changes",  # how it moved over as many days, within a year
    "panel_rises",  # how the panel rose over as many days
    "panel_falls",
    "scaled_rises",  # the same in units of each series' own step
    "scaled_falls",
    "levels_30",  # where it was on the last 30 days
    "levels_90",
    "levels_365",
    "previous",  # back to the level before the last change
    "before_last",
    "panel_now",  # how the panel moved over as many days, ending within the last week
    "far",  # further than the panel moved so far
    "top_90",
    "bottom_90",
)
ATOMS: Final = 32
_LEVELS: Final = (np.arange(ATOMS) + 0.5) / ATOMS
_PAST: Final = 64
_YEAR: Final = 365
_SAME: Final = 1e-9
_FEW: Final = 4
_FAR: Final = 2.5
_FIRST_STEPS: Final = np.array([0.5, 1.0, 1.0, 2.0])
_FIRST_CHANGES: Final = np.array([0.02, 0.05, 0.1, 0.2])
"""What a panel that never moved may do, so that the candidates exist; the weights decide what they are worth."""


def outcomes(history: StepHistory, day: int, lead: int, rows: np.ndarray) -> Floats:
    """Samples of the log change over the `lead` days after `day`, from what is known on `day` of all series.

    Returns:
        Shape (len(rows), len(OUTCOMES), ATOMS): equally likely log changes, rising along the last axis.
    """
    now = history.logs[rows, day][:, None]
    past, ends = past_changes(history.logs, day, lead)
    step = history.step(day)
    rises, falls = _sides(past, _FIRST_CHANGES)
    scaled_rises, scaled_falls = _sides(past / step[:, None], _FIRST_STEPS)
    own_step, every = step[rows][:, None], np.ones((len(rows), 1))
    recent = past[:, ends >= day - 7]
    known = not np.isnan(recent).all()
    week, quarter, year = (_levels(history, day, rows, window) - now for window in (30, 90, _YEAR))
    found = [
        np.zeros((len(rows), 1)),
        thinned(np.sort(np.nan_to_num(past[rows]), axis=1)),
        every * rises,
        every * falls,
        own_step * scaled_rises,
        own_step * scaled_falls,
        week,
        quarter,
        year,
        history.previous[rows, day][:, None] - now,
        history.before[rows, day][:, None] - now,
        every * (atoms(recent[~np.isnan(recent)]) if known else 0.0),
        every * _FAR * np.concatenate([falls[::2], rises[::2]]),
        quarter[:, -1:],
        quarter[:, :1],
    ]
    return np.stack([np.broadcast_to(one, (len(rows), ATOMS)) for one in found], axis=1)


def past_changes(logs: Floats, day: int, lead: int) -> tuple[Floats, np.ndarray]:
    """Changes over `lead` days that ended by `day`, at up to _PAST days of the last year, and those days."""
    span = min(lead, day)
    ends = np.unique(np.linspace(max(span, day - _YEAR), day, _PAST).astype(np.int64))
    return logs[:, ends] - logs[:, ends - span], ends


def _sides(changes: Floats, at_first: Floats) -> tuple[Floats, Floats]:
    """Quantiles of the rises and of the falls."""
    rises, falls = changes[changes > _SAME], changes[changes < -_SAME]
    if rises.size < _FEW:
        rises = np.concatenate([rises, at_first])
    if falls.size < _FEW:
        falls = np.concatenate([falls, -at_first])
    return atoms(rises), atoms(falls)


def atoms(values: Floats) -> Floats:
    """Quantiles of a sample at ATOMS levels: `np.quantile` to the last bit, which takes four times as long."""
    ordered, at = np.sort(values), _LEVELS * (len(values) - 1)
    below = at.astype(np.int64)
    share, low, high = at - below, ordered[below], ordered[np.minimum(below + 1, len(values) - 1)]
    width = high - low
    return np.where(share >= 0.5, high - width * (1 - share), low + width * share)  # noqa: PLR2004 - from the nearer end


def _levels(history: StepHistory, day: int, rows: np.ndarray, window: int) -> Floats:
    """Log prices of the last `window` days, sorted; days before a series began hold its price of today."""
    days = np.unique(np.linspace(max(0, day - window + 1), day, ATOMS).astype(np.int64))
    past = history.logs[rows][:, days]
    return thinned(np.sort(np.where(np.isnan(past), history.logs[rows, day][:, None], past), axis=1))


def thinned(ordered: Floats) -> Floats:
    """ATOMS of the columns of sorted rows, evenly spaced."""
    width = ordered.shape[1]
    return np.asarray(ordered[:, np.minimum((_LEVELS * width).astype(np.int64), width - 1)])
