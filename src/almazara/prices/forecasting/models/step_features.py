"""The state of a price that moves in steps, as numbers: how long it stands, how it moved, what others do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from almazara.prices.forecasting.panel import Days, Floats, filled_forward

_Any = TypeVar("_Any", bound=np.generic)

WINDOWS: Final = (30, 90, 365)
_SAME: Final = 1e-9
"""Log prices nearer than this are one price."""
_NAMES_OF_SERIES: Final = (
    "standing",  # log(1 + days since the last change, or since the first price)
    "changed",  # 1 where it ever changed
    "last_change",  # log of the last change's factor
    "before_last",  # log(level two changes ago / price)
    "age",  # log(1 + days of history)
    "step",  # mean absolute log change so far, shrunk towards the panel's
    "due",  # log of standing / mean time between changes
    "rise_share",  # share of rises among the changes so far, shrunk towards one half
    "spell",  # log(1 + days that the level before this one stood)
    "overdue",  # log of standing / mean length of past spells that began as this one did, by a fall or by a rise
)
_NAMES_OF_WINDOW: Final = ("changes", "position", "below_top", "above_bottom", "to_median", "at_price")
_NAMES_OF_PANEL: Final = ("panel_moved_7", "panel_moved_30", "panel_drift_7", "panel_drift_30", "panel_falls_30")
FEATURES: Final = (
    *_NAMES_OF_SERIES,
    *(f"{name}_{window}" for window in WINDOWS for name in _NAMES_OF_WINDOW),
    *_NAMES_OF_PANEL,
    "weekday_sin",  # of the day of the week, counted from the panel's first day
    "weekday_cos",
)
"""What the last axis of `StepHistory.features` holds, in order."""
_PRIOR_CHANGES: Final = 2.0
_PRIOR_STEP: Final = 0.05
_PRIOR_SPELL: Final = 14.0
_PRIOR_SPELLS: Final = 1.0


@dataclass(frozen=True, slots=True)
class StepHistory:
    """Log prices of a panel and running sums of their changes; every array has shape (series, days).

    Attributes:
        logs: Log prices; NaN before a series begins.
        begins: Column of each series' first price, shape (series,); the number of columns where it has none.
        changed_at: Column of the newest change so far, or of the beginning.
        previous: Log price before that change; the price itself where there is none.
        before: Log price before the one before.
        changes: Number of changes so far.
        rises: Number of rises so far.
        moved: Sum of absolute log changes so far.
        spell: Days that the level before this one stood; 0 where there is none.
        expected: Mean days of past spells that began as this one did (by a fall or a rise), shrunk towards a fortnight.
        groups: Number of each series' group, such as its shop, from 0 on; shape (series,).
    """

    logs: Floats
    begins: Days
    changed_at: Days
    previous: Floats
    before: Floats
    changes: Floats
    rises: Floats
    moved: Floats
    spell: Floats
    expected: Floats
    groups: Days

    @classmethod
    def of(cls, prices: Floats, groups: Days | None = None) -> StepHistory:
        """Prepare a panel of positive prices, shape (series, days), one column a day; NaN where unknown.

        The groups are all one where none are given.
        """
        logs = filled_forward(np.log(prices))
        known = ~np.isnan(logs)
        begins = np.where(known.any(axis=1), known.argmax(axis=1), logs.shape[1])
        steps = np.diff(logs, axis=1, prepend=np.nan)
        steps = np.where(np.abs(np.nan_to_num(steps)) > _SAME, np.nan_to_num(steps), 0.0)
        is_change = steps != 0
        columns = np.arange(logs.shape[1])
        changed_at = np.maximum.accumulate(np.where(is_change, columns, begins[:, None]), axis=1)
        changed_at = np.minimum(changed_at, logs.shape[1] - 1)
        previous = _before(logs, changed_at, begins)
        before = _before(logs, _at(changed_at, np.maximum(changed_at - 1, 0)), begins)
        changes, rises, moved = (np.cumsum(v, axis=1, dtype=np.float64) for v in (is_change, steps > 0, np.abs(steps)))
        spell, expected = _spells(changed_at, is_change, np.sign(_at(steps, changed_at)))
        labels = np.zeros(len(logs), dtype=np.int64) if groups is None else groups
        return cls(logs, begins, changed_at, previous, before, changes, rises, moved, spell, expected, labels)

    def features(self, day: int) -> Floats:
        """The state at one day, from its prices up to and including that day alone.

        Returns:
            Shape (series, len(FEATURES)); all finite, except that a series that has not begun is all NaN.
        """
        with np.errstate(invalid="ignore"):
            columns = [*self._of_series(day), *(c for w in WINDOWS for c in self._of_window(day, w))]
        columns += [np.full(self.begins.size, value) for value in self._of_panel(day)]
        angle = 2 * np.pi * (day % 7) / 7
        columns += [np.full(self.begins.size, np.sin(angle)), np.full(self.begins.size, np.cos(angle))]
        found = np.column_stack(columns)
        found[self.begins > day] = np.nan
        return found

    def step(self, day: int) -> Floats:
        """Mean absolute log change of each series so far, shrunk towards the panel's; shape (series,)."""
        total, moves = self.moved[:, day], self.changes[:, day]
        pooled = (total.sum() + _PRIOR_CHANGES * _PRIOR_STEP) / (moves.sum() + _PRIOR_CHANGES)
        return np.asarray((total + _PRIOR_CHANGES * pooled) / (moves + _PRIOR_CHANGES))

    def _of_series(self, day: int) -> list[Floats]:
        now, moves, age = self.logs[:, day], self.changes[:, day], (day - self.begins).astype(float)
        standing = (day - self.changed_at[:, day]).clip(0).astype(float)
        return [
            np.log1p(standing),
            (moves > 0).astype(float),
            now - self.previous[:, day],
            self.before[:, day] - now,
            np.log1p(np.maximum(age, 0)),
            self.step(day),
            np.log((standing + 1) * (moves + 1) / (np.maximum(age, 0) + 1)),
            (self.rises[:, day] + 1) / (moves + 2),
            np.log1p(self.spell[:, day]),
            np.log((standing + 1) / (self.expected[:, day] + 1)),
        ]

    def _of_window(self, day: int, window: int) -> list[Floats]:
        start = max(0, day - window + 1)
        past, now = self.logs[:, start : day + 1], self.logs[:, day]
        stride = max(1, window // 60)  # an order statistic needs no more days than these
        thinned = past[:, ::-1][:, ::stride]
        top, bottom = np.fmax.reduce(past, axis=1), np.fmin.reduce(past, axis=1)
        width = top - bottom
        days = np.minimum(day + 1 - self.begins, past.shape[1]).clip(1)
        return [
            np.log1p(self.changes[:, day] - self.changes[:, start]),
            np.where(width > _SAME, (now - bottom) / np.where(width > _SAME, width, 1), 0.5),
            top - now,
            now - bottom,
            _median(thinned) - now,
            (np.abs(past - now[:, None]) < _SAME).sum(axis=1) / days,
        ]

    def _of_panel(self, day: int) -> list[float]:
        week, month = (self.logs[:, day] - self.logs[:, max(0, day - window)] for window in (7, 30))
        week, month = week[~np.isnan(week)], month[~np.isnan(month)]
        week_moved, month_moved = np.abs(week) > _SAME, np.abs(month) > _SAME
        falls = (month[month_moved] < 0).sum() + 1
        return [
            _mean(week_moved),
            _mean(month_moved),
            _mean(week.clip(-0.5, 0.5)),
            _mean(month.clip(-0.5, 0.5)),
            falls / (month_moved.sum() + 2),
        ]


def _spells(changed_at: Days, is_change: NDArray[np.bool_], kind: Floats) -> tuple[Floats, Floats]:
    """Length of the spell before the current one, and the mean length of those that began as the current one did."""
    columns = np.arange(changed_at.shape[1])
    before = np.roll(changed_at, 1, axis=1)
    ended = np.where(is_change, columns - before, 0)  # the length of the spell that a change ends
    ended_kind = np.roll(kind, 1, axis=1)
    expected = np.full(changed_at.shape, _PRIOR_SPELL)
    for sort in (-1.0, 1.0):
        of_sort = is_change & (ended_kind == sort)
        count, total = np.cumsum(of_sort, axis=1), np.cumsum(np.where(of_sort, ended, 0), axis=1)
        expected = np.where(kind == sort, (total + _PRIOR_SPELLS * _PRIOR_SPELL) / (count + _PRIOR_SPELLS), expected)
    return np.asarray(_at(ended, changed_at), dtype=np.float64), expected


def _at(values: NDArray[_Any], columns: Days) -> NDArray[_Any]:
    return np.take_along_axis(values, columns, axis=1)


def _before(logs: Floats, changed_at: Days, begins: Days) -> Floats:
    """The log price on the day before a change, or on the first day of a series."""
    columns = np.maximum(changed_at - 1, np.minimum(begins, logs.shape[1] - 1)[:, None])
    return _at(logs, columns)


def _median(values: Floats) -> Floats:
    """Lower median of each row, leaving out NaN."""
    ordered = np.sort(values, axis=1)  # NaN last
    known = (~np.isnan(ordered)).sum(axis=1)
    return np.asarray(np.take_along_axis(ordered, ((known - 1).clip(0) // 2)[:, None], axis=1)[:, 0])


def _mean(values: Floats | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if values.size else 0.0
