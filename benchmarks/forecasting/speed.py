"""CPU seconds and peak memory of the served default on made series, beside Prophet's per series, in one run.

python benchmarks/forecasting/speed.py --series 1000 --days 730 --prophet 10
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import peers


def made(series: int, days: int) -> np.ndarray:
    """Prices that change on one day in 25."""
    rng = np.random.default_rng(0)
    moves = (rng.random((series, days)) < 0.04) * rng.normal(0, 0.1, (series, days))
    return np.round(20 * np.exp(np.cumsum(moves, axis=1)), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--horizon", type=int, default=30)
    parser.add_argument("--prophet", type=int, default=10, help="series for Prophet; 0 leaves it out")
    asked = parser.parse_args()
    prices, learners = made(asked.series, asked.days), peers.learners(None)
    for name in ("ensemble (base)", "ensemble"):
        begun = time.process_time()
        peers.by_learner(prices, learners[name], asked.horizon)
        spent = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{name}: {spent:.1f} CPU s, {1000 * spent / asked.series:.1f} ms a series, peak {peak:.0f} MB", flush=True
        )
    if asked.prophet:
        before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        peers.by_name(prices[: asked.prophet], "prophet", asked.horizon)
        after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        spent = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))
        print(f"prophet (fit and forecast alone): {1000 * spent / asked.prophet:.0f} ms a series")


if __name__ == "__main__":
    main()
