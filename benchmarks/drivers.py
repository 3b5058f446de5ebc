"""Whether the origin price (Infaoliva) or the world price (IMF, by FRED) of olive oil tells where shops' prices go.

    python benchmarks/drivers.py

The index of some oils is the running mean of their daily log changes. Its change over the next h days is foretold by
its own change over the last k days, by that and the driver's, or by the gap between both: least squares on what had
ended by the day of the forecast, rolled through time. Each cell is the mean absolute error as a ratio to that of no
change at all: above 1, one is better off without. The world price of a month is taken as known from the middle of the
next one.
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "prices" / "series"
ORIGIN = ("infaoliva_spain_origin_daily_2015_2025", "INFAOLIVA_AOVE_PICUAL", timedelta(0))
WORLD = ("olive_oil_world_monthly_fred_polvoilusdm", "POLVOILUSDM", timedelta(days=45))
NO_OIL = "(?i)thunfisch|sardinen|grissini|albacore"
FEWEST = 20


def rows_of(data: Path, stem: str) -> pl.DataFrame:
    rows = pl.read_csv(data / f"{stem}.csv.gz", schema_overrides={"date": pl.String, "series_id": pl.String})
    return rows.with_columns(pl.col("date").str.slice(0, 10).str.to_date())


def filled(rows: pl.DataFrame, days: pl.Series) -> np.ndarray:
    """Log prices of one series on each day, filled forward; NaN before its first."""
    known = rows.select("date", pl.col("price").log()).sort("date")
    return pl.DataFrame({"date": days}).join_asof(known, on="date")["price"].cast(pl.Float64).to_numpy()


def driver(data: Path, of: tuple[str, str, timedelta], days: pl.Series) -> np.ndarray:
    stem, name, late = of
    rows = rows_of(data, stem).filter(pl.col("series_id") == name)
    return filled(rows.with_columns(pl.col("date") + late), days)


def index(rows: pl.DataFrame) -> tuple[pl.Series, np.ndarray]:
    """Days, and the running mean of the daily log changes of all series."""
    days = pl.date_range(rows["date"].min(), rows["date"].max(), eager=True)
    logs = np.stack([filled(one, days) for _, one in rows.group_by("series_id", maintain_order=True)])
    changes = np.diff(logs, axis=1)
    known = ~np.isnan(changes)
    mean = np.where(known, changes, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return days, np.concatenate([[0.0], np.cumsum(mean)])


def rolled(own: np.ndarray, other: np.ndarray, ahead: int, back: int, every: int) -> tuple[int, dict[str, float]]:
    """How many forecasts were made, and the ratio of each way of making them."""
    days = np.arange(back, len(own) - ahead, every)
    days = days[~np.isnan(other[days - back])]
    came, moved, driven = own[days + ahead] - own[days], own[days] - own[days - back], other[days] - other[days - back]
    ways = {"own": np.column_stack([moved]), "own and driver": np.column_stack([moved, driven])}
    ways["gap"] = np.column_stack([driven - moved])
    missed: dict[str, list[float]] = {name: [] for name in ways}
    still: list[float] = []
    for number, day in enumerate(days):
        ended = days + ahead <= day
        if ended.sum() < FEWEST:
            continue
        still.append(abs(came[number]))
        for name, seen in ways.items():
            learned = np.linalg.lstsq(seen[ended], came[ended])[0]
            missed[name].append(abs(came[number] - seen[number] @ learned))
    base = np.mean(still) if still else np.nan
    return len(still), {name: float(np.mean(some) / base) if some else np.nan for name, some in missed.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    oils = rows_of(data, "heissepreise_at_price_changes_2017_2023")
    oils = oils.filter(pl.col("title").str.contains("(?i)olivenöl") & ~pl.col("title").str.contains(NO_OIL))
    origin = rows_of(data, ORIGIN[0]).filter(pl.col("series_id") == ORIGIN[1])
    spanish, austrian, picual = (
        index(rows) for rows in (rows_of(data, "facua_es_supermarkets_olive_oil_daily_2024"), oils, origin)
    )
    pairs = {
        "Spanish shops, origin": (spanish, ORIGIN, 1),
        "Austrian shops, origin": (austrian, ORIGIN, 7),
        "Austrian shops, world": (austrian, WORLD, 7),
        "origin, world": (picual, WORLD, 7),
    }
    print("| index, driver | ahead | back | forecasts | own | own and driver | gap |\n|---|---|---|---|---|---|---|")
    for title, ((days, own), of, every) in pairs.items():
        other = driver(data, of, days)
        for ahead in (30, 90):
            for back in (30, 90):
                count, ratios = rolled(own, other, ahead, back, every)
                if count:
                    cells = " | ".join(f"{one:.2f}" for one in ratios.values())
                    print(f"| {title} | {ahead} | {back} | {count} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
