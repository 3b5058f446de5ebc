"""Tables that are written into files of those who asked: Parquet or CSV, whole or piece by piece."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from almazara.errors import InputError
from almazara.files import replacing
from almazara.frames import written

_ENDINGS: Final = (".parquet", ".csv")


def require_target(target: Path, source: Path) -> None:
    """Refuse what `write_table` cannot write, before any work is done: another ending, or the input itself."""
    if target.suffix.lower() not in _ENDINGS:
        raise InputError(f"{target.name} names no known format: the output ends in {' or '.join(_ENDINGS)}.")
    if target.exists() and source.exists() and target.samefile(source):
        raise InputError(f"{target} is the input itself: write the output into another file.")


def write_table(path: Path, table: pl.LazyFrame) -> None:
    """Write Parquet or CSV, as the name ends; an older file is replaced only by a whole new one."""
    try:
        with replacing(path, durable=False) as partial, written():
            if path.suffix.lower() == ".csv":
                table.sink_csv(partial)
            else:
                table.sink_parquet(partial)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error


def in_pieces(
    pieces: Callable[[], Iterator[pl.DataFrame]], schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> pl.LazyFrame:
    """One table of pieces, each made when it is written: all together may be gigabytes."""

    def source(*_narrowing: object) -> Iterator[pl.DataFrame]:  # a table that is written is asked for all it has
        return pieces()

    return register_io_source(source, schema=dict(schema))
