"""How long prices stand: the spells of a panel, and the daily chance that one ends, by group, kind, cohort and weekday.

A spell is a stretch of days on which a price stood. Shops change prices in campaigns: many at once, by the same share,
on the same weekday, and back again together. A cohort is the changes of one group, day and size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.panel import Days, Flags, Floats

FIRST, FALL, RISE = range(3)
"""The kinds of spells: how a price came about."""
_KINDS: Final = 3
_WEEK: Final = 7
_NEVER: Final = 1 << 40
_SAME: Final = 1e-9
_SIZE: Final = 0.01
"""Changes of a cohort differ by less, in log prices."""
_SIZES: Final = 400  # of each sign, beyond which sizes are one
_COHORT: Final = 3
_COHORT_SHARE: Final = 0.01  # of a group
_LONGEST: Final = 420
"""Days from which on a spell's length tells no more."""
_REMEMBERED_DAYS: Final = 730
_HALF_LIFE_DAYS: Final = 240.0
_PSEUDO: Final = 6.0
"""Spells at risk that a group's own chance is shrunk by, towards the one above it."""
_SMOOTHED_DAYS: Final = 15
_YEAR: Final = 365
_LEAST: Final = 1e-6
INPUTS: Final = (
    "hazard",  # log of the chances of a change over the lead, summed by how long the price stands
    "hazard_of_weekdays",  # the same of an average day, by the weekdays ahead
    "hazard_of_both",
    "hazard_by_start",  # by the weekday on which the spell began, beside how long it stands
    "weekday_of_target",  # log of its factor
    "at_target",  # log of the chance on the target day
    "at_target_by_start",
    "next_day",
    "next_day_by_start",
    "kind",
    "group_moved_7",
    "group_moved_30",
    "group_drift_7",
    "group_drift_30",
    "group_falls_30",
    "weeks",  # (days standing + lead) modulo 7
    "cohort",  # log of its size
    "changes_that_day",  # log of those of the group on the day on which the spell began
    "cohort_ended",  # share of the cohort that has changed since; -1 where there is none
)
"""What the last axis of `Spells.inputs` holds, in order."""


@dataclass(frozen=True, slots=True)
class Hazards:
    """Daily chances that a price changes; the last axis is the days that it has stood.

    Attributes:
        by_length: Shape (groups, kinds, in a cohort or not, days).
        by_start: The same by the weekday on which the spell began, shape (groups, kinds, 2, 7, days).
        of_weekday: How many times as often prices change on a weekday, shape (groups, kinds, 7), 1 on average.
    """

    by_length: Floats
    by_start: Floats
    of_weekday: Floats


@dataclass(frozen=True, slots=True)
class Today:
    """What is known on a day whatever the lead.

    Attributes:
        day: Its column.
        of_groups: Of each group the share that moved over 7 and 30 days, its drift, and the share of falls, shape
            (5, groups).
        cohort_ended: Of each spell the share of its cohort that has changed since; -1 where there is none.
    """

    day: int
    of_groups: Floats
    cohort_ended: Floats


