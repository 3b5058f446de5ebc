"""`steps`: the chance of each kind of move times where it leads, learned across the series of a panel.

The state of a price (`step_features`) sets the weights of a mixture (`mixture`) of candidate outcomes
(`step_outcomes`): it stays, moves as it or its panel moved before, returns to an earlier level. The weights begin from
a small prior that was learned on other panels (`prior`), so that a small or young panel is not at a loss.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.across import AcrossSeries, QuantilesOfChange
from almazara.prices.forecasting.models.forecaster import around_none
from almazara.prices.forecasting.models.mixture import Mixer, Training, crps_matrices, mixture_quantiles, trained
from almazara.prices.forecasting.models.step_features import FEATURES, WINDOWS, StepHistory
from almazara.prices.forecasting.models.step_outcomes import OUTCOMES, outcomes
from almazara.prices.forecasting.panel import Floats

LEADS: Final = (1, 3, 7, 14, 30)
"""Days ahead at which is learned."""
INPUTS: Final = (*FEATURES, *(f"chance_{w}" for w in WINDOWS), "lead", "lead_to_standing", "was_dearer", "was_cheaper")
EXAMPLES: Final = 30_000
_HIDDEN: Final = 24
_MIN_AGE: Final = 14
_LONGEST_DAYS: Final = 900
_TRAINING: Final = Training(passes=20, pull=0.02)
_LEAST_SHARE: Final = 0.3
_SHOCK_REACH: Final = 0.7
_SHOCK_DAYS: Final = 30
_SHOCKS: Final = tuple(OUTCOMES.index(name) for name in ("panel_rises", "panel_falls", "scaled_rises", "scaled_falls"))
CONFIDENT: Final = 0.9
_SAME: Final = 1e-9
_CHANGES: Final = tuple(FEATURES.index(f"changes_{window}") for window in WINDOWS)
_STANDING, _AGE = FEATURES.index("standing"), FEATURES.index("age")
Weigher = Callable[[Floats], Floats]
"""Inputs, shape (n, len(INPUTS)) -> weights of the outcomes, shape (n, outcomes), positive, each row summing to 1."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What is learned from: states, what each outcome's weight would have cost, and how much each example counts."""

    inputs: Floats
    losses: Floats
    importance: Floats


def prior() -> Mixer:
    """The mixer before it has seen a panel: learned on other panels of retail prices, kept in half precision.

    Made by `benchmarks/forecasting/train_prior.py`; it holds no price of theirs, only the network's parameters.
    """
    values = np.load(Path(__file__).with_name("step_prior.npy"), allow_pickle=False).astype(np.float64)
    width, outputs = len(INPUTS), len(OUTCOMES)
    shapes = (width,), (width,), (width, _HIDDEN), (_HIDDEN,), (_HIDDEN, outputs), (outputs,), (width, outputs)
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    parts = np.split(values, ends[:-1])
    center, scale, *parameters = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
    return Mixer(center, scale, tuple(parameters))


def inputs_at(history: StepHistory, state: Floats, day: int, lead: int, rows: np.ndarray) -> Floats:
    """What a mixer reads: the state at `day` (`StepHistory.features`) and what it says of the next `lead` days.

    Of the series `rows`, shape (len(rows), len(INPUTS)).
    """
    found = state[rows]
    standing, age = np.expm1(found[:, _STANDING]), np.expm1(found[:, _AGE]) + 1
    fell = history.previous[rows, day] - history.logs[rows, day]
    chances = []
    for window, column in zip(WINDOWS, _CHANGES, strict=True):
        rate = (np.expm1(found[:, column]) + 0.5) / (np.minimum(age, window) + 15)
        chances.append(np.log(-np.expm1(-rate * lead)) + rate * lead)  # log odds of a change, were changes random
    ahead = np.full(len(found), np.log(lead))
    return np.column_stack([found, *chances, ahead, np.log1p(standing) - ahead, fell > _SAME, fell < -_SAME])


