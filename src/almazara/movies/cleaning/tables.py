"""The clean tables to and from Parquet."""

from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import NotFoundError
from almazara.movies.cleaning.cleaning import CleanCatalog
from almazara.movies.cleaning.schema import SCHEMAS

_ROW_GROUP: Final = 1 << 18


def write_tables(clean: CleanCatalog, folder: Path) -> None:
    """Write each table to `<table>.parquet`; the same tables give the same bytes."""
    for name, table in clean.tables.items():
        table.rechunk().write_parquet(
            folder / f"{name}.parquet", compression="zstd", compression_level=1, row_group_size=_ROW_GROUP
        )


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """One clean table."""
    path = folder / f"{name}.parquet"
    if name not in SCHEMAS or not path.is_file():
        raise NotFoundError(f"There is no table {name!r} in {folder}.", list(SCHEMAS))
    return pl.read_parquet(path)
