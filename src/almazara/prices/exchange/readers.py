"""Reads files of price histories piece by piece: CSV, Parquet, and JSON of Keepa and heisse-preise; gzip or plain."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

from almazara.bounded import Tell, reading
from almazara.errors import InputError
from almazara.files import refuse_endless
from almazara.prices.exchange.dates import DateOrder, has_year_last, order_of
from almazara.prices.exchange.histories import read_heisse_item, read_keepa_product
from almazara.prices.exchange.rows import TIDY_SCHEMA, Defaults, Row, TidyTable, require_tidy_columns

Reader = Callable[[Path, Defaults], Iterator[Iterable[Row]]]
"""Reads a file piece by piece; what the rows of a piece say is worked out when they are asked for."""
ItemReader = Callable[[int, Mapping[str, Any], Defaults], Iterator[Row]]
_LONGEST_LINE: Final = 1 << 20
_MOST_TAKEN: Final = 1 << 23  # characters of _LINES rows
_LONGEST_ITEM: Final = 1 << 26
_MOST_OF_VALUES: Final = 500_000_000  # bytes
_MOST_RATIO: Final = 250  # histories repeat themselves: some unpack to fifty times their size
_SMALL: Final = 1 << 26
_CHUNK: Final = 1 << 16
_ROWS: Final = 1 << 14
_LINES: Final = 100  # few, so that they stay in the processor's cache
_SEMICOLON: Final = ";"
_GZIP: Final = b"\x1f\x8b"
FORMATS: Final = ("csv", "parquet", "keepa", "heisse-preise")
_TIDY_NAMES: Final = {*TIDY_SCHEMA, "series_id", "date"}
_NOT_JSON: Final = "The file is no JSON list of products or items"


def format_of(path: Path) -> str:
    """The format that a file's name, and for JSON its first item, say; none that we know is refused."""
    for suffix in map(str.lower, reversed(path.suffixes)):
        if suffix in (".csv", ".parquet"):
            return suffix[1:]
        if suffix == ".json":
            first = next(_items(path), {})
            if "priceHistory" in first:
                return "heisse-preise"
            if "csv" in first:
                return "keepa"
            raise InputError(f"{path.name} holds neither products of Keepa nor items of heisse-preise.")
    raise InputError(f"{path.name} names no known format: {', '.join(FORMATS)}; say which it is.")


def read_csv(path: Path, defaults: Defaults) -> Iterator[Iterable[Row]]:
    """Rows of a tidy table in UTF-8 with a header, its cells parted by commas or semicolons."""
    separator = _separator(path)
    header, pieces = _csv_pieces(path, separator)
    require_tidy_columns(header, defaults)
    if len(set(header)) < len(header):
        raise InputError("The file's header names a column twice.")
    table = TidyTable(header, defaults, _date_order(path, separator, header), has_commas=separator == _SEMICOLON)
    for lines in pieces:
        yield (table.read(line, cells) for cells, line in lines if cells)


def _csv_pieces(path: Path, separator: str) -> tuple[list[str], Iterator[list[tuple[list[str], int]]]]:
    """The header of a table, and its rows with their lines, in pieces."""
    pieces = _csv_rows(path, separator)
    [(header, _)] = next(pieces, [([], 0)])
    return [name.strip() for name in header], pieces


def _csv_rows(path: Path, separator: str) -> Iterator[list[tuple[list[str], int]]]:
    """The rows of a table with their lines: the first alone, then in pieces."""
    with _opened(path, "CSV") as file:
        blocks = _Blocks(file)
        reader = csv.reader(chain.from_iterable(blocks), strict=True, delimiter=separator)
        numbered = zip(reader, iter(partial(getattr, reader, "line_num"), None), strict=False)
        size = 1
        while lines := list(islice(numbered, size)):
            blocks.taken, size = 0, _LINES
            yield lines


def _separator(path: Path) -> str:
    with _opened(path, "CSV") as file:
        header = next(chain.from_iterable(_Blocks(file)), "")
    return _SEMICOLON if header.count(_SEMICOLON) > header.count(",") else ","


