"""Delimited text -> frames of text with row numbers: every cell as it was read, every row countable."""

import csv
import io
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from almazara.errors import InputError

# The row's number in its file, 1 for the first row of data; no raw column is called so.
ROW: Final = "_row"
# The fields of a row beyond the header's, as a JSON list; the column is there only when a row has such fields.
EXTRA: Final = "_extra"
# What stands for "nothing" in a cell of text, beside the empty string: what pandas writes.
MISSING: Final = ("", "NaN", "nan")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One raw file: its name, the SHA-256 of its stored bytes, and its rows as text with their numbers."""

    name: str
    sha256: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class RawRatings:
    """A file of ratings, read by its numbers because it may have millions of rows.

    Attributes:
        pairs: The readable rows, columns as in `pairs.PAIRS`.
        refused: The other rows: `_row`, `reason`, `content` (JSON).
    """

    name: str
    sha256: str
    read: int
    pairs: pl.DataFrame
    refused: pl.DataFrame


@dataclass(frozen=True, slots=True)
class RawCatalog:
    """All raw files of one build.

    Attributes:
        credits: Cast and crew, one row a film.
        keywords: Where they have a file of their own.
        links: MovieLens ids to IMDb and TMDB ids.
        titles: MovieLens ids and titles, `movieId` and `title`, for ratings without links.
        notes: Sentences about files that were left out.
    """

    movies: RawFile
    credits: RawFile
    keywords: RawFile | None = None
    ratings: RawRatings | None = None
    links: RawFile | None = None
    titles: RawFile | None = None
    notes: tuple[str, ...] = ()


def tidy(column: str) -> pl.Expr:
    """A column's text without space around it, and null for what says nothing."""
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.is_in(MISSING)).then(text).alias(column)


def is_blank(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row of `frame` says nothing in any field."""
    return pl.all_horizontal(pl.col(column).fill_null("") == "" for column in frame.columns if column != ROW)


def too_many_fields(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row of `frame` has more fields than the header names."""
    return pl.col(EXTRA).is_not_null() if EXTRA in frame.columns else pl.lit(value=False)


def number(column: str) -> pl.Expr:
    """A column of text as finite numbers, null where it is none."""
    value = pl.col(column).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def identifier(column: str) -> pl.Expr:
    """A column of text as positive whole numbers (`862`, `862.0`), null where it is none."""
    digits = pl.col(column).str.extract(r"^\s*0*([1-9]\d{0,17})(?:\.0+)?\s*$", 1)
    return digits.cast(pl.Int64, strict=False)


def as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object, without its number."""
    contents = rows.drop(ROW, strict=False).iter_rows(named=True)
    return pl.Series("content", [json.dumps(row, ensure_ascii=False) for row in contents], dtype=pl.String)


def first_reason(*reasons: tuple[pl.Expr, str]) -> pl.Expr:
    """The name of the first condition that holds for a row, null where none does."""
    return pl.coalesce(pl.when(condition).then(pl.lit(name)) for condition, name in reasons)


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 1 << 16
_CHUNK = 4096
_BLOCK = 1 << 22


def parse_table(data: bytes, name: str) -> pl.DataFrame:
    """A CSV file with a header as text; missing fields are empty, bytes that are no UTF-8 become U+FFFD."""
    if data.startswith(_UTF_16):
        raise InputError(f"{name} is written in UTF-16: save it as UTF-8.")
    data = data.removeprefix(_BYTE_ORDER_MARK)
    if not data or data.isspace():
        raise InputError(f"{name} is empty.")
    return number_rows(parse(data, _header(data, name), name, has_header=True))


def number_rows(frame: pl.DataFrame, first: int = 1) -> pl.DataFrame:
    """The rows with their numbers in front."""
    return frame.with_row_index(ROW, offset=first).with_columns(pl.col(ROW).cast(pl.Int64))


def parse(
    data: bytes,
    header: Sequence[str],
    name: str,
    *,
    has_header: bool = False,
    separator: str = ",",
    quote: str | None = '"',
) -> pl.DataFrame:
    """Delimited text as it is read by Polars or, where that might read it otherwise, by the csv module."""
    frame = parse_regular(data, header, has_header=has_header, separator=separator, quote=quote)
    if frame is None:
        return parse_irregular(data, header, name, has_header=has_header, separator=separator)
    return frame


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
