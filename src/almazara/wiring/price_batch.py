"""Builds the forecast of a file of prices: read, forecast with the served default, write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from almazara.prices.batch import forecast_batch, read_prices
from almazara.wiring.movies import Progress


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a file: how many series were forecast, and what was refused."""

    forecast: int
    refused_rows: dict[str, int]
    refused_series: dict[str, str]


def forecast_file(source: Path, target: Path, *, cutoff: date, horizon_days: int, progress: Progress) -> BatchReport:
    """Forecast each series of a CSV file into a Parquet or CSV file."""
    from almazara.prices.adapters.forecast_tables import read_table, write_table
    from almazara.prices.forecasters.ensemble import Ensemble

    progress("reading prices", 0, 0)
    found = read_prices(read_table(source), cutoff)
    progress("forecasting", 0, 0)
    table = forecast_batch(found.panel, Ensemble().learn, Ensemble.name, horizon_days)
    write_table(target, table)
    count = len(found.panel.names) if found.panel else 0
    return BatchReport(count, dict(found.refused_rows), dict(found.refused_series))
