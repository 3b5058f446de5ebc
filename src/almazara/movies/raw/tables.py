"""Delimited text -> frames of text with row numbers: every cell as it was read, every row countable."""

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from almazara.errors import InputError
from almazara.movies.raw.text import UNDECODED, as_utf8, separator_of, without_mark

# The row's number in its file, 1 for the first row of data; no raw column is called so.
ROW: Final = "_row"
# The fields of a row beyond the header's, as a JSON list; the column is there only when a row has such fields.
EXTRA: Final = "_extra"
# Whether a row holds bytes that are no UTF-8; the column is there only when one does.
DAMAGED: Final = "_damaged"
_OURS: Final = (ROW, EXTRA, DAMAGED)
_EXAMPLES: Final = 3
_LONGEST_EXAMPLE: Final = 60
# What stands for "nothing" in a cell of text, beside the empty string: what pandas writes.
MISSING: Final = ("", "NaN", "nan")
# And what stands for it where no text can be meant: what pandas, SQL and IMDb write.
NO_VALUE: Final = (*MISSING, "None", "none", "null", "NULL", "<NA>", "NaT", "N/A", "\\N")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One raw file: its name, the SHA-256 of its stored bytes, and its rows as text with their numbers."""

    name: str
    sha256: str
    frame: pl.DataFrame

    @property
    def columns(self) -> list[str]:
        """The columns that the file itself has."""
        return [column for column in self.frame.columns if column not in _OURS]


@dataclass(frozen=True, slots=True)
class ColumnLoss:
    """How many cells of a column could not be read, of those that hold something, and three of them.

    Attributes:
        rows: The numbers of the rows of the examples.
        reads: What is read in this column, in words.
    """

    file: str
    column: str
    told: int
    lost: int
    examples: tuple[str, ...]
    rows: tuple[int, ...]
    reads: str


@dataclass(frozen=True, slots=True)
class RawRatings:
    """A file of ratings, read by its numbers because it may have millions of rows.

    Attributes:
        pairs: The readable rows, columns as in `pairs.PAIRS`; ratings up to 5.
        refused: The other rows: `_row`, `reason`, `content` (JSON).
        undated: The same of readable rows whose time cannot be read.
        losses: What could not be read, by column.
        scale: The highest rating in the file.
    """

    name: str
    sha256: str
    read: int
    pairs: pl.DataFrame
    refused: pl.DataFrame
    undated: pl.DataFrame
    losses: tuple[ColumnLoss, ...] = ()
    scale: int = 5


@dataclass(frozen=True, slots=True)
class RawCatalog:
    """All raw files of one build.

    Attributes:
        credits: Cast and crew, one row a film; None where the films' own file holds them, or nothing does.
        keywords: Where they have a file of their own.
        links: MovieLens ids to IMDb and TMDB ids: those that lie with the ratings, else those with the films.
        own_links: Whether they lie with the ratings.
        titles: MovieLens ids and titles, `movieId` and `title`, that lie with the ratings.
        notes: Sentences about files that were left out.
    """

    movies: RawFile
    credits: RawFile | None
    keywords: RawFile | None = None
    ratings: RawRatings | None = None
    links: RawFile | None = None
    own_links: bool = False
    titles: RawFile | None = None
    notes: tuple[str, ...] = ()


def tidy(column: str, nothing: Sequence[str] = MISSING) -> pl.Expr:
    """A column's text without space around it, and null for what says nothing."""
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.is_in(nothing)).then(text).alias(column)


