"""History as tables: CSV with exact texts, and Parquet whose columns have the same types on every page."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import msgspec
import polars as pl

from almazara.prices.answers import AnyRow, DailyRow, DataRow, IndexRow

_AMOUNT: Final = pl.Decimal(38, 12)
_TYPES: Final[Mapping[type, Mapping[str, Any]]] = {
    DataRow: {
        "product": pl.String,
        "observed_at": pl.Datetime("us", "UTC"),
        "availability": pl.String,
        "price": _AMOUNT,
        "currency": pl.String,
        "list_price": _AMOUNT,
        "price_per_litre": _AMOUNT,
        "seller": pl.String,
        "source": pl.String,
    },
    DailyRow: {"product": pl.String, "date": pl.Date, "state": pl.String, "price": pl.Float64, "currency": pl.String},
    IndexRow: {
        "product": pl.String,
        "date": pl.Date,
        "price": pl.Float64,
        "currency": pl.String,
        "unit": pl.String,
        "products": pl.Int64,
    },
}


def as_csv(rows: Sequence[AnyRow], kind: type[AnyRow]) -> bytes:
    """A header line and one line a row; moments in ISO 8601, amounts as they were kept."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(kind)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(msgspec.to_builtins(row) for row in rows)
    return text.getvalue().encode()


def as_parquet(rows: Sequence[AnyRow], kind: type[AnyRow]) -> bytes:
    """One Parquet file."""
    schema = _TYPES[kind]
    columns = {name: [_plain(getattr(row, name)) for row in rows] for name in schema}
    content = io.BytesIO()
    pl.DataFrame(columns, schema=schema).write_parquet(content)
    return content.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value.value if hasattr(value, "value") else value
