"""CPU seconds and peak memory of the served default on made series, beside Prophet's per series, in one run.

python benchmarks/forecasting/speed.py --series 1000 --days 730 --prophet 10
python benchmarks/forecasting/speed.py --series 1000 --retrain --prophet 0    a retraining of so many products
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import peers

from almazara.prices.forecasting.batch import QUANTILES
from almazara.prices.forecasting.making import build_forecasts
from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.ensemble import Ensemble
from almazara.prices.forecasting.models.steps import Steps
from panels import Task


def made(series: int, days: int, *, seed: int = 0) -> np.ndarray:
    """Prices that change on one day in 25."""
    rng = np.random.default_rng(seed)
    moves = (rng.random((series, days)) < 0.04) * rng.normal(0, 0.1, (series, days))
    return np.round(20 * np.exp(np.cumsum(moves, axis=1)), 2)


def measured(name: str, series: int, work: Callable[[], object]) -> None:
    """Print what the work took, and the most memory that this process has held so far."""
    begun = time.process_time()
    work()
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {spent:.1f} CPU s, {1000 * spent / series:.1f} ms a series, peak {peak:.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--horizon", type=int, default=30)
    parser.add_argument("--prophet", type=int, default=10, help="series for Prophet; 0 leaves it out")
    parser.add_argument("--retrain", action="store_true", help="backtest, choose and forecast with the base install")
    asked = parser.parse_args()
    prices = made(asked.series, asked.days)
    task = Task(
        "made", date(2020, 1, 1), np.array([f"made:{row:06d}" for row in range(len(prices))]), prices, prices[:, :0]
    )
    panel = peers.panel_of(task)
    if asked.retrain:
        base = {registry.ENSEMBLE: Ensemble([Steps().learn])}
        models = {name: base.get(name) or registry.create(name) for name in registry.DEFAULTS}
        measured("retraining", asked.series, lambda: build_forecasts(panel, models))
    else:
        for name, model in {"ensemble (base)": Ensemble([Steps().learn]), "ensemble": Ensemble()}.items():
            measured(name, asked.series, lambda model=model: model.by_listing(panel, asked.horizon, QUANTILES))
    if asked.prophet:
        before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        some = replace(task, series=task.series[: asked.prophet], history=prices[: asked.prophet])
        peers.by_name(some, "prophet", asked.horizon)
        after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        spent = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))
        print(f"prophet (fit and forecast alone): {1000 * spent / asked.prophet:.0f} ms a series")


if __name__ == "__main__":
    main()
