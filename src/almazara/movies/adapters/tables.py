"""Delimited text -> frames of text with row numbers: fast where the text is regular, by the csv module where not."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from almazara.errors import InputError
from almazara.movies.raw import EXTRA, ROW

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 1 << 16
_CHUNK = 4096
_BLOCK = 1 << 22


def parse_table(data: bytes, name: str) -> pl.DataFrame:
    """A CSV file with a header as text; missing fields are empty, bytes that are no UTF-8 become U+FFFD.

    Raises:
        InputError: when it is empty, in UTF-16, or its header cannot name columns.
    """
    if data.startswith(_UTF_16):
        raise InputError(f"{name} is written in UTF-16: save it as UTF-8.")
    data = data.removeprefix(_BYTE_ORDER_MARK)
    if not data or data.isspace():
        raise InputError(f"{name} is empty.")
    header = _header(data, name)
    frame = parse_regular(data, header, has_header=True)
    if frame is None:
        frame = parse_irregular(data, header, name, has_header=True)
    return number_rows(frame)


def number_rows(frame: pl.DataFrame, first: int = 1) -> pl.DataFrame:
    """The rows with their numbers in front."""
    return frame.with_row_index(ROW, offset=first).with_columns(pl.col(ROW).cast(pl.Int64))


def parse_regular(
    data: bytes, header: Sequence[str], *, has_header: bool = False, separator: str = ",", quote: str | None = '"'
) -> pl.DataFrame | None:
    """What Polars reads, or None where its strict reader and the csv module might differ."""
    lone_return = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
    if lone_return or (quote and not _quotes_are_regular(data, separator)):
        return None
    try:
        frame = pl.read_csv(
            data,
            has_header=has_header,
            separator=separator,
            quote_char=quote,
            infer_schema=False,
            empty_string_is_null=False,
            schema=None if has_header else dict.fromkeys(header, pl.String),
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(header):
        return None
    return frame.rename(dict(zip(frame.columns, header, strict=True)))


def _quotes_are_regular(data: bytes, separator: str) -> bool:
    """Whether every quote opens a field, closes one, or stands doubled inside one.

    An even number of quotes before a run of them means that it stands outside quoted fields: it must open one. An even
    number after it means that it closed one: the field must end there. Polars reads other files without complaint,
    and not as the csv module does.
    """
    content = np.frombuffer(data, dtype=np.uint8)
    blocks = range(0, len(content), _BLOCK)
    quotes = np.concatenate([np.flatnonzero(content[start : start + _BLOCK] == ord('"')) + start for start in blocks])
    if not quotes.size:
        return True
    before = np.flatnonzero(np.diff(quotes, prepend=-2) > 1)
    after = np.append(before[1:], quotes.size)
    opening = quotes[before[before % 2 == 0]]
    closing = quotes[after[after % 2 == 0] - 1]
    starts = content[opening[opening > 0] - 1]
    ends = content[closing[closing < len(content) - 1] + 1]
    delimiters = np.frombuffer(f"{separator}\r\n".encode(), dtype=np.uint8)
    return quotes.size % 2 == 0 and bool(np.isin(starts, delimiters).all() and np.isin(ends, delimiters).all())


def parse_irregular(
    data: bytes, header: Sequence[str], name: str, *, has_header: bool = False, separator: str = ","
) -> pl.DataFrame:
    """What the csv module reads: quotes in odd places, an unclosed quote at the end, rows of any length."""
    csv.field_size_limit(2**31 - 1)
    rows = csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""), delimiter=separator)
    try:
        frames = [_frame(chunk, header) for chunk in _chunks(itertools.islice(rows, int(has_header), None))]
    except csv.Error as error:
        raise InputError(f"{name} cannot be read as CSV near line {rows.line_num}: {error}.") from error
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys((*header, EXTRA), pl.String))
    return frame if frame[EXTRA].null_count() < len(frame) else frame.drop(EXTRA)


def _chunks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(itertools.islice(rows, _CHUNK)):
        yield chunk


def _frame(rows: list[list[str]], header: Sequence[str]) -> pl.DataFrame:
    width = len(header)
    extra = [json.dumps(row[width:], ensure_ascii=False) if any(row[width:]) else None for row in rows]
    padded = [row[:width] + [""] * (width - len(row)) for row in rows]
    columns = [
        pl.Series(name, cells, dtype=pl.String) for name, cells in zip(header, zip(*padded, strict=True), strict=True)
    ]
    return pl.DataFrame([*columns, pl.Series(EXTRA, extra, dtype=pl.String)])


def _header(data: bytes, name: str) -> list[str]:
    head = next(csv.reader(io.StringIO(data[:_HEAD].decode("utf-8", "replace"), newline="")), [])
    names = [text.strip() or f"column_{place}" for place, text in enumerate(head, 1)]
    twice = sorted({text for text in names if names.count(text) > 1})
    if twice:
        raise InputError(f"{name} has more than one column called {', '.join(twice)}.")
    return names
