"""Tables as CSV: exact, and harmless in a spreadsheet."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.figures.chart import Table
from almazara.figures.table import as_csv

printable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def read(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(st.lists(st.tuples(printable, st.floats(allow_nan=False), st.integers(), st.dates()), max_size=8))
def test_cells_read_back_exactly(rows):
    _, *found = read(as_csv(Table(["text", "x", "n", "día"], rows)))
    for (text, x, n, day), (text_read, x_read, n_read, day_read) in zip(rows, found, strict=True):
        assert text_read in {text, f"'{text}"}
        assert (float(x_read), int(n_read), date.fromisoformat(day_read)) == (x, n, day)


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", " =1", "\ufeff=1", "\x0b\xa0@A1"],
)
def test_a_text_that_a_spreadsheet_would_run_is_a_text(text):
    header, row = read(as_csv(Table([text], [[text]])))
    assert header == row == [f"'{text}"]


def test_numbers_stay_numbers_and_nothing_is_empty():
    assert as_csv(Table(["a", "b"], [[-1.5, None]])) == "\ufeffa,b\r\n-1.5,\r\n".encode()


def test_half_a_pair_of_utf_16_does_not_stop_a_download():
    assert read(as_csv(Table(["\ud800"], []))) == [["?"]]
