"""When waiting for a lower price is worth it: a score card of the price's state, learned from what waiting brought.

`decide` says what a policy makes of a price today; `advice` puts it into an answer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

import msgspec
import numpy as np

from almazara.prices.buying.states import MIN_DAYS, STATES, WAY_DOWN, WINDOW_DAYS, states, target_prices, ways_to_target
from almazara.prices.forecasting.panel import Flags, Floats, filled_forward
from almazara.prices.forecasting.seen_moves import SeenMove
from almazara.settings import Settings

HORIZONS: Final = (7, 14, 30, 60, 90)
"""Days of waiting for which a policy is learned; a longer deadline takes the next shorter one."""
LONGEST_DEADLINE: Final = 90
DEADLINE_DAYS: Final = 30
"""Within so many days one wants to have bought, where nothing else is said."""
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
_POLICIES: Final = "advice.json"
_SURELY: Final = 0.01
"""Nothing is less likely than this."""
OUTSIDE: Final = 0.1
"""The share of waits that saved less than the lower bound of what is told, and as many more than the upper one."""
LEAST_WAY: Final = 0.01
"""From a price to its target, as a share: of a shorter one nobody can say between what a wait mostly saves."""
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
class Saved:
    """Between which most waits saved, in ways from the price to its target, where that is as long as `way`."""

    way: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Policy:
    """When to wait, for one number of days.

    Attributes:
        days: How long one waits at most.
        saving: Added per cell to the prior saving, CELLS of them.
        chance: The same for the chance of paying more.
        threshold: Waiting must score more than this; None where nothing says that waiting pays.
        surplus: Added to the chance that is told: how much oftener the waits of the backtest paid more than was said.
        saved_between: What most waits of the backtest saved, those of the shortest ways first; none where nobody knows.
    """

    days: int
    saving: tuple[float, ...]
    chance: tuple[float, ...]
    threshold: float | None
    evidence: Evidence
    surplus: float = 0.0
    saved_between: tuple[Saved, ...] = ()

    def judge(self, state: Floats) -> tuple[Floats, Floats, Floats]:
        """Expected saving as a share of the price, chance of paying more, and score, of waiting in each of `states`."""
        known = design(state)
        saving, chance = prior(state, self.days)
        saving = saving + known @ np.asarray(self.saving)
        chance = np.clip(chance + known @ np.asarray(self.chance), _SURELY, 1 - _SURELY)
        return saving, chance, saving - REGRET * chance


@dataclass(frozen=True, slots=True)
class LeastSaving:
    """What a wait must be expected to save, or it is not advised.

    Attributes:
        money: For all that is to be bought, in its currency.
        share: Of the price.
    """

    money: float = 0.0
    share: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """That of the settings."""
        return cls(settings.wait_saves, settings.wait_saves_percent / 100)

    def is_reached(self, saving: float, spent: float) -> bool:
        """By a saving, a share of what is spent."""
        return saving >= self.share and saving * spent >= self.money


@dataclass(frozen=True, slots=True)
class AdvicePolicies:
    """When waiting pays.

    Attributes:
        groups: The policies of each group of series by number of days; the group "" pools all of them.
        seen: The moves of whole shops that they were learned without, and must be asked without.
        least: What a wait must save.
    """

    groups: dict[str, dict[int, Policy]] = field(default_factory=dict)
    seen: tuple[SeenMove, ...] = ()
    least: LeastSaving = LeastSaving()

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


class Action(StrEnum):
    """What to do; nobody can say where the price, or what it was before, is not known."""

    BUY = "buy"
    WAIT = "wait"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What decided."""

    NO_PRICE = "no_price"
    SHORT_HISTORY = "short_history"
    STALE = "stale"
    NO_SUPPORT = "no_support"
    NOT_WORTH = "not_worth"
    TOO_LITTLE = "too_little"
    WORTH = "worth"
    RISE_ANNOUNCED = "rise_announced"
    FALL_ANNOUNCED = "fall_announced"


