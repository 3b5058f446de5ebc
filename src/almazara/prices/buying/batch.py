"""Advice for a file of prices: each series on the cutoff, learned from that file up to it and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.prices.buying.deciding import decided
from almazara.prices.buying.learning import days_needed, learn
from almazara.prices.buying.policy import HORIZONS, LONGEST_DEADLINE, Action
from almazara.prices.forecasting.announced import AnnouncedMove, restated
from almazara.prices.forecasting.batch import SERIES_ID, announced_in, read_prices, read_table
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.seen_moves import seen_of_each
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


def advise_batch(
    panel: Panel, cutoff: date, deadline_days: int, moves: Sequence[Sequence[AnnouncedMove]] = ()
) -> pl.DataFrame:
    """Learn from a panel of `read_prices` and advise on each of its series on the cutoff, its last day.

    What moved a whole shop at once, whose name stands before the last colon of a series', makes no price high or low.

    Args:
        panel: Daily prices.
        cutoff: Its last day.
        deadline_days: Within how many days one wants to have bought.
        moves: Announced, of each series.

    Returns:
        ADVICE_SCHEMA in the panel's order. `target_price` and `until` are null without `wait`; `expected_saving` is for
        one piece in the table's currency, and in percent of the price.
    """
    if not 1 <= deadline_days <= LONGEST_DEADLINE:
        raise InputError(f"The deadline is {deadline_days} days: ask for 1 to {LONGEST_DEADLINE}.")
    if not panel.names:
        return pl.DataFrame(schema=ADVICE_SCHEMA)
    horizons = sorted({days for days in HORIZONS if days < deadline_days} | {deadline_days})
    announced = moves or [[]] * len(panel.names)
    seen = seen_of_each(restated(panel, announced))
    moved = [[*told, *found] for told, found in zip(announced, seen, strict=True)]
    learned = learn(restated(panel, moved).prices, [""] * len(panel.names), horizons)
    decisions = decided(panel, moved, [None] * len(panel.names), learned, deadline_days)
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
        for name, price, one in zip(panel.names, panel.prices[:, -1].tolist(), decisions, strict=True)
    ]
    return pl.DataFrame(rows, schema=ADVICE_SCHEMA, orient="row")


@dataclass(frozen=True, slots=True)
class AdviceReport:
    """What became of a file: how many series wait, are bought or not known enough, and what was refused or held.

    See `BatchInput`.
    """

    wait: int
    buy: int
    unknown: int
    refused_rows: dict[str, int]
    refused_series: dict[str, str]
    held: dict[str, str]
    refused_events: dict[str, int] = field(default_factory=dict)


def advise_file(
    source: Path,
    target: Path,
    *,
    cutoff: date,
    deadline_days: int,
    events: Path | None = None,
    progress: Progress,
    reading_mb: int | None = None,
) -> AdviceReport:
    """Advise on each series of a CSV file, into a Parquet or CSV file; `events` is one of moves, see `read_moves`."""
    require_target(target, source)
    progress("reading prices", 0, 0)
    table = read_table(source, reading_mb)
    series = table[SERIES_ID].n_unique() if SERIES_ID in table.columns else 0
    found = read_prices(table, cutoff, window_days=days_needed(series), copies=_COPIES, reading_mb=reading_mb)
    progress("learning when waiting pays", 0, 0)
    moves, refused_events = announced_in(events, found.groups, reading_mb)
    advised = advise_batch(found.panel, cutoff, deadline_days, moves)
    write_table(target, advised.lazy())
    return AdviceReport(
        **{action.value: int((advised["action"] == action.value).sum()) for action in Action},
        refused_rows=dict(found.refused_rows),
        refused_series=dict(found.refused_series),
        held=dict(found.held),
        refused_events=refused_events,
    )