@dataclass(frozen=True, slots=True)
class Spells:
    """All spells of a panel; but for `current` the arrays have shape (spells,), in order of series and time.

    Attributes:
        rows: Series.
        begins: Column of the first day.
        ends: Column of the first day after it; far beyond the panel for those that have not ended.
        kinds: FIRST, FALL or RISE.
        groups: Group of the series.
        cohorts: Number of the cohort.
        sizes: Spells of the cohort.
        same_day: Changes of the group on the first day.
        in_cohort: 1 where the cohort is large, else 0.
        current: Spell of each series and day, shape (series, days).
    """

    rows: Days
    begins: Days
    ends: Days
    kinds: Days
    groups: Days
    cohorts: Days
    sizes: Days
    same_day: Days
    in_cohort: Days
    current: Days

    @classmethod
    def of(cls, history: StepHistory) -> Spells:
        """The spells of a panel."""
        series, width = history.logs.shape
        steps = np.nan_to_num(np.diff(history.logs, axis=1, prepend=np.nan))
        row, column = np.nonzero(np.abs(steps) > _SAME)
        step = steps[row, column]
        rows = np.concatenate([np.arange(series), row])
        begins = np.concatenate([history.begins.clip(max=width - 1), column])
        kinds = np.concatenate([np.full(series, FIRST), np.where(step < 0, FALL, RISE)])
        size = np.concatenate([np.zeros(series), step])
        order = np.lexsort((begins, rows))
        rows, begins, kinds, size = rows[order], begins[order], kinds[order], size[order]
        ends = np.where(np.append(rows[1:] == rows[:-1], [False]), np.append(begins[1:], [0]), _NEVER)
        groups = history.groups[rows]
        alone = -1 - np.arange(len(rows))
        day = groups * width + begins
        sized = day * (2 * _SIZES + 1) + np.round(size / _SIZE).astype(np.int64).clip(-_SIZES, _SIZES) + _SIZES
        _, cohorts, counts = np.unique(np.where(kinds != FIRST, sized, alone), return_inverse=True, return_counts=True)
        _, days, changes = np.unique(np.where(kinds != FIRST, day, alone), return_inverse=True, return_counts=True)
        large = np.maximum(_COHORT, _COHORT_SHARE * np.bincount(history.groups)[groups])
        current = np.zeros((series, width), dtype=np.int64)
        current[rows, begins] = np.arange(len(rows))
        current = np.maximum.accumulate(current, axis=1)
        in_cohort = (counts[cohorts] >= large).astype(np.int64)
        return cls(rows, begins, ends, kinds, groups, cohorts, counts[cohorts], changes[days], in_cohort, current)

    def hazards(self, day: int) -> Hazards:
        """The chances as they were known on a day: Kaplan-Meier by group, each shrunk towards the one above it.

        Source: Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53.
        """
        until = np.minimum(self.ends, day)
        known = (self.begins <= day) & (until >= day - _REMEMBERED_DAYS)
        shape = (int(self.groups.max()) + 1, _KINDS, 2, _WEEK, _LONGEST)
        length = (until - self.begins).clip(0, _LONGEST - 1)
        places = (self.groups, self.kinds, self.in_cohort, self.begins % _WEEK, length)
        at = np.ravel_multi_index([one[known] for one in places], shape)
        weight = 0.5 ** ((day - until[known]) / _HALF_LIFE_DAYS)
        has_ended = self.ends[known] <= day
        lasted, ended = (
            np.bincount(at[some], weight[some], int(np.prod(shape))).astype(np.float64).reshape(shape)
            for some in (slice(None), has_ended)
        )
        by_length, by_start = _shrunk(ended, lasted[..., ::-1].cumsum(axis=-1)[..., ::-1])
        return Hazards(by_length, by_start, self._of_weekdays(day, shape[0]))

    def _of_weekdays(self, day: int, groups: int) -> Floats:
        lately = (self.ends <= day) & (self.ends > day - _YEAR)
        at = (self.groups[lately] * _KINDS + self.kinds[lately]) * _WEEK + self.ends[lately] % _WEEK
        counts = np.bincount(at, minlength=groups * _KINDS * _WEEK).reshape(groups, _KINDS, _WEEK).astype(np.float64)
        every = counts.sum(axis=1, keepdims=True)
        of_group = (every + 2) / (every.mean(axis=2, keepdims=True) + 2)
        found = counts + 10 * of_group / _WEEK
        return np.asarray(found / found.mean(axis=2, keepdims=True))

    def today(self, history: StepHistory, day: int) -> Today:
        """What is known on a day; the history is that of these spells."""
        ended = np.bincount(self.cohorts, self.ends <= day)[self.cohorts]
        return Today(day, _of_groups(history, day), np.where(self.sizes >= _COHORT, ended / self.sizes, -1.0))

    def inputs(self, hazards: Hazards, today: Today, lead: int, rows: np.ndarray) -> Floats:
        """What is known today of the chance that some series change within `lead` days; shape (rows, INPUTS)."""
        day, spell = today.day, self.current[rows, today.day]
        group, kind, cohort = self.groups[spell], self.kinds[spell], self.in_cohort[spell]
        start = self.begins[spell] % _WEEK
        standing = (day - self.begins[spell]).clip(0)
        ahead = np.arange(1, lead + 1)
        length = (standing[:, None] + ahead).clip(max=_LONGEST - 1)
        of = (group[:, None], kind[:, None], cohort[:, None])
        by_length = hazards.by_length[(*of, length)]
        by_start = hazards.by_start[(*of, start[:, None], length)]
        factor = hazards.of_weekday[group[:, None], kind[:, None], (day + ahead) % _WEEK]
        average = hazards.by_length[group, kind, cohort, 7:90].mean(axis=1)
        chances = (
            by_length.sum(axis=1),
            average * factor.sum(axis=1),
            (by_length * factor).sum(axis=1),
            by_start.sum(axis=1),
            factor[:, -1],
            by_length[:, -1],
            by_start[:, -1],
            by_length[:, 0],
            by_start[:, 0],
        )
        columns = [
            *(np.log(one + _LEAST) for one in chances),
            kind,
            *today.of_groups[:, group],
            (standing + lead) % _WEEK,
            np.log(self.sizes[spell]),
            np.log(self.same_day[spell]),
            today.cohort_ended[spell],
        ]
        return np.column_stack(columns).astype(np.float64)


