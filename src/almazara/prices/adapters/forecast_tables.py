"""Reads tables of prices, all columns as text, and writes forecasts: CSV (plain or gzip) and Parquet."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import polars as pl

from almazara.errors import InputError

_GZIP = b"\x1f\x8b"


def read_table(path: Path) -> pl.DataFrame:
    """The rows of a CSV file with a header, plain or gzip; rows that do not have the header's cells are cut or filled.

    Raises:
        InputError: when it cannot be read as such.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == _GZIP:
            raw = gzip.decompress(raw)
        raw.decode("utf-8")
        return pl.read_csv(raw, infer_schema=False, truncate_ragged_lines=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (EOFError, zlib.error, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path.name} is no readable CSV file: {str(error).splitlines()[0]}.") from error


def write_table(path: Path, table: pl.DataFrame) -> None:
    """Write Parquet, or CSV where the name ends so; an older file is replaced only by a whole new one.

    Raises:
        InputError: when it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if path.suffix.lower() == ".csv":
            table.write_csv(partial)
        else:
            table.write_parquet(partial)
        partial.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
