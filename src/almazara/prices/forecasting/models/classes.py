"""Whether a price stays, goes back, takes another old level, rises or falls anew, and how far (by LightGBM).

A multiclass model (LightGBM, Ke et al. 2017) reads the state of a price (`step_features`) and what the calendar of its
group says (`spells`). Each class leads to its own outcomes: no change, the level before, the levels of the year, and
the sizes of the group's rises and falls.
"""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.across import Mixtures
from almazara.prices.forecasting.models.mixture import softmax
from almazara.prices.forecasting.models.spells import INPUTS as OF_SPELLS
from almazara.prices.forecasting.models.spells import Spells
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.steps import INPUTS as OF_STEPS
from almazara.prices.forecasting.models.steps import inputs_at, shock_chance
from almazara.prices.forecasting.models.trees import grown
from almazara.prices.forecasting.panel import Days, Floats

STAYS, BACK, OTHER_LEVEL, RISES, FALLS = range(5)
_CLASSES: Final = 5
_LEADS: Final = (1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 25, 30)
_SERIES, _KNOWN_DAYS = 100, 180
_EXAMPLES: Final = 20_000
_DAYS: Final = 110
"""Days of each lead that examples are taken from: what happens on one day is hardly more than one case."""
_SHARE: Final = 1.2  # of the examples that are wanted: not every day has as many series
_FEWEST_ROWS: Final = 8
_LONGEST_DAYS: Final = 900
_MIN_AGE: Final = 14
_LEVEL_DAYS: Final = 365
_PAST: Final = 64
_SAME: Final = 1e-9
_SAME_LEVEL: Final = 1e-6
_NEAR_LEADS: Final = 0.8  # in logarithms
_FEWEST: Final = 20
_ANEW: Final = (np.arange(24) + 0.5) / 24
_FIRST_SIZES: Final = np.geomspace(0.01, 0.3, 24)
_FIRST_STEPS: Final = np.geomspace(0.3, 3, 24)
_FURTHEST: Final = 1.6
_HAZARD_DAYS: Final = 7
"""Days over which the chances of spells are taken as they were known on the first of them."""
_LEFT_OUT: Final = frozenset({"age", "weekday_sin", "weekday_cos"})  # they name the panel and the day, not the state
_COLUMNS: Final = np.array([i for i, name in enumerate((*OF_STEPS, *OF_SPELLS)) if name not in _LEFT_OUT])
_ROUNDS: Final = 80
_PARAMETERS: Final = {
    "objective": "multiclass",
    "num_class": _CLASSES,
    "learning_rate": 0.07,
    "num_leaves": 12,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
}


@dataclass(frozen=True, slots=True)
class _Examples:
    """What became of prices: inputs (n, all columns), class, log change, lead, group, and the series' own step."""

    inputs: Floats
    classes: Days
    moved: Floats
    leads: Days
    groups: Days
    steps: Floats


class _Calendar:
    """The inputs of a panel on any day; those of the day that was asked for last are kept."""

    def __init__(self, history: StepHistory) -> None:
        self.history, self._spells = history, Spells.of(history)
        self._state = lru_cache(maxsize=1)(history.features)
        self._hazards = lru_cache(maxsize=1)(self._spells.hazards)
        self._today = lru_cache(maxsize=1)(partial(self._spells.today, history))

    def inputs(self, day: int, lead: int, rows: np.ndarray) -> Floats:
        """Shape (rows, columns of the state and of the spells)."""
        hazards = self._hazards(day - day % _HAZARD_DAYS)
        of_spells = self._spells.inputs(hazards, self._today(day), lead, rows)
        return np.column_stack([inputs_at(self.history, self._state(day), day, lead, rows), of_spells])


def learned(history: StepHistory, last_day: int) -> Mixtures | None:
    """The model as it would have been learned on a day; None for few series or days, where it did worse."""
    if last_day - int(history.begins.min()) < _KNOWN_DAYS or (history.begins <= last_day).sum() < _SERIES:
        return None
    calendar = _Calendar(history)
    found = _examples(calendar, last_day)
    base = np.log((np.bincount(found.classes, minlength=_CLASSES) + 1) / (len(found.classes) + _CLASSES))
    start = np.tile(base, (len(found.classes), 1))
    scores = grown(_PARAMETERS, _ROUNDS, found.inputs[:, _COLUMNS], found.classes, start)
    begin = int(history.begins.min())

    def mixtures(day: int, lead: int, rows: np.ndarray) -> tuple[Floats, Floats]:
        chances = softmax(scores(calendar.inputs(day, lead, rows)[:, _COLUMNS]) + base)
        shock = shock_chance(day - begin, lead)
        chances *= 1 - shock
        chances[:, [RISES, FALLS]] += shock / 2
        of_group = found, lead, history.groups[rows], history.step(day)[rows]
        return _outcomes(history, day, rows, chances, (_sizes(*of_group, RISES), _sizes(*of_group, FALLS)))

    return mixtures


