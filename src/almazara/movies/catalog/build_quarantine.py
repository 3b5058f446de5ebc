"""Quarantined rows -> what the API says of them, written ahead as JSON; needs Polars."""

import json
from typing import Final

import msgspec
import numpy as np
import polars as pl

from almazara.movies.catalog.catalog import Groups
from almazara.movies.catalog.cleaning_answers import QuarantinedRow
from almazara.movies.catalog.packing import pack_lines, pack_texts

SHOWN_OF_A_KIND: Final = 1_000
"""Rows of one file and reason that are served; the table `quarantine` holds all of them."""
_FIELDS: Final = 60
_LONGEST_NAME: Final = 80
_LONGEST_VALUE: Final = 200
_CELL: Final = r"^cell (\S+): (.*)$"


def build_quarantine(quarantine: pl.DataFrame) -> Groups:
    """The arrays that `CleaningAnswers` reads, of `schema.QUARANTINE`.

    Returns:
        quarantine: a QuarantinedRow as JSON a row, as `Texts`, in order of file and row; and `files` and `reasons`
            (rows,) int32, places in the next two.
        quarantine_files, quarantine_reasons: the names of the files and reasons, as `Texts`.
    """
    rows = quarantine.sort("file", "row", "reason", "content").with_columns(
        pl.col("reason").str.extract(_CELL, 1).alias("column"),
        pl.coalesce(pl.col("reason").str.extract(_CELL, 2), "reason").alias("reason"),
    )
    shown = rows.filter(pl.int_range(pl.len()).over("file", "reason") < SHOWN_OF_A_KIND)
    lines = [msgspec.json.encode(_row(**row)) + b"\n" for row in shown.iter_rows(named=True)]
    files, file_of_row = _coded(shown["file"])
    reasons, reason_of_row = _coded(shown["reason"])
    return {
        "quarantine": {**pack_lines(b"".join(lines)), "files": file_of_row, "reasons": reason_of_row},
        "quarantine_files": pack_texts(files),
        "quarantine_reasons": pack_texts(reasons),
    }


def _coded(values: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """The distinct values in order, and the place of each value in them: int32."""
    distinct, places = np.unique(values.to_numpy().astype(np.str_), return_inverse=True)
    return pl.Series(distinct.tolist(), dtype=pl.String), places.astype(np.int32)


def _row(*, file: str, row: int, column: str | None, reason: str, content: str) -> QuarantinedRow:
    whole = {name: "" if value is None else str(value) for name, value in json.loads(content).items()}
    shown = {name[:_LONGEST_NAME]: text[:_LONGEST_VALUE] for name, text in list(whole.items())[:_FIELDS]}
    return QuarantinedRow(file, row, column, reason, "", shown, shown != whole)
