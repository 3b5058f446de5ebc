"""Checks of Polars frames at the borders between modules, and their way to the disk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import polars as pl

from almazara.errors import ContractError


def require_columns(frame: pl.DataFrame, schema: Mapping[str, pl.DataType | type[pl.DataType]], name: str) -> None:
    """Refuse, with a ContractError, a frame whose columns or types are not those of `schema`, in any order."""
    has = frame.schema
    missing = [column for column in schema if column not in has]
    if missing:
        raise ContractError(f"The table {name} lacks the columns {', '.join(missing)}.")
    wrong = [f"{column} is {has[column]}, not {dtype}" for column, dtype in schema.items() if has[column] != dtype]
    if wrong:
        raise ContractError(f"The table {name} has columns of another type: {'; '.join(wrong)}.")


@contextmanager
def written() -> Iterator[None]:
    """Raise the OSError that others raise where Polars says in its own way that a file cannot be written."""
    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise OSError(str(error)) from error