def _examples(calendar: _Calendar, last_day: int) -> _Examples:
    """States whose outcome was known by `last_day`, the same days for all leads."""
    history = calendar.history
    first = max(int(np.quantile(history.begins, 0.1)) + _MIN_AGE, last_day - _LONGEST_DAYS)
    days = np.unique(np.linspace(min(first, last_day - _LEADS[-1]), last_day - 1, _DAYS).astype(np.int64))
    limits = {
        lead: int(_SHARE * _EXAMPLES / len(_LEADS) / max(int(np.sum(days + lead <= last_day)), 1)) for lead in _LEADS
    }
    rng = np.random.default_rng(0)
    found = []
    for day in days.tolist():
        begun = np.flatnonzero(history.begins <= day - _MIN_AGE)
        for lead in _LEADS:
            if day + lead <= last_day and len(begun):
                limit = max(limits[lead], _FEWEST_ROWS)
                rows = np.sort(rng.choice(begun, limit, replace=False)) if len(begun) > limit else begun
                found.append(_of_day(calendar, day, lead, rows))
    return _Examples(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _of_day(
    calendar: _Calendar, day: int, lead: int, rows: np.ndarray
) -> tuple[Floats, Days, Floats, Days, Days, Floats]:
    history = calendar.history
    moved = history.logs[rows, day + lead] - history.logs[rows, day]
    step = history.step(day)[rows]
    leads = np.full(len(rows), lead)
    inputs = calendar.inputs(day, lead, rows)
    return inputs, _classes(history, day, rows, moved), moved, leads, history.groups[rows], step


def _classes(history: StepHistory, day: int, rows: np.ndarray, moved: Floats) -> Days:
    back = history.previous[rows, day] - history.logs[rows, day]
    levels = np.nan_to_num(_levels(history, day, rows), nan=np.inf)
    is_level = np.abs(levels - moved[:, None]).min(axis=1) < _SAME_LEVEL
    return np.select(
        [np.abs(moved) < _SAME, np.abs(moved - back) < _SAME, is_level, moved > 0],
        [STAYS, BACK, OTHER_LEVEL, RISES],
        FALLS,
    )


def _levels(history: StepHistory, day: int, rows: np.ndarray) -> Floats:
    """Log changes to the levels of the year, by time; NaN for that of today and the one before, and where unknown."""
    days = np.unique(np.linspace(max(0, day - _LEVEL_DAYS + 1), day, _PAST).astype(np.int64))
    past, now = history.logs[rows][:, days], history.logs[rows, day][:, None]
    previous = history.previous[rows, day][:, None]
    is_other = (np.abs(past - now) >= _SAME) & (np.abs(past - previous) >= _SAME)
    return np.where(is_other, past - now, np.nan)


def _outcomes(
    history: StepHistory, day: int, rows: np.ndarray, chances: Floats, sizes: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Where each class leads, rises and falls by these sizes; one that a price has no level for counts as staying."""
    back = (history.previous[rows, day] - history.logs[rows, day])[:, None]
    levels = _levels(history, day, rows)
    is_level = ~np.isnan(levels)
    n_levels = is_level.sum(axis=1, keepdims=True)
    chances = chances.copy()
    chances[:, BACK] *= np.abs(back[:, 0]) >= _SAME
    chances[:, OTHER_LEVEL] *= n_levels[:, 0] > 0
    chances[:, STAYS] += 1 - chances.sum(axis=1)
    atoms = np.concatenate([np.zeros_like(back), back, np.nan_to_num(levels), *sizes], axis=1)
    of_levels = np.where(is_level, chances[:, OTHER_LEVEL, None] / np.maximum(n_levels, 1), 0)
    anew = [
        np.broadcast_to(chances[:, which, None] / one.shape[1], one.shape)
        for which, one in zip((RISES, FALLS), sizes, strict=True)
    ]
    return atoms, np.concatenate([chances[:, [STAYS, BACK]], of_levels, *anew], axis=1)


def _sizes(found: _Examples, lead: int, groups: Days, own_step: Floats, which: int) -> Floats:
    """Sizes of the group's rises or falls at near leads, as they were and in the series' own steps."""
    sign = 1.0 if which == RISES else -1.0
    of_class = found.classes == which
    near = of_class & (np.abs(np.log(found.leads / lead)) < _NEAR_LEADS)
    every = near if near.sum() >= _FEWEST else of_class
    sizes = np.empty((len(groups), 2 * len(_ANEW)))
    for group in np.unique(groups):
        own = every & (found.groups == group)
        used = own if own.sum() >= _FEWEST else every
        raw, scaled = sign * _FIRST_SIZES, sign * _FIRST_STEPS
        if used.any():
            raw, scaled = (
                np.quantile(one, _ANEW) for one in (found.moved[used], found.moved[used] / found.steps[used])
            )
        at = groups == group
        sizes[at] = np.concatenate([np.broadcast_to(raw, (at.sum(), len(_ANEW))), own_step[at, None] * scaled], axis=1)
    return sizes.clip(-_FURTHEST, _FURTHEST)