def examples(history: StepHistory, last_day: int, *, count: int = EXAMPLES) -> Examples | None:
    """Examples whose outcome was known by `last_day`, spread over leads, days and series; None where there is none."""
    first = int(history.begins.min()) + _MIN_AGE
    parts = []
    for lead in LEADS:
        for day in _days(first, last_day - lead, count / len(LEADS) / max(1, len(history.begins))):
            rows = np.flatnonzero(history.begins <= day - _MIN_AGE + 1)
            limit = int(count / len(LEADS) / 3)
            if len(rows) > limit:
                rows = np.sort(np.random.default_rng(day).choice(rows, limit, replace=False))
            moved = history.logs[rows, day + lead] - history.logs[rows, day]
            losses = crps_matrices(outcomes(history, day, lead, rows), moved)
            parts.append((lead, inputs_at(history, history.features(day), day, lead, rows), losses))
    if not parts:
        return None
    leads = np.concatenate([np.full(len(inputs), lead) for lead, inputs, _ in parts])
    losses = np.concatenate([one for _, _, one in parts])
    return Examples(np.concatenate([one for _, one, _ in parts]), losses, _importance(leads, losses[:, 0, 0]))


def step_quantiles(history: StepHistory, weigher: Weigher) -> QuantilesOfChange:
    """The forecasts for any day of a panel, the outcomes being weighed by its state."""
    begin = int(history.begins.min())

    def quantiles(day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
        state = history.features(day)
        found = []
        for lead in leads:
            weights = weigher(inputs_at(history, state, day, lead, rows))
            weights = with_common_shock(weights, day - begin, lead)
            found.append(cautious_quantiles(outcomes(history, day, lead, rows), weights, probabilities))
        return np.stack(found, axis=1)

    return quantiles


def with_common_shock(weights: Floats, known_days: int, lead: int) -> Floats:
    """Weights that allow for a move of the whole panel such as it has not seen: a tax, a harvest, a new policy.

    After n spans without one, the next brings one with a chance of 1 / (n + 2) (Laplace's rule of succession). It moves
    prices up or down alike and reaches them one after the other: _SHOCK_REACH of them within _SHOCK_DAYS, fewer before,
    with the root of the days. So short histories are uncertain far ahead, long ones hardly.
    """
    chance = shock_chance(known_days, lead)
    found = weights * (1 - chance)
    found[:, _SHOCKS] += chance / len(_SHOCKS)
    return found


def shock_chance(known_days: int, lead: int) -> float:
    """How likely a price is to be moved by such a move within `lead` days, half as likely up as either way."""
    reach = _SHOCK_REACH * math.sqrt(min(1.0, lead / _SHOCK_DAYS))
    return reach / (known_days / lead + 2)


def cautious_quantiles(
    atoms: Floats, weights: Floats, probabilities: Sequence[float], confident: float = CONFIDENT
) -> Floats:
    """Quantiles of mixtures whose middle is no change, unless more than `confident` of the mass lies on one side."""
    levels = np.asarray(probabilities)
    found = mixture_quantiles(atoms, weights, [*levels, 1 - confident, confident])
    stays = (found[:, -2] <= _SAME) & (found[:, -1] >= -_SAME)
    middle = (levels >= 1 - confident - _SAME) & (levels <= confident + _SAME)
    return np.where(stays[:, None] & middle, around_none(found[:, :-2], levels), found[:, :-2])


class Steps(AcrossSeries):
    """See the module; the method is this project's own, its parts are named in `mixture`.

    Args:
        start: Where the weights begin; `prior` by default.
    """

    name = registry.STEPS

    def __init__(self, start: Mixer | None = None) -> None:
        self._start = start

    def learn(self, history: StepHistory, last_day: int) -> QuantilesOfChange:
        """See `AcrossSeries.learn`."""
        mixer, found = self._start or prior(), examples(history, last_day)
        if found is not None:
            mixer = trained(mixer, found.inputs, found.losses, found.importance, _TRAINING)
        return step_quantiles(history, mixer.weights)


def _days(first: int, last: int, wanted: float) -> list[int]:
    """About `wanted` days, at least 3 and at most 60, evenly spread from `first` (not too long ago) to `last`."""
    if last < first:
        return []
    begin = max(first, last - _LONGEST_DAYS)
    return [int(day) for day in np.unique(np.linspace(begin, last, int(np.clip(wanted, 3, 60))).astype(np.int64))]


def _importance(leads: np.ndarray, error: Floats) -> Floats:
    """Each lead counts alike, an error being measured in mean errors of the last value at that lead.

    A lead at which next to nothing moved would drown the others, so it is measured by a share of the mean of all.
    """
    importance, least = np.empty(len(leads)), max(float(error.mean()), 1e-4) * _LEAST_SHARE
    for lead in np.unique(leads):
        at = leads == lead
        importance[at] = len(leads) / at.sum() / len(np.unique(leads)) / max(float(error[at].mean()), least)
    return importance
