"""Advice for a file of prices: each series on the cutoff, learned from that file up to it and nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.prices.buying.learning import days_needed, learn
from almazara.prices.buying.policy import HORIZONS, LONGEST_DEADLINE, decide
from almazara.prices.forecasting.batch import SERIES_ID, read_prices, read_table
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.tables_written import require_target, write_table
from almazara.prices.schema import CUTOFF, PRICE
from almazara.runs import Progress

_COPIES: Final = 13  # of the panel, as learning takes memory: sums, ages, cases
ADVICE_SCHEMA: Final = {
    SERIES_ID: pl.String,
    CUTOFF: pl.Date,
    "action": pl.String,
    PRICE: pl.Float64,
    "target_price": pl.Float64,
    "until": pl.Date,
    "expected_saving": pl.Float64,
    "expected_saving_percent": pl.Float64,
    "chance_of_paying_more": pl.Float64,
    "why": pl.String,
}


def advise_batch(panel: Panel, cutoff: date, deadline_days: int) -> pl.DataFrame:
    """Learn from a panel of `read_prices` and advise on each of its series on the cutoff, its last day.

    Returns:
        ADVICE_SCHEMA in the panel's order. `target_price` and `until` are null with `buy`; `expected_saving` is for
        one piece in the table's currency, and in percent of the price.
    """
    if not 1 <= deadline_days <= LONGEST_DEADLINE:
        raise InputError(f"The deadline is {deadline_days} days: ask for 1 to {LONGEST_DEADLINE}.")
    if not panel.names:
        return pl.DataFrame(schema=ADVICE_SCHEMA)
    horizons = sorted({days for days in HORIZONS if days < deadline_days} | {deadline_days})
    prices = panel.prices
    policy = learn(prices, [""] * len(panel.names), horizons).of(None, deadline_days)
    rows = [
        (
            name,
            cutoff,
            one.action.value,
            price,
            one.target,
            cutoff + timedelta(days=one.days) if one.days else None,
            price * one.saving,
            100 * one.saving,
            one.chance,
            one.why.value,
        )
        for name, price, one in zip(panel.names, prices[:, -1].tolist(), decide(prices, policy), strict=True)
    ]
    return pl.DataFrame(rows, schema=ADVICE_SCHEMA, orient="row")


@dataclass(frozen=True, slots=True)
class AdviceReport:
    """What became of a file: how many series wait or are bought, and what was refused or held (see `BatchInput`)."""

    wait: int
    buy: int
    refused_rows: dict[str, int]
    refused_series: dict[str, str]
    held: dict[str, str]


def advise_file(
    source: Path, target: Path, *, cutoff: date, deadline_days: int, progress: Progress, reading_mb: int | None = None
) -> AdviceReport:
    """Advise on each series of a CSV file, into a Parquet or CSV file."""
    require_target(target, source)
    progress("reading prices", 0, 0)
    table = read_table(source, reading_mb)
    series = table[SERIES_ID].n_unique() if SERIES_ID in table.columns else 0
    found = read_prices(table, cutoff, window_days=days_needed(series), copies=_COPIES, reading_mb=reading_mb)
    progress("learning when waiting pays", 0, 0)
    advised = advise_batch(found.panel, cutoff, deadline_days)
    write_table(target, advised.lazy())
    waits = int((advised["action"] == "wait").sum())
    refused = dict(found.refused_rows), dict(found.refused_series)
    return AdviceReport(waits, advised.height - waits, *refused, dict(found.held))
