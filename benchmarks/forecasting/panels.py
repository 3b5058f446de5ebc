"""Panels of real daily retail prices as dense matrices, and the cutoffs at which they are forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from almazara.prices.forecasting.panel import Panel, filled_forward
from almazara.prices.forecasting.seen_moves import seen_of_each

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MIN_DAYS = 14
KNOWN_DAYS = 28
FILES = {
    "gpu": "amazon_us_keepa_gpu_price_events",
    "es_oil": "facua_es_supermarkets_olive_oil_daily_2024",
    "at": "heissepreise_at_price_changes_2017_2023",
    "ocado": "ocado_uk_price_changes_2022_2024",
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """A panel: prices of shape (series, days), filled forward; column 0 is `first`."""

    name: str
    first: date
    series: np.ndarray
    prices: np.ndarray


@dataclass(frozen=True, slots=True)
class Task:
    """A panel up to a cutoff (its last column), and what came: shape (series, horizon)."""

    panel: str
    cutoff: date
    series: np.ndarray
    history: np.ndarray
    future: np.ndarray


def load(data: Path, name: str) -> Matrix:
    """One of FILES, whole."""
    rows = pl.read_csv(data / "prices" / "series" / f"{FILES[name]}.csv.gz", schema_overrides={"date": pl.String})
    rows = rows.with_columns(pl.col("date").str.slice(0, 10).str.to_date())
    rows = rows.unique(["series_id", "date"], keep="last", maintain_order=True).sort("series_id", "date")
    first, last = rows["date"].min(), rows["date"].max()
    prices = np.full((rows["series_id"].n_unique(), (last - first).days + 1), np.nan)
    columns = (rows["date"] - first).dt.total_days().to_numpy()
    prices[rows["series_id"].rle_id().to_numpy().astype(int), columns] = rows["price"].to_numpy()
    return Matrix(name, first, rows["series_id"].unique(maintain_order=True).to_numpy(), filled_forward(prices))


def cutoffs(matrix: Matrix, count: int, horizon: int) -> list[int]:
    """So many columns, evenly from the first on which half of all series have KNOWN_DAYS to the last but `horizon`."""
    known = (np.cumsum(~np.isnan(matrix.prices), axis=1) >= KNOWN_DAYS).mean(axis=0)
    first, last = int((known >= 0.5).argmax()), matrix.prices.shape[1] - 1 - horizon
    return np.linspace(first, last, count).astype(int).tolist()


def tasks(matrix: Matrix, *, series: int, horizon: int, days: int | None, seed: int, count: int) -> list[Task]:
    """The panel at so many cutoffs, oldest first; series without MIN_DAYS of history are left out.

    Args:
        matrix: The panel.
        series: How many series at most, drawn at random.
        horizon: Days that must be known after a cutoff.
        days: Length of the history at most; None for all of it.
        seed: Of the draw.
        count: How many cutoffs.
    """
    prices, names = matrix.prices, matrix.series
    if len(prices) > series:
        drawn = np.sort(np.random.default_rng(seed).choice(len(prices), series, replace=False))
        prices, names = prices[drawn], names[drawn]
    found = []
    for column in cutoffs(matrix, count, horizon):
        end = column + 1
        begin = max(0, end - min(days or 1_100, 1_100))
        rows = (~np.isnan(prices[:, begin:end])).sum(axis=1) >= MIN_DAYS
        if rows.sum() > 1:
            cutoff, future = matrix.first + timedelta(days=column), prices[rows, end : end + horizon]
            found.append(Task(matrix.name, cutoff, names[rows], prices[rows, begin:end], future))
    return found


def moved_together(task: Task, horizon: int) -> np.ndarray:
    """Of each series, whether its group moved as a whole on a day after the cutoff, up to day `horizon`."""
    prices = np.column_stack([task.history[:, -1:], task.future[:, :horizon]])
    panel = Panel.whole([str(name) for name in task.series], task.cutoff, prices)
    return np.array([bool(one) for one in seen_of_each(panel)])
