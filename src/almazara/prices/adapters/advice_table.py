"""Advice for a file of price histories, into a Parquet file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.prices.adapters.exchange_readers import READERS, format_of
from almazara.prices.advice_batch import AdvisedRow, advise_all
from almazara.prices.exchange import Defaults, Entry, Refusal
from almazara.prices.schema import Observation

_ANY_CURRENCY: Final = "EUR"  # where the file names none: prices of a series are compared with each other alone
_SCHEMA: Final = {
    "series_id": pl.String,
    "cutoff": pl.Date,
    "action": pl.String,
    "price": pl.Float64,
    "target_price": pl.Float64,
    "until": pl.Date,
    "expected_saving": pl.Float64,
    "expected_saving_percent": pl.Float64,
    "chance_of_paying_more": pl.Float64,
    "why": pl.String,
}


def advise_file(source: Path, target: Path, *, cutoff: date, deadline_days: int) -> tuple[list[AdvisedRow], int]:
    """Read a history, advise on each series, and write the rows; nothing is written when that fails.

    Args:
        source: In a format that `almazara prices import` reads; `series_id,date,price` are enough.
        target: The Parquet file.
        cutoff: The day of the advice.
        deadline_days: Within how many days one wants to have bought.

    Returns:
        The rows, and how many rows of the source were refused.

    Raises:
        InputError: when the source cannot be read, or the target cannot be written.
    """
    refused: list[Refusal] = []

    def observations() -> Iterator[Observation]:
        for entry in READERS[format_of(source)](source, Defaults(currency=_ANY_CURRENCY)):
            if isinstance(entry, Entry):
                yield entry.observation
            else:
                refused.append(entry)

    try:
        rows = advise_all(observations(), cutoff, deadline_days)
    except InputError as error:
        first = f" {len(refused)} rows were refused; line {refused[0].line}: {refused[0].reason}" if refused else ""
        raise InputError(f"{error}{first}") from error
    columns = {field.name: [getattr(row, field.name) for row in rows] for field in fields(AdvisedRow)}
    try:
        pl.DataFrame(columns, schema=_SCHEMA).write_parquet(target)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    return rows, len(refused)
