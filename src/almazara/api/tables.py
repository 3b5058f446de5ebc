"""Rows as tables: CSV with exact texts, and Parquet whose columns have the same types on every page."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, get_args, get_type_hints

import msgspec

from almazara.prices.answers import AnyRow

_AMOUNT_DIGITS: Final = (38, 12)


def as_csv(rows: Sequence[AnyRow], kind: type[AnyRow]) -> bytes:
    """A header line and one line a row; moments in ISO 8601, amounts as they were kept."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(kind)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(msgspec.to_builtins(row) for row in rows)
    return text.getvalue().encode()


def as_parquet(rows: Sequence[AnyRow], kind: type[AnyRow]) -> bytes:
    """One Parquet file."""
    import polars as pl  # only here: it takes a third of a server's memory

    types: Mapping[type, Any] = {
        Decimal: pl.Decimal(*_AMOUNT_DIGITS),
        date: pl.Date(),
        datetime: pl.Datetime("us", "UTC"),
        float: pl.Float64(),
        int: pl.Int64(),
    }
    hints = {name: (get_args(hint) or (hint,))[0] for name, hint in get_type_hints(kind).items()}
    columns = {name: [_plain(getattr(row, name)) for row in rows] for name in hints}
    content = io.BytesIO()
    schema = {name: types.get(hint, pl.String()) for name, hint in hints.items()}
    pl.DataFrame(columns, schema=schema).write_parquet(content)
    return content.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value.value if hasattr(value, "value") else value
