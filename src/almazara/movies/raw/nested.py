"""Nested cells, lists of dictionaries written as Python literals or as JSON, into rows: exactly, or not at all.

A Python literal becomes JSON by replacements that run over many cells at once, and msgspec decodes only the wanted
fields. Whatever that does not turn into JSON of their kinds is read alone by `json` or `ast`, entry by entry: what is
wrong with one entry costs only that, and what nobody reads is refused with a reason. No step guesses: a replacement
either keeps every string as it was or makes JSON invalid.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import attrgetter
from typing import Annotated, Any, Final

import msgspec
import polars as pl
from msgspec import Meta, Struct

INDEX: Final = "index"
REASON: Final = "reason"
UNREADABLE: Final = "unreadable"
WRONG_SHAPE: Final = "wrong_shape"
_AT, _CELL = "_at", "_cell"

_LARGEST_KEY: Final = 2**63 - 1
_LARGEST_PLACE: Final = 2**31 - 1
_Key = Annotated[int, Meta(ge=0, le=_LARGEST_KEY)]
_Place = Annotated[int, Meta(ge=0, le=_LARGEST_PLACE)]

# Bytes of cells that are decoded at once.
_CHUNK_SIZE: Final = 1 << 21
_DECODE_ERRORS: Final = (msgspec.DecodeError, UnicodeError)
_LITERAL_ERRORS: Final = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)
# JSON begins so; a Python literal that begins with a double quote is not JSON and is read alone.
_JSON_START: Final = r'^(\[\s*\{\s*"|\{\s*"|\[\s*\]|\{\s*\})'
# Stand-ins for the characters below while quotes are told apart; a cell that holds one itself is read alone.
_BACKSLASH, _ESCAPED_SINGLE, _ESCAPED_DOUBLE = "\x01", "\x02", "\x03"
_HEXADECIMAL: Final = re.compile(r"\\x([0-9A-Fa-f]{2})")
# `\/` is one character in JSON and two in Python; a line's end ends a cell where many are decoded at once.
_ALONE: Final = r"[\x01-\x03\n]|\\/"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NO_VALUE: Final = ("nan", "NaN", "inf", "null", "NaT")
_MARKS: Final = ("|", ";", ",")
_SUFFIX: Final = r",\s*((?i:Inc|Ltd|LLC|L\.L\.C|Co|Corp|GmbH|S\.?A|S\.?L|S\.?p\.?A|Jr|Sr|II|III|IV)\b)"
_SINGLE_TO_DOUBLE: Final = bytes.maketrans(b"'", b'"')


class Tag(Struct, frozen=True, gc=False, kw_only=True):
    """A genre, company, keyword or collection; some files have only their names."""

    id: _Key | None = None
    name: str


class Country(Struct, frozen=True, gc=False, kw_only=True):
    """A production country; its code or its name may be missing."""

    iso_3166_1: str | None = None
    name: str | None = None


class Language(Struct, frozen=True, gc=False, kw_only=True):
    """A spoken language; its code or its name may be missing."""

    iso_639_1: str | None = None
    name: str | None = None


class CastMember(Struct, frozen=True, gc=False, kw_only=True):
    """One part in a film; many raw entries carry only a name and an order."""

    id: _Key | None = None
    name: str
    character: str | None = None
    order: _Place | None = None


class CrewMember(Struct, frozen=True, gc=False, kw_only=True):
    """One job in a film."""

    id: _Key | None = None
    name: str
    department: str | None = None
    job: str | None = None


class Director(Struct, frozen=True, gc=False, kw_only=True):
    """Who directs, in a column of its own."""

    id: _Key | None = None
    name: str
    department: str = "Directing"
    job: str = "Director"


_TYPES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {"id": pl.Int64, "order": pl.Int32}


@dataclass(frozen=True, slots=True)
class Unnested:
    """What a column of nested cells holds.

    Attributes:
        entries: One row an entry in raw order: `index` (the cell's place in the column, UInt32) and the entry's fields.
        refused: One row a refused cell: `index` and `reason` (`unreadable` or `wrong_shape`).
        malformed: How many entries of the other cells are none.
    """

    entries: pl.DataFrame
    refused: pl.DataFrame
    malformed: int = 0


def unnest(cells: pl.Series, entry: type[Struct], *, single: bool = False) -> Unnested:
    """Read a column of nested cells; null cells hold nothing.

    Args:
        cells: Text of each cell.
        entry: The fields that are wanted of each dictionary; others are skipped.
        single: Whether a cell is one dictionary instead of a list of them.
    """
    numbered = cells.rename(_CELL).to_frame().with_row_index(INDEX).drop_nulls()
    distinct = numbered.group_by(_CELL, maintain_order=True).agg(INDEX).with_row_index(_AT)
    places = distinct.select(_AT, INDEX).explode(INDEX).sort(INDEX)
    reader = _Reader(entry, single=single)
    size = int(distinct[_CELL].str.len_bytes().sum())
    chunks = distinct.select(_AT, _CELL).iter_slices(max(1, _CHUNK_SIZE * len(distinct) // max(1, size)))
    found = [reader.read(chunk) for chunk in chunks]
    entries = pl.concat([_entries_frame(entry, [], []), *(read.entries for read in found)])
    refused = pl.concat([_refused_frame([]), *(read.refused for read in found)])
    malformed = pl.concat([_refused_frame([]), *(read.malformed for read in found)])
    return Unnested(_at_places(entries, places), _at_places(refused, places), len(_at_places(malformed, places)))


def split_names(cells: pl.Series, entry: type[Struct], *, single: bool = False) -> Unnested:
    """Read a column of bare names, `Drama, Comedy` or `Drama|Comedy`; a comma before Inc. or Jr. is part of a name."""
    mark = max(_MARKS, key=lambda mark: cells.str.contains(mark, literal=True).sum())
    told = cells.rename("name").to_frame().with_row_index(INDEX).drop_nulls()
    text = pl.col("name").str.contains(r"\p{L}") & ~pl.col("name").str.contains(r"[\[\]{}<>]")
    named, others = told.filter(text), told.filter(~text)
    if not single:
        whole = pl.col("name").str.replace_all(_SUFFIX, f"{_BACKSLASH} ${1}") if mark == "," else pl.col("name")
        named = named.with_columns(whole.str.split(mark)).explode("name")
    name = pl.col("name").str.replace_all(_BACKSLASH, ",", literal=True).str.strip_chars()
    named = named.select(INDEX, name).filter(pl.col("name") != "")
    if "order" in entry.__struct_fields__:
        named = named.with_columns(pl.int_range(pl.len()).over(INDEX).cast(pl.Int32).alias("order"))
    absent = [field for field in msgspec.structs.fields(entry) if field.name not in named.columns]
    defaults = [pl.lit(one.default, _TYPES.get(one.name, pl.String)).alias(one.name) for one in absent]
    entries = named.with_columns(defaults).select(INDEX, *entry.__struct_fields__)
    return Unnested(entries, others.select(INDEX, pl.lit(UNREADABLE).alias(REASON)))


def _at_places(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    return places.join(found, on=_AT, maintain_order="left_right").drop(_AT)


@dataclass(frozen=True, slots=True)
class _Read:
    """What some distinct cells hold, by their number `_at`."""

    entries: pl.DataFrame
    refused: pl.DataFrame
    malformed: pl.DataFrame


class _Reader:
    """Reads cells of one kind; `_at` numbers the distinct cells."""

    def __init__(self, entry: type[Struct], *, single: bool) -> None:
        self._entry = entry
        self._single = single
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(entry if single else list[entry])  # type: ignore[valid-type]

    def read(self, chunk: pl.DataFrame) -> _Read:
        """The entries, the refused cells and the malformed entries of some cells."""
        at: list[int] = []
        entries: list[Any] = []
        refused: list[tuple[int, str]] = []
        malformed: list[tuple[int, str]] = []
        for group, text in to_json(chunk):
            numbers, values = group[_AT].to_list(), self._decode_lines(len(group), text)
            if values is None:
                read = list(zip(numbers, self._decode_each(group[_CELL], text), strict=True))
                refused += [(number, cell) for number, cell in read if isinstance(cell, str)]
                cells = [(number, cell) for number, cell in read if not isinstance(cell, str)]
                malformed += [(number, WRONG_SHAPE) for number, cell in cells for one in cell if one is None]
                numbers = [number for number, _ in cells]
                values = [[one for one in cell if one is not None] for _, cell in cells]
            at += chain.from_iterable(map(repeat, numbers, map(len, values)))
            entries += chain.from_iterable(values)
        return _Read(_entries_frame(self._entry, at, entries), _refused_frame(refused), _refused_frame(malformed))

    def _decode_lines(self, count: int, text: bytes) -> list[Any] | None:
        """All cells at once, or None where they are not as many JSON values as cells."""
        try:
            values = self._decoder.decode_lines(text)
        except _DECODE_ERRORS:
            return None
        if len(values) != count:
            return None
        return [[value] for value in values] if self._single else values

    def _decode_each(self, cells: pl.Series, text: bytes) -> Iterator[list[Any] | str]:
        lines = text.split(b"\n") if len(cells) > 1 else [text]
        return (self._decode(cell, line) for cell, line in zip(cells, lines, strict=True))

    def _decode(self, cell: str, text: bytes) -> list[Any] | str:
        """The entries of one cell, None for what is no entry, or the reason why it cannot be read."""
        try:
            decoded = self._decoder.decode(text)
        except _DECODE_ERRORS:
            try:
                value = _value_of(cell)
            except _LITERAL_ERRORS:
                return UNREADABLE
            listed = [value] if self._single else value
            made = [self._entry_of(one) for one in listed] if isinstance(listed, list) else [None]
            return made if not made or any(one is not None for one in made) else WRONG_SHAPE
        return [decoded] if self._single else decoded

    def _entry_of(self, value: object) -> Any:  # noqa: ANN401 - a struct of the kind, or None
        """What surely stands in one entry: fields that are of another kind are none, and so is one without a name."""
        if isinstance(value, str) and self._entry is not CrewMember:  # who does what is not known by a name alone
            value = {"name": value}
        if not isinstance(value, dict):
            return None
        there = [field for field in self._entry.__struct_fields__ if field in value]
        fields = {field: _field(field, value[field]) for field in there}
        try:
            return msgspec.convert(fields, self._entry)
        except msgspec.ValidationError:
            return None


def _value_of(cell: str) -> Any:  # noqa: ANN401 - whatever it holds
    """What a cell holds by JSON, else by Python, both with pandas' nan; raises one of `_LITERAL_ERRORS`."""
    try:
        return json.loads(cell)
    except ValueError:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown escape is kept as it is, with a warning
            return ast.literal_eval(_Missing().visit(ast.parse(cell.strip(), mode="eval")))


class _Missing(ast.NodeTransformer):
    """Names that stand for no value in what pandas or JSON wrote."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(None) if node.id in _NO_VALUE else node


def _field(field: str, value: object) -> object:
    """A field's value where it is of its kind, also as `'500'` and `700.0`; else None."""
    if field not in _TYPES:
        return value if isinstance(value, str) and not _SURROGATE.search(value) else None
    digits = re.fullmatch(r"(\d{1,19})(?:\.0+)?", str(value))
    largest = _LARGEST_PLACE if field == "order" else _LARGEST_KEY
    return int(digits[1]) if digits and int(digits[1]) <= largest else None


def _entries_frame(entry: type[Struct], at: Sequence[int], entries: Sequence[Any]) -> pl.DataFrame:
    fields = [
        pl.Series(field, list(map(attrgetter(field), entries)), dtype=_TYPES.get(field, pl.String))
        for field in entry.__struct_fields__
    ]
    return pl.DataFrame([pl.Series(_AT, at, dtype=pl.UInt32), *fields])


def _refused_frame(refused: Iterable[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(list(refused), schema={_AT: pl.UInt32, REASON: pl.String}, orient="row")


def to_json(chunk: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, bytes]]:
    """Some cells as lines of JSON, in groups by how they are written.

    A cell's line is JSON with exactly the cell's content, or no valid JSON at all. Each cell of a group begins and ends
    with brackets of the same kind, or stands alone, so that no two cells ever make one value: where a group has as many
    values as cells, each is one cell's.

    Args:
        chunk: The column `_cell`, and others that go with it.

    Yields:
        The cells of a group, and their lines.
    """
    text = pl.col(_CELL)
    in_list, in_dict = (text.str.starts_with(first) & text.str.ends_with(last) for first, last in ("[]", "{}"))
    kind = (
        pl.when(~(in_list | in_dict) | text.str.contains(_ALONE))
        .then(pl.lit("alone"))
        .when(text.str.contains(_JSON_START))
        .then(pl.lit("json"))
        .when(text.str.contains(r'["\\]'))
        .then(pl.lit("quoted"))
        .otherwise(pl.lit("plain"))
    )
    groups = chunk.with_columns(kind.alias("kind")).partition_by("kind", as_dict=True, include_key=False)
    for (written,), group in groups.items():
        if written == "alone":
            yield from ((cell, cell.item(0, _CELL).encode()) for cell in group.iter_slices(1))
        elif written == "plain":
            # Without double quotes and backslashes every single quote opens or closes a string.
            lines = group.select(_constants(text, "'")).to_series()
            yield group, _join(lines).translate(_SINGLE_TO_DOUBLE)
        elif written == "quoted":
            requoted = pl.DataFrame({_CELL: list(map(_requote, group[_CELL]))})
            yield group, _join(requoted.select(_constants(text, '"')).to_series())
        else:
            yield group, _join(group[_CELL])


def _join(lines: pl.Series) -> bytes:
    joined: bytes = lines.str.join("\n").cast(pl.Binary).item()  # as Python text it would be encoded twice
    return joined


def _requote(cell: str) -> str:
    """Strings in single or double quotes, with escapes, into strings in double quotes with JSON's escapes."""
    if "\\" not in cell:
        return _double_quoted(cell)
    hidden = cell.replace("\\\\", _BACKSLASH).replace("\\'", _ESCAPED_SINGLE).replace('\\"', _ESCAPED_DOUBLE)
    quoted = _HEXADECIMAL.sub(r"\\u00\1", _double_quoted(hidden))
    return quoted.replace(_ESCAPED_DOUBLE, '\\"').replace(_ESCAPED_SINGLE, "'").replace(_BACKSLASH, "\\\\")


def _double_quoted(text: str) -> str:
    """The leftmost quote opens a string, the next of its own kind closes it; those of the other kind are content."""
    first, *rest = text.split('"')
    done, in_single = [first.replace("'", '"')], first.count("'") % 2
    pieces = iter(rest)
    for piece in pieces:
        if in_single:
            done.append('\\"')
            follows = piece
        else:
            done += ['"', piece, '"']
            follows = next(pieces, "")
        done.append(follows.replace("'", '"'))
        in_single ^= follows.count("'") % 2
    return "".join(done)


def _constants(text: pl.Expr, quote: str) -> pl.Expr:
    """Python's None, True and False after a key, in a text where `quote` does nothing but delimit strings.

    The quote before the colon follows a letter, so it closes a string: in what is valid JSON afterwards an opening
    quote follows a bracket, a comma, a colon or a space.
    """
    for python, javascript in (("None", "null"), ("True", "true"), ("False", "false")):
        text = text.str.replace_all(rf"([A-Za-z_0-9]{quote}: ){python}([,}}])", f"${{1}}{javascript}${{2}}")
    return text
