"""What a tax that is announced gives a forecast, day by day before it, and whether it should count only in part.

    python benchmarks/announced.py

Olive oil in Spanish supermarkets, 30 days ahead of cutoffs within the 30 days before the VAT of 1 October 2024: CRPS as
a share of the naive forecast's with conformal intervals (statsforecast). `multiplied` is what is served: from the day
on, every quantile times the factor. `pooled` would say that a price follows with a chance of so much, a mixture of both
forecasts; `in part` that all follow by so much of the move. The prior has not seen this panel.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "forecasting"))
import peers
import train_prior

import panels
from almazara.prices.forecasting.batch import QUANTILES
from almazara.prices.forecasting.metrics import crps
from almazara.prices.forecasting.models.mixture import mixture_quantiles

TAX, FACTOR = date(2024, 10, 1), 1.02
HORIZON, EVERY = 30, 4
POOLED, IN_PART = (0.6, 0.7, 0.8), (0.5, 0.8)
COLUMNS = ("without", "multiplied", *(f"pooled {s:.0%}" for s in POOLED), *(f"in part {s:.0%}" for s in IN_PART))


def of_cutoff(task: panels.Task, learner: peers.Learner) -> np.ndarray:
    """CRPS of the naive forecast, and of ours in each of COLUMNS, on the last day."""
    ours = peers.by_learner(task, learner, HORIZON)[:, -1]
    naive = peers.naive_conformal(task.history, HORIZON, windows=2)[:, -1]
    with_tax = ours * FACTOR
    pools = [
        mixture_quantiles(np.stack([ours, with_tax], axis=1), np.tile([1 - share, share], (len(ours), 1)), QUANTILES)
        for share in POOLED
    ]
    every = [naive, ours, with_tax, *pools, *(ours * (1 + (FACTOR - 1) * share) for share in IN_PART)]
    last = task.history[:, -1]
    return np.array([crps(task.future[:, -1] / last, one / last[:, None], QUANTILES).mean() for one in every])


def main() -> None:
    matrix = panels.load(panels.DATA, "es_oil")
    known = peers.learners(train_prior.leave_one_out(panels.DATA, ["es_oil"])["es_oil"])
    day = (TAX - matrix.first).days
    for name in ("ensemble (base)", "ensemble without classes"):
        print(f"\n| {name} | series | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 2)}")
        ratios = []
        for cutoff in range(day - HORIZON, matrix.prices.shape[1] - HORIZON, EVERY):
            known_prices = matrix.prices[:, : cutoff + 1]
            rows = (~np.isnan(known_prices)).sum(axis=1) >= panels.MIN_DAYS
            future = matrix.prices[rows, cutoff + 1 : cutoff + 1 + HORIZON]
            when = matrix.first + timedelta(days=cutoff)
            found = of_cutoff(panels.Task("es_oil", when, matrix.series[rows], known_prices[rows], future), known[name])
            ratios.append(found[1:] / found[0])
            print(f"| {when} | {rows.sum()} | {' | '.join(f'{one:.3f}' for one in ratios[-1])} |", flush=True)
        print(f"| geometric mean | | {' | '.join(f'{one:.3f}' for one in np.exp(np.log(ratios).mean(axis=0)))} |")


if __name__ == "__main__":
    main()