def _date_order(path: Path, separator: str, header: Sequence[str]) -> DateOrder | None:
    """What stands first in the file's dates; where its first one has its year first, the others are not looked at."""
    places = [header.index(name) for name in ("observed_at", "date") if name in header]
    _, pieces = _csv_pieces(path, separator)
    rows = (cells for cells, _ in chain.from_iterable(pieces))
    dates = (cells[place] for cells in rows for place in places if place < len(cells))
    first = next(filter(None, dates), "")
    return order_of(chain([first], dates)) if has_year_last(first) else None


def read_parquet(path: Path, defaults: Defaults, reading_mb: int | None) -> Iterator[Iterable[Row]]:
    """Rows of a tidy table in Parquet, as texts; floating prices count with the shortest digits that name them."""
    pieces = reading(f"{__name__}:parquet_texts", reading_mb, lambda _stage: None, path=str(path))
    names = next(pieces)
    require_tidy_columns(names, defaults)
    table, line = TidyTable([name for name in names if name in _TIDY_NAMES], defaults), 1
    for rows in pieces:
        yield map(table.read, range(line, line + len(rows)), rows)
        line += len(rows)


def parquet_texts(tell: Tell, path: str) -> Iterator[Sequence[Any]]:
    """The names of a Parquet file's columns, then the cells of those that we know, in pieces; see `bounded`."""
    tell(f"Reading {Path(path).name}")
    with _opened(Path(path), "Parquet"):
        frame = pl.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
        yield schema.names()
        wanted = [name for name in schema.names() if name in _TIDY_NAMES]
        texts = [_as_text(name, schema[name]) for name in wanted]
        # Each batch is made texts here, since within the query more of them would be in memory at once.
        for batch in frame.select(wanted).collect_batches(chunk_size=_ROWS, maintain_order=True):
            cells = batch.select(texts)
            longest = max(cells.select(pl.all().str.len_bytes().max().fill_null(0)).row(0), default=0)
            if longest > _LONGEST_LINE:
                raise InputError(f"The file has a cell of {longest // 10**6} MB: it is no table of prices.")
            for part in cells.iter_slices(max(1, min(_ROWS, _LONGEST_LINE // max(longest, 1)))):
                yield part.rows()


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """The text of a cell as a CSV would have it; moments are in UTC where they have a time zone."""
    column = pl.col(name)
    if not isinstance(kind, pl.Datetime):
        return column.cast(pl.String)
    if kind.time_zone is None:
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")


def _read_json(read_item: ItemReader, path: Path, defaults: Defaults) -> Iterator[Iterable[Row]]:
    return (read_item(number, item, defaults) for number, item in enumerate(_items(path), 1))


def reader_of(file_format: str, reading_mb: int | None = None) -> Reader:
    """The reader of a format, which may take so much memory.

    Raises:
        InputError: when the format is not known.
    """
    readers: dict[str, Reader] = {
        "csv": read_csv,
        "parquet": partial(read_parquet, reading_mb=reading_mb),
        "keepa": partial(_read_json, read_keepa_product),
        "heisse-preise": partial(_read_json, read_heisse_item),
    }
    if file_format not in readers:
        raise InputError(f"The format {file_format!r} is not known: {', '.join(FORMATS)}.")
    return readers[file_format]


@contextmanager
def _opened(path: Path, claim: str) -> Iterator[IO[str]]:
    """The file's text, unzipped where it is gzip; errors while it is read say that it is not what it claims."""
    try:
        refuse_endless(path)
        with path.open("rb") as raw:
            zipped = raw.read(2) == _GZIP
        content = _Unzipped(path) if zipped else path.open("rb")
        with io.TextIOWrapper(content, encoding="utf-8-sig", newline="") as file:
            yield file
    except (UnicodeDecodeError, csv.Error, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path.name} is no readable {claim} file: {error}.") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"{path.name} is no readable {claim} file: {str(error).splitlines()[0]}.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


class _Unzipped(gzip.GzipFile):
    """The content of a gzip file, which is refused when it is a bomb."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._left = max(_SMALL, _MOST_RATIO * path.stat().st_size)

    def read1(self, size: int = -1) -> bytes:
        """Some of it, as a text's reader asks for it."""
        content = super().read1(size)
        self._left -= len(content)
        if self._left < 0:
            raise InputError(f"The file unpacks to more than {_MOST_RATIO} times its size: it is no table of prices.")
        return content


class _Blocks:
    """The lines of a file, of which some at once are in memory.

    Attributes:
        taken: Characters since it was set to 0: as many as a few rows have at most.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.taken = 0

    def __iter__(self) -> Iterator[Iterable[str]]:
        while block := self._file.read(_CHUNK):
            rest = self._file.readline(_LONGEST_LINE)
            self.taken += len(block) + len(rest)
            if len(rest) == _LONGEST_LINE or self.taken > _MOST_TAKEN:
                raise InputError("The file has a line of more than a million characters: it is no table of prices.")
            yield io.StringIO(block + rest, newline="")


def _items(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, one after the other, or those of the list `products` of one object."""
    with _opened(path, "JSON") as file:
        text = _Buffer(file)
        if text.peek() == "{":
            whole = text.value()
            found = whole.get("products", [whole])
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise InputError(f"{_NOT_JSON}.")
            yield from found
        else:
            yield from _listed(text)
        if text.peek():
            raise InputError(f"{_NOT_JSON}: something follows its end.")


def _listed(text: _Buffer) -> Iterator[dict[str, Any]]:
    text.take("[")
    more = text.peek() != "]"
    while more:
        yield text.value()
        if more := text.peek() != "]":
            text.take(",")
    text.take("]")


def _require_few_values(text: str) -> None:
    """Refuse a JSON text whose values may take far more memory than itself, by the marks that part them."""
    bytes_of = {",": 40, ".": 80, '"': 30, "[": 120, "{": 240}
    if sum(text.count(mark) * size for mark, size in bytes_of.items()) > _MOST_OF_VALUES:
        raise InputError(f"{_NOT_JSON}: one of them holds millions of values.")


def _exact(number: str) -> Decimal:
    try:
        return Decimal(number)
    except ArithmeticError as error:  # its exponent is one that no number has here
        raise InputError(f"{_NOT_JSON}: {number[:40]} is no number that can be read.") from error


class _Buffer:
    """A window on a JSON text that is read as far as the value at its beginning needs.

    ijson (3.6, yajl2_c) took 1.6 times as long and 1 GB for 20 kB of nested brackets, and refuses NaN.
    """

    _decoder = json.JSONDecoder(parse_float=_exact, parse_constant=Decimal)

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._text = ""

    def peek(self) -> str:
        """The next character that is no white space, or nothing at the end."""
        while not (stripped := self._text.lstrip(" \t\r\n")):
            self._text = self._file.read(_CHUNK)
            if not self._text:
                return ""
        self._text = stripped
        return stripped[0]

    def take(self, mark: str) -> None:
        """Step over a mark that must be there."""
        if self.peek() != mark:
            raise InputError(f"{_NOT_JSON}: {mark!r} is missing.")
        self._text = self._text[1:]

    def value(self) -> dict[str, Any]:
        """The next value, which must be an object."""
        if self.peek() != "{":
            raise InputError(f"{_NOT_JSON}: an object is missing.")
        while True:
            _require_few_values(self._text)
            try:
                found, end = self._decoder.raw_decode(self._text)
            except (ValueError, RecursionError) as error:
                # It may only be cut: read as much again, so that long objects are not tried too often.
                more = self._file.read(max(_CHUNK, len(self._text)))
                if not more or len(self._text) > _LONGEST_ITEM:
                    raise InputError(f"{_NOT_JSON}: {error}.") from error
                self._text += more
            else:
                self._text = self._text[end:]
                return dict(found)
