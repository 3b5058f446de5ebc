"""Rolling-origin comparison of forecasts on panels of real daily retail prices.

    python benchmarks/forecasting                                  the default and its parts
    python benchmarks/forecasting --models prophet ets theta ces lstm --series 30 --cutoffs 5
    python benchmarks/forecasting --series 20 --days 90            pseudo-panels: few series, short histories

Every panel is forecast with a prior that was learned on the other panels alone (--shipped: with the one in the
package, which has seen these panels), at cutoffs that stand evenly over it. Each ratio is the geometric mean over the
cutoffs of the panel, with a 95 % interval by a bootstrap of the cutoffs: prices of one day move together, so many
series make no more of them. `last value` is our own baseline, pooled changes; `naive` is statsforecast's with conformal
intervals (--windows of them; 2 is its default). `no events` leaves out series whose group moved as a whole within the
days (a tax); `all at once` is the mean over all cutoffs beside that of the last value, in which lively weeks weigh more
than calm ones; `given a change` those whose price is the same on the day. Brier and log score are of the chance that it
differs, beside those of the last value; coverage is by randomized transforms. CPU seconds are of learning, backtest and
forecast together, per series.
"""

from __future__ import annotations

import argparse
import resource
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import peers
import scores
import train_prior

import panels

COLUMNS = (
    *("model", "panel", "days", "forecasts", "CRPS / last value", "interval", "CRPS / naive", "no events"),
    *("all at once", "given a change", "MAE", "Brier", "log", "80 %", "95 %", "CPU s"),
)
DRAWS = 2_000


def cpu_seconds() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def measured(asked: argparse.Namespace, name: str, start: object, results: dict) -> None:
    """Score every model on every cutoff of a panel into `results`."""
    matrix, horizon = panels.load(asked.data, name), max(asked.horizons)
    for task in panels.tasks(
        matrix, series=asked.series, horizon=horizon, days=asked.days, seed=asked.seed, count=asked.cutoffs
    ):
        known = peers.learners(start)
        for model in ["naive", "last_value", *asked.models]:
            begun = cpu_seconds()
            if model == "naive":
                values = {h: peers.naive_conformal(task.history, h, asked.windows) for h in asked.horizons}
            elif model in known:
                values = dict.fromkeys(asked.horizons, peers.by_learner(task, known[model], horizon, asked.parts))
            else:
                values = dict.fromkeys(asked.horizons, peers.by_name(task, model, horizon))
            spent = (cpu_seconds() - begun) / len(task.history)
            for h in asked.horizons:
                found = scores.scored(task.history, task.future, values[h], h)
                told = {"event": panels.moved_together(task, h), "cpu": np.full(len(task.history), spent)}
                results[model, name, h].append({**found, **told})


Part = dict[str, np.ndarray]


def every(part: Part) -> np.ndarray:
    return np.ones(len(part["crps"]), dtype=bool)


def ratio(own: list[Part], other: list[Part], key: str, only: Callable[[Part], np.ndarray] = every) -> np.ndarray:
    """By cutoff, the mean of one model over another's; NaN where there is nothing to compare."""
    found = []
    for ours, theirs in zip(own, other, strict=True):
        rows = only(ours)
        above, below = (one[key][rows].mean() if rows.any() else 0.0 for one in (ours, theirs))
        found.append(above / below if above > 0 and below > 0 else np.nan)  # no error at all has no ratio
    return np.array(found)


def geometric(ratios: np.ndarray) -> float:
    return float(np.exp(np.nanmean(np.log(ratios)))) if np.isfinite(ratios).any() else np.nan


def interval(ratios: np.ndarray) -> tuple[float, float]:
    """Of the geometric mean, by drawing cutoffs anew."""
    known = np.log(ratios[np.isfinite(ratios)])
    if not known.size:
        return np.nan, np.nan
    drawn = np.random.default_rng(0).choice(known, (DRAWS, known.size)).mean(axis=1)
    low, high = np.exp(np.quantile(drawn, [0.025, 0.975]))
    return float(low), float(high)


def line(results: dict, model: str, panel: str, h: int) -> list[str]:
    """What a model came to on a panel, h days ahead."""
    own, naive, last = (results[one, panel, h] for one in (model, "naive", "last_value"))
    crps = ratio(own, last, "crps")
    low, high = interval(crps)
    ratios = [
        ratio(own, naive, "crps"),
        ratio(own, last, "crps", lambda one: ~one["event"]),
        ratio(own, last, "crps", lambda one: one["changed"]),
        *(ratio(own, last, key) for key in ("mae", "brier", "log")),
    ]
    total, other = (np.concatenate([one["crps"] for one in parts]).sum() for parts in (own, last))
    ratios.insert(2, np.array([total / other]))
    means = {key: np.concatenate([one[key] for one in own]).mean() for key in ("cover_80", "cover_95", "cpu")}
    return [
        *(model, panel, str(h), f"{len(own)} x {np.mean([len(one['crps']) for one in own]):.0f}"),
        *(f"{geometric(crps):.3f}", f"{low:.2f} .. {high:.2f}"),
        *(f"{geometric(one):.3f}" for one in ratios),
        *(f"{means['cover_80']:.0%}", f"{means['cover_95']:.0%}", f"{means['cpu']:.4f}"),
    ]


def report(asked: argparse.Namespace, results: dict) -> None:
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for model in ["last_value", *asked.models]:
        for h in asked.horizons:
            rows = [line(results, model, name, h) for name in asked.panels]
            for row in rows:
                print(f"| {' | '.join(row)} |")
            over = {at: geometric(np.array([float(row[at]) for row in rows])) for at in (4, 6, 7, 8, 9, 10, 11, 12)}
            whole = [model, "geometric mean", str(h), *(f"{over[at]:.3f}" if at in over else "" for at in range(3, 16))]
            print(f"| {' | '.join(whole)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=panels.DATA, help="folder that holds prices/series")
    parser.add_argument("--panels", nargs="*", default=list(panels.FILES))
    parser.add_argument("--models", nargs="*", default=["steps", "boost", "ensemble (base)", "ensemble"])
    parser.add_argument("--horizons", nargs="*", type=int, default=[7, 14, 30])
    parser.add_argument("--series", type=int, default=120, help="series per panel at most")
    parser.add_argument("--days", type=int, help="days of history at most")
    parser.add_argument("--cutoffs", type=int, default=10, help="cutoffs per panel")
    parser.add_argument("--windows", type=int, default=2, help="windows of the naive forecast's conformal intervals")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1, help="parts of a panel that are forecast by themselves")
    parser.add_argument("--shipped", action="store_true", help="begin from the prior in the package")
    asked = parser.parse_args()
    starts = dict.fromkeys(asked.panels) if asked.shipped else train_prior.leave_one_out(asked.data, asked.panels)
    results: dict = defaultdict(list)
    for name in asked.panels:
        measured(asked, name, starts[name], results)
    report(asked, results)


if __name__ == "__main__":
    main()
