"""Learns advice policies from the past of a panel: what waiting would have brought, judged with earlier days only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from almazara.prices.buying.policy import (
    CELLS,
    HORIZONS,
    LEAST_WAY,
    OUTSIDE,
    AdvicePolicies,
    Evidence,
    Policy,
    Saved,
    design,
    prior,
    prior_chance,
)
from almazara.prices.buying.states import (
    MEMORY_DAYS,
    MIN_DAYS,
    STATES,
    paid_prices,
    states,
    target_prices,
    ways_to_target,
)
from almazara.prices.forecasting.panel import Days, Flags, Floats, filled_forward

ORIGIN_SPACING_DAYS: Final = 7
MOST_ORIGINS: Final = 104
"""How many times each series is asked; more where the panel has few series, up to MOST_CASES in all."""
MOST_CASES: Final = 20_000
GROUP_CASES: Final = 300
"""A group with fewer cases is judged by what all series teach."""
_BEGUN: Final = 0.25
"""A wait of which this part has passed counts as if it ended on the newest day: without, a young panel has none."""
MOST_PAID_MORE: Final = 0.08
"""Of the cases, by the upper bound of the backtest; the aim for cases to come is 10 %."""
MIN_WAITS: Final = 10
_THRESHOLDS: Final = (0.0, 0.003, 0.006, 0.01, 0.015, 0.02, 0.03, 0.05)
_REFIT_DAYS: Final = 28
_RIDGE, _RIDGE_CONSTANT = 30.0, 5.0
_THIRDS: Final = 3
_SAME_DAY: Final = 0.03
"""How much the outcomes of two series of one day have in common."""
_MOST_LOST, _MOST_SAVED = -0.3, 0.5
# What other kinds of prices say of waits, as if measured so many times: mean saving and how it varies, and the latter
# of the chance of paying more.
_BEFORE: Final = 2
_BEFORE_SAVING: Final = (0.02, 0.04)
_BEFORE_CHANCE_DEVIATION: Final = 0.15
_CAUTION: Final = 0.84  # standard deviations: four in five lie on the near side


@dataclass(frozen=True, slots=True)
class Cases:
    """Times at which one might have waited, and what that brought; shares of the price at that time.

    Attributes:
        days_ahead: How long one would have waited at most.
        state: Shape (cases, len(STATES)).
        saving: What waiting for the target saved; below 0 where it paid more.
        oracle: What was to be saved.
    """

    days_ahead: int
    state: Floats
    saving: Floats
    oracle: Floats
    series: Days
    day: Days

    def where(self, chosen: Flags) -> Cases:
        """Some of the cases."""
        of = (self.state[chosen], self.saving[chosen], self.oracle[chosen], self.series[chosen], self.day[chosen])
        return Cases(self.days_ahead, *of)


def learn(prices: Floats, groups: Sequence[str], horizons: Sequence[int] = HORIZONS) -> AdvicePolicies:
    """A policy for each number of days, of all series together (group "") and of each named group with enough cases.

    Args:
        prices: Daily prices, shape (series, days), NaN where unknown; the last column is the newest day.
        groups: The group of each series, "" for none.
        horizons: Numbers of days to wait.
    """
    found: dict[str, dict[int, Policy]] = {"": {}}
    named = np.asarray(groups, dtype=str)
    names = {*groups} - {""} if len({*groups}) > 1 else set()
    for days_ahead, cases in collect(prices, horizons).items():
        found[""][days_ahead] = fit(cases)
        for name in sorted(names):
            own = cases.where(named[cases.series] == name)
            if own.day.size >= GROUP_CASES:
                found.setdefault(name, {})[days_ahead] = fit(own)
    return AdvicePolicies(found)


def collect(prices: Floats, horizons: Sequence[int] = HORIZONS) -> dict[int, Cases]:
    """The cases of a panel for each number of days to wait, every ORIGIN_SPACING_DAYS counted back from the newest day.

    A series is asked where its price is known and it has MIN_DAYS of history; while it cannot be bought, its last
    price stands for it.
    """
    filled = filled_forward(prices)
    age = np.cumsum(~np.isnan(filled), axis=1)
    last = filled.shape[1] - 1
    parts: dict[int, list[Cases]] = {days: [_no_cases(days)] for days in horizons}
    for day in _origins(prices):
        asked = np.flatnonzero((age[:, day] >= MIN_DAYS) & ~np.isnan(prices[:, day]))
        begun = [days for days in horizons if last - day >= _BEGUN * days]
        if asked.size and begun:
            for case in _ask(filled[asked], asked, day, begun):
                parts[case.days_ahead].append(case)
    return {days: _joined(some) for days, some in parts.items()}


def days_needed(series: int) -> int:
    """How many of a panel's newest days learning looks at, by its number of series."""
    return ORIGIN_SPACING_DAYS * _most_origins(series) + MEMORY_DAYS


