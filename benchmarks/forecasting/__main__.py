"""Rolling-origin comparison of forecasts on panels of real daily retail prices.

    python benchmarks/forecasting                                  the default and its parts
    python benchmarks/forecasting --models prophet ets theta ces lstm --series 30 --every 3
    python benchmarks/forecasting --series 20 --days 90            pseudo-panels: few series, short histories

Every panel is forecast with a prior that was learned on the other panels alone (--shipped: with the one in the
package, which has seen these panels). Ratios are to the naive forecast with conformal intervals (statsforecast, with
--windows of them; 2 is its default), errors shares of the last price, means over all series and cutoffs; `at h` scores
day h alone, `to h` the days 1..h. CPU seconds are of learning, backtest and forecast together, per series.
"""

from __future__ import annotations

import argparse
import resource
from collections import defaultdict
from pathlib import Path

import numpy as np
import peers
import scores
import train_prior

import panels

HEADER = """
| model | panel | days | tasks | CRPS at h | CRPS to h | to last_value | MAE at h | MAE to h | 80 % | 95 % | CPU s |
|---|---|---|---|---|---|---|---|---|---|---|---|"""


def cpu_seconds() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def measured(asked: argparse.Namespace, name: str, start: object, results: dict) -> None:
    """Score every model on every cutoff of a panel into `results`."""
    matrix, horizon = panels.load(asked.data, name), max(asked.horizons)
    for task in panels.tasks(
        matrix, series=asked.series, horizon=horizon, days=asked.days, seed=asked.seed, every=asked.every
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
                results[model, name, h].append({**found, "cpu": np.full(len(task.history), spent)})


def means(parts: list[dict[str, np.ndarray]]) -> dict[str, float]:
    return {key: float(np.concatenate([part[key] for part in parts]).mean()) for key in parts[0]}


def report(asked: argparse.Namespace, results: dict) -> None:
    print(HEADER)
    for model in ["last_value", *asked.models]:
        for h in asked.horizons:
            ratios = []
            for name in asked.panels:
                if (model, name, h) not in results:
                    continue
                own, naive, last = (means(results[m, name, h]) for m in (model, "naive", "last_value"))
                tasks = sum(len(part["crps"]) for part in results[model, name, h])
                ratios.append([own["crps"] / naive["crps"], own["crps_path"] / naive["crps_path"]])
                print(
                    f"| {model} | {name} | {h} | {tasks} | {ratios[-1][0]:.3f} | {ratios[-1][1]:.3f} "
                    f"| {own['crps'] / last['crps']:.3f} | {own['mae'] / naive['mae']:.3f} "
                    f"| {own['mae_path'] / naive['mae_path']:.3f} | {own['cover_80']:.0%} | {own['cover_95']:.0%} "
                    f"| {own['cpu']:.4f} |"
                )
            at_h, to_h = np.exp(np.log(ratios).mean(axis=0))
            print(f"| {model} | geometric mean | {h} | | {at_h:.3f} | {to_h:.3f} | | | | | | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=panels.DATA, help="folder that holds prices/series")
    parser.add_argument("--panels", nargs="*", default=list(panels.FILES))
    parser.add_argument("--models", nargs="*", default=["steps", "boost", "ensemble (base)", "ensemble"])
    parser.add_argument("--horizons", nargs="*", type=int, default=[7, 14, 30])
    parser.add_argument("--series", type=int, default=120, help="series per panel at most")
    parser.add_argument("--days", type=int, help="days of history at most")
    parser.add_argument("--every", type=int, default=1, help="take each n-th cutoff")
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
