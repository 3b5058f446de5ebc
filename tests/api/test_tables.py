"""Rows as CSV: what a shop wrote stays a text in a spreadsheet, and numbers stay numbers."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from almazara.api.tables import Format, as_table


@dataclass(frozen=True, slots=True)
class Shown:
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    product: Shown
    saving: Decimal
    change: float
    day: date
    moment: datetime
    seller: str | None


def test_a_title_is_no_formula_and_an_amount_below_nothing_is_a_number():
    moment = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
    row = Row(Shown('=HYPERLINK("http://x")'), Decimal("-3.50"), -0.25, moment.date(), moment, None)
    content = as_table([row], Row, Format.csv).body.decode()
    _, cells = csv.reader(io.StringIO(content, newline=""))
    assert cells == ['\'=HYPERLINK("http://x")', "-3.50", "-0.25", "2026-03-31", "2026-03-31T09:30:00Z", ""]
