"""Tables as CSV in which no text becomes a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Final

from almazara.figures.chart import Table

# What a spreadsheet takes for the beginning of a formula; the last four are how East Asian keyboards write them.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BEFORE: Final = " \x0b\x0c\xa0\u200b\ufeff"  # and what it may leave out of what stands before that


def as_csv(table: Table) -> bytes:
    """The table of a chart as UTF-8 that spreadsheets recognize; see `csv_text`."""
    return csv_text(table.columns, table.rows).encode("utf-8-sig", "replace")


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A header line and a line a row; numbers as they are, days in ISO 8601, None is empty.

    A text that a spreadsheet would take for a formula is written with an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # lines end as RFC 4180 says; with a bare line feed a carriage return goes unquoted
    writer.writerow(map(_cell, columns))
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(_BEFORE).startswith(_FORMULA) else value
    return value.isoformat() if isinstance(value, date) else value
