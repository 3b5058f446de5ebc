"""Checks of Polars frames at the borders between modules."""

from collections.abc import Mapping

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
