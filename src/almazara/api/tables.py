"""Rows as tables: CSV in which no text becomes a formula, and Parquet whose columns have the same types on every page.

A row within a row is spread over columns named `outer_inner`; lists have no place in a table and are left out.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import msgspec
from fastapi import Response

from almazara.errors import UnavailableError
from almazara.figures.table import csv_text
from almazara.words.said import said

_AMOUNT_DIGITS: Final = (38, 12)
DESCRIBED: Final[Mapping[str, Any]] = {"text/csv": {}, "application/vnd.apache.parquet": {}}
"""The content types beside JSON, for OpenAPI."""


class Format(StrEnum):
    """How data is sent."""

    json = "json"
    csv = "csv"
    parquet = "parquet"


def as_table(rows: Sequence[object], kind: type, output: Format, headers: Mapping[str, str] | None = None) -> Response:
    """Rows of a kind as CSV, or where `output` says so as Parquet."""
    if output is Format.parquet:
        return Response(_as_parquet(rows, kind), headers=headers, media_type="application/vnd.apache.parquet")
    return Response(_as_csv(rows, kind), headers=headers, media_type="text/csv")


def _as_csv(rows: Sequence[object], kind: type) -> bytes:
    """A header line and one line a row; moments as in JSON, amounts as they were kept."""
    columns = _columns(kind)
    cells = ([_written(_cell(row, path)) for path, _ in columns.values()] for row in rows)
    return csv_text(columns, cells).encode()


def _written(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value if isinstance(value, Decimal) else msgspec.to_builtins(value)


def _as_parquet(rows: Sequence[object], kind: type) -> bytes:
    """One Parquet file."""
    try:
        import polars as pl  # only here: it takes a third of a server's memory, and is too large for AWS Lambda
    except ModuleNotFoundError as error:
        raise UnavailableError(said("asking.request.no_parquet")) from error

    types: Mapping[type, Any] = {
        Decimal: pl.Decimal(*_AMOUNT_DIGITS),
        date: pl.Date(),
        datetime: pl.Datetime("us", "UTC"),
        float: pl.Float64(),
        int: pl.Int64(),
        bool: pl.Boolean(),
    }
    columns = {name: [_plain(_cell(row, path)) for row in rows] for name, (path, _) in _columns(kind).items()}
    schema = {name: types.get(of, pl.String()) for name, (_, of) in _columns(kind).items()}
    content = io.BytesIO()
    pl.DataFrame(columns, schema=schema).write_parquet(content)
    return content.getvalue()


@cache
def _columns(kind: type) -> dict[str, tuple[tuple[str, ...], type]]:
    """The path to each column's cell, and its type."""
    return {"_".join(path): (path, of) for path, of in _cells(kind, ())}


def _cells(kind: type, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type]]:
    for name, hint in get_type_hints(kind).items():
        of = get_args(hint)[0] if isinstance(hint, UnionType) else hint  # `X | None`
        if isinstance(of, type) and is_dataclass(of):
            yield from _cells(of, (*path, name))
        elif get_origin(of) not in {list, tuple}:
            yield (*path, name), of


def _cell(row: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - any row, any cell
    for name in path:
        row = None if row is None else getattr(row, name)
    return row


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value.value if isinstance(value, StrEnum) else value
