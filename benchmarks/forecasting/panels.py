"""Panels of real daily retail prices as dense matrices, and the cutoffs at which they are forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from almazara.prices.forecasting.panel import filled_forward

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MIN_DAYS = 14
FILES = {
    "gpu": "amazon_us_keepa_gpu_price_events",
    "es_oil": "facua_es_supermarkets_olive_oil_daily_2024",
    "at": "heissepreise_at_price_changes_2017_2023",
    "ocado": "ocado_uk_price_changes_2022_2024",
}
CUTOFFS = {
    "es_oil": "2024-08-05 2024-08-20 2024-09-04 2024-09-15 2024-09-26",
    "gpu": "2022-06-15 2022-12-01 2023-06-01 2023-11-15 2024-03-01 2024-06-15 2024-10-01 2025-01-15 2025-04-01 "
    "2025-06-15 2025-07-20",
    "at": "2020-02-01 2020-09-15 2021-03-01 2021-09-01 2022-02-01 2022-06-15 2022-10-01 2022-12-15 2023-02-15 "
    "2023-04-10",
    "ocado": "2023-03-01 2023-05-15 2023-08-01 2023-10-01 2023-12-01 2024-01-15 2024-02-15",
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


def tasks(matrix: Matrix, *, series: int, horizon: int, days: int | None, seed: int, every: int) -> list[Task]:
    """The panel's cutoffs, oldest first; series without MIN_DAYS of history are left out.

    Args:
        matrix: The panel.
        series: How many series at most, drawn at random.
        horizon: Days that must be known after a cutoff.
        days: Length of the history at most; None for all of it.
        seed: Of the draw.
        every: Take each n-th cutoff.
    """
    prices, names = matrix.prices, matrix.series
    if len(prices) > series:
        drawn = np.sort(np.random.default_rng(seed).choice(len(prices), series, replace=False))
        prices, names = prices[drawn], names[drawn]
    found = []
    for text in CUTOFFS[matrix.name].split()[::every]:
        cutoff = date.fromisoformat(text)
        end = (cutoff - matrix.first).days + 1
        begin = max(0, end - min(days or 1_100, 1_100))
        rows = (~np.isnan(prices[:, begin:end])).sum(axis=1) >= MIN_DAYS
        if rows.sum() > 1 and end + horizon <= prices.shape[1]:
            future = prices[rows, end : end + horizon]
            found.append(Task(matrix.name, cutoff, names[rows], prices[rows, begin:end], future))
    return found
