"""When waiting for a lower price is worth it: a score card of the price's state, learned from what waiting brought."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from almazara.prices.buying.states import STATES, Floats

HORIZONS: Final = (7, 14, 30, 60, 90)
"""Days of waiting for which a policy is learned; a longer deadline takes the next shorter one."""
LONGEST_DEADLINE: Final = 90
_EDGES: Final = {
    "above_lowest": (0.005, 0.03, 0.08, 0.15, 0.25),
    "share_cheaper": (0.02, 0.1, 0.3, 0.6, 0.9),
    "weeks_cheaper": (0.01, 0.1, 0.25, 0.5),
    "change_rate": (0.005, 0.02, 0.05, 0.15),
    "standing": (3.0, 7.0, 14.0, 28.0, 60.0, 120.0),
    "last_change": (-0.2, -0.05, -0.002, 0.002, 0.05, 0.2),
    "since_cheaper": (1.0, 7.0, 14.0, 28.0, 60.0, 120.0),
}
CELLS: Final = 1 + sum(len(edges) + 1 for edges in _EDGES.values())
_PRIOR_SLOPE, _PRIOR_ZERO, _PRIOR_TOP, _PRIOR_CHANCE, _PRIOR_DAYS = 0.4, 0.08, 0.35, 0.4, 30.0
REGRET: Final = 0.05
"""What the risk of paying more weighs: a certain one as much as 5 % of the price."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the backtest of a policy says; shares of the price at the time of the advice, averaged over all cases.

    Attributes:
        cases: Times at which it was asked, each judged with what was known before it.
        waits: How often it said wait.
        saving: Mean saving against always buying now.
        oracle: What one who knew the future would have saved.
        paid_more: Share of the cases that paid more than at the time of the advice.
        saving_at_least: The lower bound of a wait's mean saving.
        paid_more_at_most: The upper bound of `paid_more`.
    """

    cases: int
    waits: int
    saving: float
    oracle: float
    paid_more: float
    saving_at_least: float
    paid_more_at_most: float


@dataclass(frozen=True, slots=True)
class Policy:
    """When to wait, for one number of days.

    Attributes:
        days: How long one waits at most.
        saving: Added per cell to the prior saving, CELLS of them.
        chance: The same for the chance of paying more.
        threshold: Waiting must score more than this; None where nothing says that waiting pays.
        evidence: Its backtest.
    """

    days: int
    saving: tuple[float, ...]
    chance: tuple[float, ...]
    threshold: float | None
    evidence: Evidence

    def judge(self, state: Floats) -> tuple[Floats, Floats, Floats]:
        """Expected saving as a share of the price, chance of paying more, and score, of waiting in each state.

        Args:
            state: Shape (cases, len(STATES)).
        """
        known = design(state)
        saving, chance = prior(state, self.days)
        saving = saving + known @ np.asarray(self.saving)
        chance = np.clip(chance + known @ np.asarray(self.chance), 0.01, 0.99)
        return saving, chance, saving - REGRET * chance

    def waits(self, state: Floats) -> np.ndarray:
        """Whether to wait in each state."""
        if self.threshold is None:
            return np.zeros(len(state), dtype=bool)
        return np.asarray(self.judge(state)[2] > self.threshold)


@dataclass(frozen=True, slots=True)
class AdvicePolicies:
    """The policies of each group of series by number of days; the group "" pools all of them."""

    groups: dict[str, dict[int, Policy]] = field(default_factory=dict)

    def of(self, group: str | None, deadline_days: int) -> Policy | None:
        """The policy with the longest wait within a deadline that has something to say: the group's, or that of all."""
        by_days = self.groups.get("", {}) | self.groups.get(group or "", {})
        speaking = [days for days, one in by_days.items() if days <= deadline_days and one.threshold is not None]
        return by_days[max(speaking)] if speaking else None


def prior(state: Floats, days: int) -> tuple[Floats, Floats]:
    """What is expected before anything was learned: a saving that grows with the way down, and a constant chance."""
    above = np.clip(state[:, STATES.index("above_lowest")], 0, _PRIOR_TOP)
    return _PRIOR_SLOPE * _reach(days) * (above - _PRIOR_ZERO), np.full(len(state), prior_chance(days))


def prior_chance(days: int) -> float:
    """Of paying more after so many days, before anything was learned."""
    return _PRIOR_CHANCE * _reach(days)


def _reach(days: int) -> float:
    """How much of all that may happen to a price happens within so many days."""
    return 1 - math.exp(-days / _PRIOR_DAYS)


def design(state: Floats) -> Floats:
    """One column per cell of the score card, the first of them constant; shape (cases, CELLS)."""
    columns = [np.ones((len(state), 1))]
    for column, name in zip(state.T, STATES, strict=True):
        edges = _EDGES[name]
        columns.append(np.eye(len(edges) + 1)[np.digitize(column, edges)])
    return np.concatenate(columns, axis=1)


_POLICIES = "advice.json"


def write(folder: Path, policies: AdvicePolicies) -> None:
    """Write the policies as JSON."""
    (folder / _POLICIES).write_bytes(msgspec.json.encode(policies))


def read(folder: Path) -> AdvicePolicies:
    """The policies of a folder; none where it was written before there were any."""
    path = folder / _POLICIES
    return msgspec.json.decode(path.read_bytes(), type=AdvicePolicies) if path.exists() else AdvicePolicies()
