"""Forecasts of many series in one process, in several and on Spark: the same file, the same bytes, what each takes.

Run: python benchmarks/spreading.py [--series 1000 10000 100000] [--on here processes:2 ...] [--daily]

Series of two years are made (a price that changes on one day in 25) and written as a file of changes, or with --daily
a row a day. Each place forecasts it by the command, in a process of its own. Every half second its processes are looked
at: processor seconds of them all, the most memory that they held together (shared pages counted once), and the most
that the process that was called held, which reads the file, gathers what is made and writes it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import psutil

sys.path.insert(0, str(Path(__file__).with_name("forecasting")))
from speed import made

DAYS = 730
FIRST, CUTOFF = np.datetime64("2024-01-01"), "2025-12-30"
PLACES = ("here", "processes:1", "processes:2", "spark:local-cluster[1,1,1024]", "spark:local-cluster[2,1,1024]")
AT_ONCE = 10_000


@dataclass
class Watched:
    """What the processes of a command have taken so far: seconds by process, memory in megabytes."""

    seconds: dict[int, float] = field(default_factory=dict)
    together: float = 0
    called: float = 0

    def look(self, root: psutil.Process) -> None:
        """Look at the command's processes now."""
        held = []
        for process in (root, *root.children(recursive=True)):
            try:
                self.seconds[process.pid] = sum(process.cpu_times()[:2])
                held.append(process.memory_full_info().pss / 1e6)
            except psutil.Error:
                continue  # it has just ended
            if process == root:
                self.called = max(self.called, held[-1])
        self.together = max(self.together, sum(held))


def write(path: Path, series: int, *, daily: bool) -> None:
    """The made series as a file of series_id, date and price."""
    with path.open("wb") as file:
        for begin in range(0, series, AT_ONCE):
            prices = made(min(AT_ONCE, series - begin), DAYS, seed=begin)
            is_told = np.ones_like(prices, dtype=bool)
            if not daily:
                is_told[:, 1:] = prices[:, 1:] != prices[:, :-1]
            rows, days = np.nonzero(is_told)
            names = pl.Series(rows + begin).cast(pl.String).str.zfill(6)
            table = pl.DataFrame({"series_id": names, "date": FIRST + days, "price": prices[rows, days]})
            table.with_columns(pl.col("date").cast(pl.Date)).write_csv(file, include_header=begin == 0)


def forecast(source: Path, place: str, horizon: int) -> tuple[Watched, float, str]:
    """What the command takes, the seconds until it has ended, and the hash of what it wrote."""
    target = source.with_name("forecasts.parquet")
    command = [sys.executable, "-m", "almazara", "prices", "forecast", "--input", source, "--cutoff", CUTOFF]
    command += ["--output", target, "--horizon", str(horizon), "--on", place]
    watched, begun = Watched(), time.perf_counter()
    with source.with_name("said").open("wb") as said, psutil.Popen(command, stdout=said, stderr=said) as process:
        while process.poll() is None:
            watched.look(process)
            time.sleep(0.5)
    if process.returncode:
        sys.exit(source.with_name("said").read_text()[-3000:])
    seconds = time.perf_counter() - begun
    with target.open("rb") as written:
        return watched, seconds, hashlib.file_digest(written, "sha256").hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--on", nargs="+", default=PLACES)
    parser.add_argument("--daily", action="store_true", help="a row a day, not one a change")
    parser.add_argument("--horizon", type=int, default=30)
    asked = parser.parse_args()
    print(f"{'series':>8}  {'on':<32}{'seconds':>8}{'CPU s':>8}{'CPU ms':>8}{'MB':>8}{'MB':>8}  sha256")
    print(f"{'':>8}  {'':<32}{'':>8}{'':>8}{'a series':>8}{'in all':>8}{'called':>8}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "prices.csv"
        for series in asked.series:
            write(source, series, daily=asked.daily)
            for place in asked.on:
                watched, seconds, digest = forecast(source, place, asked.horizon)
                spent = sum(watched.seconds.values())
                print(
                    f"{series:>8}  {place:<32}{seconds:>8.0f}{spent:>8.0f}{1000 * spent / series:>8.1f}"
                    f"{watched.together:>8.0f}{watched.called:>8.0f}  {digest[:12]}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