def _most_origins(series: int) -> int:
    return max(MOST_ORIGINS, MOST_CASES // max(series, 1))


def _origins(prices: Floats) -> range:
    series, days = prices.shape
    newest = days - 2
    oldest = max(MIN_DAYS - 1, newest - ORIGIN_SPACING_DAYS * (_most_origins(series) - 1))
    return range(newest, oldest - 1, -ORIGIN_SPACING_DAYS)


def _ask(filled: Floats, rows: Days, day: int, horizons: Sequence[int]) -> list[Cases]:
    """The cases of one day for each number of days."""
    past, now = filled[:, : day + 1], filled[:, day]
    state, targets, cases = states(past), target_prices(past), []
    for days_ahead in horizons:
        future = filled[:, day + 1 : day + 1 + days_ahead]
        oracle = 1 - np.minimum(future.min(axis=1), now) / now
        saving = 1 - paid_prices(future, targets) / now
        cases.append(Cases(days_ahead, state, saving, oracle, rows, np.full(rows.size, day)))
    return cases


def fit(cases: Cases) -> Policy:
    """The policy that cases teach, and the threshold that its backtest allows.

    The score cards are ridge regressions towards `prior`; series of one day count less than one by one. The backtest
    goes through time: each `_REFIT_DAYS` are judged by what had ended before them.
    """
    cells, paid_more = design(cases.state), cases.saving < 0
    expected = np.column_stack(prior(cases.state, cases.days_ahead))
    seen = np.column_stack([cases.saving.clip(_MOST_LOST, _MOST_SAVED), paid_more]) - expected
    weights = _weights(cases)
    gram, sums = np.diag(np.r_[_RIDGE_CONSTANT, np.full(CELLS - 1, _RIDGE)]), np.zeros((CELLS, 2))
    learned, tried, promised = np.zeros(len(weights), dtype=bool), np.zeros(len(weights)), np.zeros(len(weights))
    fitted = Policy(cases.days_ahead, (0.0,) * CELLS, (0.0,) * CELLS, None, Evidence(0, 0, 0, 0, 0, 0, 0))
    for start in _starts(cases):
        ended = (cases.day + cases.days_ahead <= start) & ~learned
        gram += (cells[ended] * weights[ended, None]).T @ cells[ended]
        sums += (cells[ended] * weights[ended, None]).T @ seen[ended]
        learned |= ended
        saving, chance = np.linalg.solve(gram, sums).T.tolist()
        fitted = replace(fitted, saving=tuple(saving), chance=tuple(chance))
        now = (cases.day >= start) & (cases.day < start + _REFIT_DAYS)
        _, promised[now], tried[now] = fitted.judge(cases.state[now])
    threshold, evidence = _allowed(cases, tried)
    surplus = 0.0 if threshold is None else _surplus(cases, promised, tried > threshold)
    saved = () if threshold is None else _saved(cases.where(tried > threshold))
    return replace(fitted, threshold=threshold, evidence=evidence, surplus=surplus, saved_between=saved)


def _saved(waits: Cases) -> tuple[Saved, ...]:
    """Between which all but OUTSIDE of the waits at either end saved, in ways from the price to its target.

    None where that says nothing.

    A way that is hardly any measures nothing, bounds that most waits did not get above are none, and what falls after a
    short way is many times as far, which says nothing of long ones: each third of the ways has its own.
    """
    every, edge = ways_to_target(waits.state), OUTSIDE
    is_way = every >= LEAST_WAY
    ways, shares = every[is_way], waits.saving[is_way] / every[is_way]
    order = np.argsort(ways, kind="stable")
    parts = np.array_split(order, min(_THIRDS, len(order) // MIN_WAITS)) if len(order) >= MIN_WAITS else []
    begins = [LEAST_WAY, *(float(ways[part[0]]) for part in parts[1:])]
    bounds = [np.quantile(shares[part], [edge, 1 - edge]).tolist() for part in parts]
    return tuple(Saved(way, *both) for way, both in zip(begins, bounds, strict=False))


def _surplus(cases: Cases, promised: Floats, waits: Flags) -> float:
    """How much oftener waits paid more than was promised, in the mean over periods; 0 where they did not.

    Few periods say little; and that a promise was kept with ease so far is no reason to promise more.
    """
    _, at, count = np.unique(cases.day[waits] // cases.days_ahead, return_inverse=True, return_counts=True)
    means = np.bincount(at, (cases.saving < 0)[waits] - promised[waits]) / count
    return max(0.0, float(means.sum() / (len(means) + _BEFORE)))


def _starts(cases: Cases) -> list[int]:
    """First days of the periods of the backtest, and the day by which all cases have ended."""
    if not cases.day.size:
        return []
    first, last = int(cases.day.min()), int(cases.day.max())
    return [*range(first, last + 1, _REFIT_DAYS), last + cases.days_ahead]


def _weights(cases: Cases) -> Floats:
    """Less for waits that overlap in time, and for many series of the same day."""
    _, at, count = np.unique(cases.day, return_inverse=True, return_counts=True)
    overlap = min(1.0, ORIGIN_SPACING_DAYS / cases.days_ahead)
    return np.asarray(overlap / (1 + (count[at] - 1) * _SAME_DAY))


def _allowed(cases: Cases, scores: Floats) -> tuple[float | None, Evidence]:
    """The lowest threshold whose waits paid, surely enough, and seldom paid more; the highest's evidence where none."""
    evidence = Evidence(0, 0, 0, 0, 0, 0, 0)
    for threshold in _THRESHOLDS:
        evidence = _evidence(cases, scores > threshold)
        if evidence.waits < MIN_WAITS:
            return None, evidence
        if evidence.saving_at_least >= 0 and evidence.paid_more_at_most <= MOST_PAID_MORE:
            return threshold, evidence
    return None, evidence


def _evidence(cases: Cases, waits: Flags) -> Evidence:
    waited = cases.where(waits)
    count, share = max(len(cases.saving), 1), float(np.mean(waits)) if waits.size else 0.0
    periods = (waited.day - waited.day.min(initial=0)) // cases.days_ahead
    paid_more = (waited.saving < 0).astype(float)
    chance = prior_chance(cases.days_ahead)
    least = min(_bounds(waited.saving, by, *_BEFORE_SAVING)[0] for by in (periods, waited.series))
    most = _bounds(paid_more, periods, chance, _BEFORE_CHANCE_DEVIATION)[1]
    return Evidence(
        cases=len(cases.saving),
        waits=len(waited.saving),
        saving=float(waited.saving.sum() / count),
        oracle=float(cases.oracle.sum() / count),
        paid_more=float(paid_more.sum() / count),
        saving_at_least=least,
        paid_more_at_most=share * most,
    )


def _bounds(values: Floats, clusters: Days, before_mean: float, before_deviation: float) -> tuple[float, float]:
    """Between which the mean over clusters probably lies; few of them weigh beside what other kinds of prices say."""
    _, at, count = np.unique(clusters, return_inverse=True, return_counts=True)
    means = np.bincount(at, values, minlength=count.size) / count
    total = count.size + _BEFORE
    mean = (means.sum() + _BEFORE * before_mean) / total
    squares = ((means - mean) ** 2).sum() + _BEFORE * (before_deviation**2 + (before_mean - mean) ** 2)
    margin = _CAUTION * float(np.sqrt(squares / (total - 1) / total))
    return float(mean) - margin, float(mean) + margin


def _no_cases(days_ahead: int) -> Cases:
    none, nobody = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Cases(days_ahead, np.zeros((0, len(STATES))), none, none, nobody, nobody)


def _joined(parts: Sequence[Cases]) -> Cases:
    names = ("state", "saving", "oracle", "series", "day")
    return Cases(parts[0].days_ahead, *(np.concatenate([getattr(one, name) for one in parts]) for name in names))