def is_blank(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row of `frame` says nothing in any field."""
    return pl.all_horizontal(pl.col(column).fill_null("") == "" for column in frame.columns if column not in _OURS)


def too_many_fields(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row of `frame` has more fields than the header names."""
    return pl.col(EXTRA).is_not_null() if EXTRA in frame.columns else pl.lit(value=False)


def is_damaged(frame: pl.DataFrame) -> pl.Expr:
    """Whether a row of `frame` holds bytes that are no UTF-8."""
    return pl.col(DAMAGED) if DAMAGED in frame.columns else pl.lit(value=False)


def renamed(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The frame with the columns that are not called as `names` says; `names` is by name without case and signs.

    A column that would take the name of another one keeps its own.
    """
    found: dict[str, str] = {}
    for column in frame.columns:
        ours = names.get(bare(column))
        if ours and ours not in frame.columns and ours not in found.values():
            found[column] = ours
    return frame.rename(found)


def bare_names(*columns: str) -> dict[str, str]:
    """The columns by their names as `renamed` compares them."""
    return {bare(column): column for column in columns}


def bare(column: str) -> str:
    """A column's name without case and signs: `vote_average`, `voteAverage` and `Vote Average` are one."""
    return "".join(filter(str.isalnum, column)).lower()


def as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object, without its number."""
    contents = rows.drop(ROW, DAMAGED, strict=False).iter_rows(named=True)
    return pl.Series("content", [json.dumps(row, ensure_ascii=False) for row in contents], dtype=pl.String)


def lost_cells(file: str, cells: pl.Series, unread: pl.Series, rows: pl.Series, reads: str) -> ColumnLoss:
    """How many cells of a column are not read, of those that are not null; `rows` are their numbers."""
    lost = pl.DataFrame({"text": cells, "row": rows}).filter(unread)
    shown = lost.unique("text", keep="first", maintain_order=True).head(_EXAMPLES)
    examples = tuple(shown["text"].str.slice(0, _LONGEST_EXAMPLE))
    return ColumnLoss(
        file, cells.name, len(cells) - cells.null_count(), len(lost), examples, tuple(shown["row"]), reads
    )


def summed(losses: Iterable[ColumnLoss]) -> tuple[ColumnLoss, ...]:
    """The losses of parts of files as one a column; those without any are left out."""
    found: dict[tuple[str, str], ColumnLoss] = {}
    for loss in losses:
        before = found.get((loss.file, loss.column))
        found[loss.file, loss.column] = loss if before is None else _added(before, loss)
    return tuple(loss for loss in found.values() if loss.lost)


def _added(first: ColumnLoss, second: ColumnLoss) -> ColumnLoss:
    shown = dict(zip((*second.examples, *first.examples), (*second.rows, *first.rows), strict=True))
    earliest = sorted(shown.items(), key=lambda example: example[1])[:_EXAMPLES]
    return replace(
        first,
        told=first.told + second.told,
        lost=first.lost + second.lost,
        examples=tuple(text for text, _ in earliest),
        rows=tuple(row for _, row in earliest),
    )


def first_reason(*reasons: tuple[pl.Expr, str]) -> pl.Expr:
    """The name of the first condition that holds for a row, null where none does."""
    return pl.coalesce(pl.when(condition).then(pl.lit(name)) for condition, name in reasons)


_HEAD = 1 << 16
_CHUNK = 4096
_BLOCK = 1 << 22


def parse_table(data: bytes, name: str) -> pl.DataFrame:
    """A CSV file with a header as text; missing fields are empty, and rows with bytes that are no UTF-8 are marked."""
    data = without_mark(data, name)
    if not data or data.isspace():
        raise InputError(f"{name} is empty.")
    separator, header = header_of(data, name)
    frame = parse_regular(data, header, has_header=True, separator=separator)
    if frame is not None:
        return number_rows(frame)
    text = as_utf8(data, name)  # only now, since Polars has read nothing that is not
    if text is data:
        return number_rows(parse_irregular(data, header, name, has_header=True, separator=separator))
    separator, header = header_of(text, name)
    frame = parse(text, header, name, has_header=True, separator=separator)
    damaged = pl.any_horizontal(pl.all().str.contains(UNDECODED, literal=True).fill_null(value=False))
    return number_rows(frame.with_columns(damaged.alias(DAMAGED)) if UNDECODED.encode() in text else frame)


def header_of(data: bytes, name: str) -> tuple[str, list[str]]:
    """The separator of a file's header, and its fields, each with a name of its own."""
    head = data[:_HEAD].decode("utf-8", "replace")
    if "\0" in head.partition("\n")[0]:
        raise InputError(f"{name} is no text, or UTF-16 without the mark that says so: save it as UTF-8.")
    separator, fields = separator_of(head)
    names = [text or f"column_{place}" for place, text in enumerate(fields, 1)]
    twice = sorted({text for text in names if names.count(text) > 1})
    if twice:
        raise InputError(f"{name} has more than one column called {', '.join(twice)}.")
    return separator, names


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
        return parse_irregular(data, header, name, has_header=has_header, separator=separator, quote=quote)
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
    data: bytes,
    header: Sequence[str],
    name: str,
    *,
    has_header: bool = False,
    separator: str = ",",
    quote: str | None = '"',
) -> pl.DataFrame:
    """What the csv module reads: quotes in odd places, an unclosed quote at the end, rows of any length."""
    csv.field_size_limit(2**31 - 1)
    text = io.StringIO(data.decode("utf-8", "replace"), newline="")
    rows = csv.reader(text, delimiter=separator, quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE)
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
