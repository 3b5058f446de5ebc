import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.raw.tables import DAMAGED, EXTRA, ROW, parse_irregular, parse_regular, parse_table

HEADER = ["a", "b", "c"]
FIELD = st.text(alphabet='ab,"\n\ré x', max_size=5)


# Pieces that make quoted fields likely, and broken ones too.
PIECES = st.sampled_from(["a", "é", ",", ",", '"', '"', '""', '","', '"\n', "\n", "\r\n", "\r"])


@pytest.mark.fuzz
@given(st.lists(PIECES, max_size=25).map("".join))
def test_the_fast_reader_reads_as_the_csv_module_does_or_declines(body):
    data = f"a,b,c\n{body}".encode()
    fast = parse_regular(data, HEADER, has_header=True)
    if fast is not None:
        assert fast.rows() == parse_irregular(data, HEADER, "x", has_header=True).rows()


@given(st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_wrote_is_read_back(rows, end):
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([HEADER, *rows])
    assert parse_table(written.getvalue().encode(), "x").drop(ROW).rows() == rows


def read(text):
    return parse_table(text if isinstance(text, bytes) else text.encode(), "x.csv")


def test_rows_keep_their_numbers_and_quoted_newlines_do_not_split_them():
    assert read('a,b\n1,"p\nq"\n2,\n').rows() == [(1, "1", "p\nq"), (2, "2", "")]


def test_a_row_cut_short_is_filled_with_nothing():
    assert read('a,b,c\n1\n2,"x"y,z\n').rows() == [(1, "1", "", ""), (2, "2", "xy", "z")]


def test_fields_beyond_the_header_are_kept_apart():
    frame = read("a,b\n1,2\n3,4,5,6\n7,8,\n")
    assert frame[EXTRA].to_list() == [None, '["5", "6"]', None]


def test_an_unclosed_quote_at_the_end_of_a_truncated_file_takes_only_its_own_row():
    assert read('a,b\n1,x\n2,"cut off').rows() == [(1, "1", "x"), (2, "2", "cut off")]


def test_a_byte_order_mark_and_windows_line_ends_are_no_content():
    assert read(b"\xef\xbb\xbfa,b\r\n1,2\r\n").columns == [ROW, "a", "b"]
    assert read(b"\xef\xbb\xbfa,b\r\n1,2\r\n").rows() == [(1, "1", "2")]


def test_windows_1252_and_utf_16_are_read():
    assert read("a,b\n1,«café»\n".encode("cp1252"))["b"].to_list() == ["«café»"]
    assert read("a;b\n1;café\n".encode("utf-16"))["b"].to_list() == ["café"]


def test_rows_with_bytes_that_are_no_utf_8_are_marked():
    frame = read("a,b\n1,café\n2,té\n3,caf".encode() + b"\xe9\n")
    assert frame[DAMAGED].to_list() == [False, False, True]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_than_the_comma_is_seen_in_the_header(separator):
    text = 'a,b,c\n1,"x,y",\n'.replace(",", separator).replace(f"x{separator}y", f"x{separator},y")
    assert read(text).rows() == [(1, "1", f"x{separator},y", "")]


def test_a_separator_of_another_kind_inside_a_header_changes_nothing():
    assert read('"a;b;c",d\n1,2\n').columns == [ROW, "a;b;c", "d"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "UTF-16"),
        (b"a,b,a\n1,2,3\n", "more than one column called a"),
    ],
)
def test_a_file_that_names_no_columns_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(InputError, match=sentence):
        read(data)
