"""The table of a chart as a file."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Final

from almazara.figures.chart import Place, Table

# What a spreadsheet takes for the beginning of a formula; the last four are how East Asian keyboards write them.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(table: Table) -> bytes:
    """A header line and a line a row, as UTF-8 that spreadsheets recognize; numbers as they are, days in ISO 8601.

    A text that a spreadsheet would take for a formula is written with an apostrophe before it. None is empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # lines end as RFC 4180 says; with a bare line feed a carriage return goes unquoted
    writer.writerow(map(_cell, table.columns))
    writer.writerows(map(_cell, row) for row in table.rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _cell(value: Place | Decimal | None) -> Place | Decimal | None:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value.isoformat() if isinstance(value, date) else value