_KNOWN: Final = {Why.NOT_WORTH, Why.TOO_LITTLE, Why.WORTH, Why.RISE_ANNOUNCED, Why.FALL_ANNOUNCED}


@dataclass(frozen=True, slots=True)
class Coming:
    """What is announced of a price: in so many days it is multiplied."""

    days: int
    factor: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy says of one series; shares of its price.

    Attributes:
        target: The price to wait for; None where one does not wait.
        days: How long to wait at most; 0 likewise.
        saving: Expected of waiting, 0 likewise.
        chance: Of paying more than now, 0 likewise.
        saves: Between which eight in ten such waits save; None where one does not wait, or nobody knows.
        coming: The rise before which it is to be bought; None where none is announced.
    """

    action: Action
    why: Why
    target: float | None = None
    days: int = 0
    saving: float = 0.0
    chance: float = 0.0
    saves: tuple[float, float] | None = None
    coming: Coming | None = None


def decide(prices: Floats, policy: Policy | None) -> list[Decision]:
    """The decision for each series on its last day; `buy` where nothing was learned of their kind.

    Args:
        prices: Shape (series, days), NaN where unknown; the last column is the day of the decision.
        policy: Of their kind; None where nothing was learned.
    """
    known = ~np.isnan(prices)
    found = [_unknown(days) for days in known]
    asked = np.flatnonzero([one is None for one in found])
    if policy is None or policy.threshold is None:
        return [one or Decision(Action.BUY, Why.NO_SUPPORT) for one in found]
    if asked.size:
        past = filled_forward(prices[asked])
        state, targets = states(past), target_prices(past)
        saving, chance, score = policy.judge(state)
        waits, told = score > policy.threshold, np.clip(chance + policy.surplus, _SURELY, 1 - _SURELY)
        ways = ways_to_target(state)
        for row in asked.tolist():
            found[row] = Decision(Action.BUY, Why.NOT_WORTH)
        for one in np.flatnonzero(waits).tolist():
            way = float(ways[one])
            expected = min(float(saving[one]), way / WAY_DOWN)  # no more than a fall to the lowest price would save
            found[asked[one]] = Decision(
                Action.WAIT,
                Why.WORTH,
                float(targets[one]),
                policy.days,
                expected,
                float(told[one]),
                _around(expected, float(told[one]), policy.saved_between, way),
            )
    return [one for one in found if one is not None]


def _around(expected: float, chance: float, saved: Sequence[Saved], way: float) -> tuple[float, float] | None:
    """The bounds of a wait on such a way, which hold what is expected.

    None where most saved nothing, and where this one is likelier to pay more than those that its lower bound leaves
    out.
    """
    alike = [one for one in saved if one.way <= way][-1:]
    if not alike or alike[0].high <= 0 or chance > OUTSIDE:
        return None
    return min(expected, alike[0].low * way), max(expected, alike[0].high * way)


def _unknown(known: Flags) -> Decision | None:
    """Why nothing can be said of one series, or None where it can."""
    if not known.any():
        return Decision(Action.UNKNOWN, Why.NO_PRICE)
    if not known[-1]:
        return Decision(Action.UNKNOWN, Why.STALE)
    enough = int(known[-WINDOW_DAYS:].sum()) >= MIN_DAYS
    return None if enough else Decision(Action.UNKNOWN, Why.SHORT_HISTORY)


def advises_buying(decision: Decision) -> bool | None:
    """Whether it is to buy; None where too little is known."""
    return decision.action is Action.BUY if decision.why in _KNOWN else None


def write(folder: Path, policies: AdvicePolicies) -> None:
    """Write the policies as JSON."""
    (folder / _POLICIES).write_bytes(msgspec.json.encode(policies))


def read(folder: Path) -> AdvicePolicies:
    """The policies of a folder; none where it was written before there were any.

    Falls that some versions saw, which are offers as likely, count no more.
    """
    path = folder / _POLICIES
    found = msgspec.json.decode(path.read_bytes(), type=AdvicePolicies) if path.exists() else AdvicePolicies()
    return replace(found, seen=tuple(one for one in found.seen if one.is_rise))
