"""The cleaning report: what became of each row of each raw file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import polars as pl

from almazara.movies.raw.tables import ROW, ColumnLoss, first_reason

# The verdict on a row: null is kept, these are merged into a row that was kept, any other text is why it was dropped.
VERDICT: Final = "_verdict"
REPEATED_ROW: Final = "repeated_row"
REPEATED_ID: Final = "repeated_id"
REPEATED_RATING: Final = "repeated_rating"
_MERGED: Final = (REPEATED_ROW, REPEATED_ID, REPEATED_RATING)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file's rows: read = kept + merged + dropped."""

    name: str
    sha256: str
    read: int
    kept: int
    merged: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Rows that were dropped for any reason."""
        return sum(self.dropped.values())

    def accounts_for_all(self) -> bool:
        """Whether every row that was read is kept, merged or dropped."""
        return self.read == self.kept + sum(self.merged.values()) + self.lost

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {key: value for key, value in asdict(self).items() if key != "name"}


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """What became of the raw data.

    Attributes:
        files: One report a file; the first is that of the films.
        cells: Cells that were refused, by file, column and reason; their rows stay.
        entries: Nested entries left out: malformed, without a name or code, or the same one again in the same film.
        columns: Columns of which cells could not be read, also where their rows went with them.
        notes: Sentences about the input as a whole, such as columns that it lacks.
    """

    files: tuple[FileReport, ...]
    cells: Mapping[str, int]
    entries: Mapping[str, int]
    columns: tuple[ColumnLoss, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For the manifest and `--json`."""
        return {
            "files": {file.name: file.as_dict() for file in self.files},
            "cells": dict(self.cells),
            "entries": dict(self.entries),
            "columns": [asdict(column) for column in self.columns],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        lines = [_line(file) for file in self.files]
        lines += [f"  cell refused, {name}: {count:,}" for name, count in self.cells.items()]
        lines += [f"  entries left out, {name}: {count:,}" for name, count in self.entries.items()]
        return "\n".join([*lines, *self.notes])


def _line(file: FileReport) -> str:
    reasons = {**file.merged, **file.dropped}
    rest = "".join(f", {name} {count:,}" for name, count in reasons.items())
    return f"{file.name}: {file.read:,} rows read, {file.kept:,} kept{rest}"


def account(name: str, sha256: str, verdicts: pl.Series) -> FileReport:
    """Count the verdicts on all rows of a file."""
    counts = verdicts.drop_nulls().value_counts().sort(verdicts.name)
    by_reason: dict[str, int] = dict(counts.iter_rows())
    return FileReport(
        name=name,
        sha256=sha256,
        read=len(verdicts),
        kept=verdicts.null_count(),
        merged={reason: count for reason, count in by_reason.items() if reason in _MERGED},
        dropped={reason: count for reason, count in by_reason.items() if reason not in _MERGED},
    )


def quarantined(name: str, refused: pl.DataFrame) -> pl.DataFrame:
    """Refused rows of a file, columns `_row`, `reason` and `content`, as `schema.QUARANTINE`."""
    return refused.select(pl.lit(name).alias("file"), pl.col(ROW).cast(pl.Int64).alias("row"), "reason", "content")


def has_repeats(frame: pl.DataFrame) -> bool:
    """Whether two rows are the same; rows whose hashes all differ are all different."""
    return frame.hash_rows().n_unique() < len(frame) and frame.n_unique() < len(frame)


def repeated(frame: pl.DataFrame, key: str) -> pl.Expr:
    """The verdict on rows of `frame` that come after a row with the same `key`: the whole row again, or the id only."""
    columns = [column for column in frame.columns if not column.startswith("_")]
    again = frame.filter(pl.col(key).is_duplicated())
    whole = again.filter(~pl.struct(columns).is_first_distinct())
    later = again.filter(~pl.col(key).is_first_distinct())
    row = pl.col(ROW)
    return first_reason((row.is_in(whole[ROW].implode()), REPEATED_ROW), (row.is_in(later[ROW].implode()), REPEATED_ID))
