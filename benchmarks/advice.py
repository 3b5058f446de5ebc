"""Buy now or wait on real daily retail prices: what the learned policy saves beside simple rules and an oracle.

    python benchmarks/advice.py --deadline 30
    python benchmarks/advice.py --input FILE.csv.gz --deadline 30     (any tidy history: series_id,date,price,currency)

Every week each series with 28 days of history is asked. The policy is learned anew every four weeks from the panel's
own days up to then, without the moves of whole shops, as `almazara prices advise` does. Who waits pays the first price
at or below the target, or that of the last day. Savings are shares of the price at the time of the question, averaged
over all questions; the interval is a bootstrap over series and over blocks of `--deadline` days at once. `rule of
others` waits while the price is more than z above the lowest of 90 days; z is the one that saved most, paying more in 8
% at most, on the *other* panels.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from almazara.prices.buying.learning import MOST_PAID_MORE, learn
from almazara.prices.buying.policy import HORIZONS, Policy, decide
from almazara.prices.buying.states import MIN_DAYS, WINDOW_DAYS, paid_prices, states, target_prices
from almazara.prices.forecasting.announced import restated
from almazara.prices.forecasting.batch import read_prices, read_table
from almazara.prices.forecasting.panel import Floats, Panel
from almazara.prices.forecasting.seen_moves import seen_of_each

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "prices" / "series"
PANELS = {
    "Amazon US, graphics cards": "amazon_us_keepa_gpu_price_events",
    "ES supermarkets, olive oil": "facua_es_supermarkets_olive_oil_daily_2024",
    "AT supermarkets": "heissepreise_at_price_changes_2017_2023",
    "UK Ocado": "ocado_uk_price_changes_2022_2024",
}
ASKED_EVERY, LEARNED_EVERY = 7, 28
MARGINS = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2)
_TOLD = ("chance", "advised", "bounds")
FRONTIER = (-1.0, 0.0, 0.003, 0.006, 0.01, 0.02, 0.03, 0.05)


@dataclass(frozen=True, slots=True)
class Asked:
    """All questions on a panel: one element per question."""

    series: np.ndarray
    day: np.ndarray
    oracle: Floats
    always: Floats
    quantile: Floats
    median: Floats
    rules: Floats
    advised: Floats
    waiting: Floats
    score: Floats
    chance: Floats
    bounds: Floats


def panel_of(path: Path, most: int) -> Panel:
    """Daily prices of at most so many series of a file, spread over it, up to its last day."""
    table = read_table(path)
    last = date.fromisoformat(table["date"].max()[:10])
    panel = read_prices(table, last, window_days=10**4).panel
    return panel.of(range(0, len(panel.names), -(-len(panel.names) // most)))


def ask(panel: Panel, deadline: int) -> Asked:
    """Ask about every series every week."""
    prices = panel.prices
    rows: list[tuple[Floats, ...]] = []
    policy: Policy | None = None
    horizons = sorted({days for days in HORIZONS if days < deadline} | {deadline})
    age = np.cumsum(~np.isnan(prices), axis=1)
    for number, day in enumerate(range(MIN_DAYS - 1, prices.shape[1] - deadline, ASKED_EVERY)):
        past = panel.until(panel.first_day + timedelta(days=day))
        known = restated(past, seen_of_each(past)).prices
        if number % (LEARNED_EVERY // ASKED_EVERY) == 0:
            policy = learn(known, [""] * len(prices), horizons).of(None, deadline)
        series = np.flatnonzero((age[:, day] >= MIN_DAYS) & ~np.isnan(prices[:, day]))
        if series.size:
            future = prices[series, day + 1 : day + 1 + deadline]
            rows.append(questions(known[series], future, series, deadline, policy))
    return Asked(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def questions(
    past: Floats, future: Floats, series: np.ndarray, deadline: int, policy: Policy | None
) -> tuple[Floats, ...]:
    now, day = past[:, -1], past.shape[1] - 1

    def saved(targets: Floats, days: int = deadline) -> Floats:
        return 1 - paid_prices(future[:, :days], targets) / now

    window = past[:, -WINDOW_DAYS:]
    low, middle = (np.nanquantile(window, q, axis=1) for q in (0.25, 0.5))
    halfway, above = saved(target_prices(past)), np.log(now / np.nanmin(window, axis=1))
    advised, waiting, score = np.zeros(len(now)), np.zeros(len(now)), np.full(len(now), -2.0)
    chance, bounds = np.full(len(now), np.nan), np.full((len(now), 2), np.nan)
    if policy is not None:
        decisions = decide(past, policy)
        waits = np.array([one.days > 0 for one in decisions])
        chance[waits] = [one.chance for one in decisions if one.days]
        bounds[waits] = np.reshape([one.saves or (np.nan, np.nan) for one in decisions if one.days], (-1, 2))
        waiting = saved(target_prices(past), policy.days)
        advised = np.where(waits, waiting, 0.0)
        score = policy.judge(states(past))[2]
    return (
        series,
        np.full(len(now), day),
        1 - np.minimum(np.nanmin(future, axis=1), now) / now,
        1 - future[:, -1] / now,
        np.where(now > low, saved(low), 0.0),
        np.where(now > middle, saved(middle), 0.0),
        np.column_stack([np.where(above > margin, halfway, 0.0) for margin in MARGINS]),
        advised,
        waiting,
        score,
        chance,
        bounds,
    )


def interval(saved: Floats, asked: Asked, deadline: int, draws: int = 500) -> tuple[float, float]:
    """95 % interval of the mean saving: series and blocks of days are drawn anew, both at once."""
    rng = np.random.default_rng(0)
    _, series = np.unique(asked.series, return_inverse=True)
    _, block = np.unique((asked.day - asked.day.min()) // deadline, return_inverse=True)
    shape = (series.max() + 1, block.max() + 1)
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (series, block), saved)
    np.add.at(count, (series, block), 1)
    means = []
    for _ in range(draws):
        rows, columns = (np.bincount(rng.integers(0, n, n), minlength=n) for n in shape)
        means.append((rows @ total @ columns) / max(rows @ count @ columns, 1))
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def line(name: str, saved: Floats, asked: Asked, deadline: int) -> str:
    low, high = interval(saved, asked, deadline)
    share = saved.mean() / asked.oracle.mean()
    return (
        f"| {name} | {saved.mean():.2%} | {low:.2%} .. {high:.2%} | {share:.0%} | {(saved < -1e-9).mean():.1%} | "
        f"{(saved != 0).mean():.0%} |"
    )


def reliability(found: dict[str, Asked]) -> None:
    """What was told of waits beside what came: by panel, then in bands of the told chance of paying more."""
    columns = ("waits", "told to pay more", "paid more", "saved within what was told", "less", "more")
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    parts = {name: ~np.isnan(asked.chance) for name, asked in found.items()}
    every = [np.concatenate([getattr(found[name], key)[rows] for name, rows in parts.items()]) for key in _TOLD]
    named = [(name, [getattr(found[name], key)[rows] for key in _TOLD]) for name, rows in parts.items()]
    edges = [0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 1.0]
    for low, high in itertools.pairwise(edges):
        rows = (every[0] >= low) & (every[0] < high)
        named.append((f"told {low:.1%} to {high:.1%}", [one[rows] for one in every]))
    for name, (chance, saved, bounds) in named:
        if not chance.size:
            continue
        has = ~np.isnan(bounds[:, 0])
        least, most = bounds[has].T
        within = "not told | |"
        if has.any():
            below, above = (saved[has] < least - 1e-9).mean(), (saved[has] > most + 1e-9).mean()
            within = f"{1 - below - above:.0%} | {below:.0%} | {above:.0%}"
        print(f"| {name}: {chance.size} | {chance.mean():.1%} | {(saved < -1e-9).mean():.1%} | {within} |")


def best_margin(others: list[Asked]) -> int:
    """The margin with the greatest mean share of the oracle on other panels, among those that seldom pay more."""
    shares = np.mean([asked.rules.mean(axis=0) / asked.oracle.mean() for asked in others], axis=0)
    paid_more = np.max([(asked.rules < -1e-9).mean(axis=0) for asked in others], axis=0)
    return int(np.where(paid_more <= MOST_PAID_MORE, shares, -1).argmax())


def report(found: dict[str, Asked], deadline: int) -> None:
    rules: dict[str, Callable[[Asked], Floats]] = {
        "oracle": lambda asked: asked.oracle,
        "always wait": lambda asked: asked.always,
        "25 % quantile of 90 days": lambda asked: asked.quantile,
        "median of 90 days": lambda asked: asked.median,
    }
    for panel, asked in found.items():
        print(f"\n**{panel}**: {asked.day.size} questions, deadline {deadline} days\n")
        print("| policy | saves | 95 % interval | of the oracle | pays more | other price |\n|---|---|---|---|---|---|")
        for name, saved in rules.items():
            print(line(name, saved(asked), asked, deadline))
        others = [one for other, one in found.items() if other != panel]
        if others:
            margin = best_margin(others)
            print(line(f"rule of others (z = {MARGINS[margin]:.0%})", asked.rules[:, margin], asked, deadline))
        print(line("**advice**", asked.advised, asked, deadline))
        frontier = [np.where(asked.score > threshold, asked.waiting, 0.0) for threshold in FRONTIER]
        cells = [f"{s.mean() / asked.oracle.mean():.0%} / {(s < -1e-9).mean():.1%}" for s in frontier]
        print(f"\nShare of the oracle / pays more, waiting from a score of {FRONTIER} on:\n{', '.join(cells)}")
    shares = [asked.advised.mean() / asked.oracle.mean() for asked in found.values()]
    reliability(found)
    print(f"\nMean share of the oracle over {len(shares)} panels: {np.mean(shares):.1%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deadline", type=int, default=30)
    parser.add_argument("--listings", type=int, default=200, help="at most so many series of each panel")
    parser.add_argument("--input", type=Path, action="append", help="other histories than those of the project")
    options = parser.parse_args()
    files = {path.name: path for path in options.input or []} or {
        name: DATA / f"{stem}.csv.gz" for name, stem in PANELS.items()
    }
    found = {name: ask(panel_of(path, options.listings), options.deadline) for name, path in files.items()}
    report(found, options.deadline)


if __name__ == "__main__":
    main()