def _shrunk(ended: Floats, risk: Floats) -> tuple[Floats, Floats]:
    """Chances by group, kind and cohort, and by the weekday of the beginning too; axes as in `Spells.hazards`."""
    d, n = ended.sum(axis=(0, 1, 2, 3)), risk.sum(axis=(0, 1, 2, 3))
    constant = (d.sum() + 0.5) / (n.sum() + 50)
    every = (_smoothed(d) + 5 * constant) / (_smoothed(n) + 5)
    d, n = ended.sum(axis=(2, 3)), risk.sum(axis=(2, 3))
    own = (d.sum(axis=-1, keepdims=True) + 5 * constant) / (n.sum(axis=-1, keepdims=True) + 5)
    smooth = (_smoothed(d) + 8 * (own + every) / 2) / (_smoothed(n) + 8)
    of_kind = (d + _PSEUDO * smooth) / (n + _PSEUDO)
    by_length = (ended.sum(axis=3) + _PSEUDO * of_kind[:, :, None]) / (risk.sum(axis=3) + _PSEUDO)
    by_start = (ended + _PSEUDO * by_length[:, :, :, None]) / (risk + _PSEUDO)
    return by_length, by_start


def _smoothed(values: Floats) -> Floats:
    """Means over _SMOOTHED_DAYS along the last axis, days beyond its ends being 0."""
    half = _SMOOTHED_DAYS // 2
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(half + 1, half)])
    total = padded.cumsum(axis=-1)
    return np.asarray((total[..., _SMOOTHED_DAYS:] - total[..., :-_SMOOTHED_DAYS]) / _SMOOTHED_DAYS)


def _of_groups(history: StepHistory, day: int) -> Floats:
    groups = int(history.groups.max()) + 1
    old = history.begins <= max(0, day - 30)
    count = np.bincount(history.groups[old], minlength=groups).clip(1)

    def mean(values: Floats | Flags) -> Floats:
        return np.asarray(np.bincount(history.groups[old], values[old], groups) / count)

    now = history.logs[:, day]
    week, month = (np.nan_to_num(now - history.logs[:, max(0, day - days)]) for days in (7, 30))
    moved, fell = np.abs(month) > _SAME, month < -_SAME
    falls = (mean(fell) * count + 1) / (mean(moved) * count + 2)
    drifts = (mean(one.clip(-0.5, 0.5)) for one in (week, month))
    return np.stack([mean(np.abs(week) > _SAME), mean(moved), *drifts, falls])
