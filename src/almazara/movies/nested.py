"""Nested cells, lists of dictionaries written as Python literals or as JSON, into rows: exactly, or not at all.

A Python literal becomes JSON by string replacements that Polars runs over the whole column, and msgspec decodes only
the wanted fields. Whatever that does not turn into valid JSON is read alone by `ast.literal_eval`; what neither reads
is refused with a reason. No step guesses: a replacement either keeps every string as it was or makes JSON invalid.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
import polars as pl
from msgspec import Meta, Struct

INDEX: Final = "index"
REASON: Final = "reason"
UNREADABLE: Final = "unreadable"
WRONG_SHAPE: Final = "wrong_shape"

_Key = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Place = Annotated[int, Meta(ge=0, le=2**31 - 1)]

_CHUNK: Final = 4096
_DECODE_ERRORS: Final = (msgspec.DecodeError, UnicodeError)
_LITERAL_ERRORS: Final = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)
# JSON begins so; a Python literal that begins with a double quote is not JSON and is read alone.
_JSON_START: Final = r'^\s*(\[\s*\{\s*"|\{\s*"|\[\s*\]|\{\s*\})'
# Stand-ins for the characters below while quotes are told apart; a cell that holds one itself is read alone.
_BACKSLASH, _ESCAPED_SINGLE, _ESCAPED_DOUBLE, _DOUBLE = "\x01", "\x02", "\x03", "\x04"
# `\/` is one character in JSON and two in Python.
_ALONE: Final = r"[\x01-\x04]|\\/"


class Tag(Struct, frozen=True, gc=False, kw_only=True):
    """A genre, company, keyword or collection."""

    id: _Key
    name: str


class Country(Struct, frozen=True, gc=False, kw_only=True):
    """A production country; its name may be missing."""

    iso_3166_1: str
    name: str | None = None


class Language(Struct, frozen=True, gc=False, kw_only=True):
    """A spoken language; its name may be missing."""

    iso_639_1: str
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


_TYPES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {"id": pl.Int64, "order": pl.Int32}


@dataclass(frozen=True, slots=True)
class Unnested:
    """What a column of nested cells holds.

    Attributes:
        entries: One row an entry in raw order: `index` (the cell's place in the column, UInt32) and the entry's fields.
        refused: One row a refused cell: `index` and `reason` (`unreadable` or `wrong_shape`).
    """

    entries: pl.DataFrame
    refused: pl.DataFrame


def unnest(cells: pl.Series, entry: type[Struct], *, single: bool = False) -> Unnested:
    """Read a column of nested cells; null cells hold nothing.

    Args:
        cells: Text of each cell.
        entry: The fields that are wanted of each dictionary; others are skipped.
        single: Whether a cell is one dictionary instead of a list of them.
    """
    numbered = cells.rename("cell").to_frame().with_row_index(INDEX).drop_nulls()
    distinct = numbered.select("cell").unique(maintain_order=True).with_row_index("at")
    places = numbered.join(distinct, on="cell", maintain_order="left").drop("cell")
    decode: Callable[[str], Any] = msgspec.json.Decoder(entry if single else list[entry]).decode  # type: ignore[valid-type]
    pieces = [_piece(chunk, entry, decode, single=single) for chunk in distinct.iter_slices(_CHUNK)]
    entries = pl.concat([piece.entries for piece in pieces]) if pieces else _entries_frame(entry, [], [])
    refused = pl.concat([piece.refused for piece in pieces]) if pieces else _refused_frame([])
    return Unnested(_at_places(entries, places), _at_places(refused, places))


def _at_places(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    return places.join(found, on="at", maintain_order="left_right").drop("at")


def _piece(chunk: pl.DataFrame, entry: type[Struct], decode: Callable[[str], Any], *, single: bool) -> Unnested:
    at: list[int] = []
    entries: list[Any] = []
    refused: list[tuple[int, str]] = []
    for number, cell, text in zip(chunk["at"], chunk["cell"], to_json(chunk["cell"]), strict=True):
        try:
            found = decode(text)
        except _DECODE_ERRORS:
            found = _read_alone(cell, decode)
        if isinstance(found, str):
            refused.append((number, found))
            continue
        members = [found] if single else found
        at += [number] * len(members)
        entries += members
    return Unnested(_entries_frame(entry, at, entries), _refused_frame(refused))


def _entries_frame(entry: type[Struct], at: list[int], entries: list[Any]) -> pl.DataFrame:
    columns = [pl.Series("at", at, dtype=pl.UInt32)]
    for field in entry.__struct_fields__:
        values = [getattr(member, field) for member in entries]
        columns.append(pl.Series(field, values, dtype=_TYPES.get(field, pl.String)))
    return pl.DataFrame(columns)


def _refused_frame(refused: Iterable[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(list(refused), schema={"at": pl.UInt32, REASON: pl.String}, orient="row")


def _read_alone(cell: str, decode: Callable[[str], Any]) -> Any:  # noqa: ANN401 - what `decode` gives, or a reason
    """The cell read by the parser of its own language, or the reason why it cannot be."""
    reason = UNREADABLE
    for text in _exact_texts(cell):
        try:
            return decode(text)
        except msgspec.ValidationError:
            reason = WRONG_SHAPE
        except _DECODE_ERRORS:
            continue
    return reason


def _exact_texts(cell: str) -> Iterator[str]:
    """The cell as JSON: as it is, and as what Python reads in it (JSON text cannot hold bytes, sets or NaN)."""
    yield cell
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown escape is kept as it is, with a warning
            value = ast.literal_eval(cell)
        yield json.dumps(value, allow_nan=False)
    except _LITERAL_ERRORS:
        return


def to_json(cells: pl.Series) -> pl.Series:
    """The cells as JSON wherever replacements can turn a Python literal into it; valid JSON stays as it is.

    The result of a cell is valid JSON with exactly the cell's content, or no valid JSON at all.
    """
    text = pl.col("cell")
    frame = cells.rename("cell").to_frame().with_row_index(INDEX)
    literal = ~text.str.contains(_JSON_START) & ~text.str.contains(_ALONE)
    quoted = text.str.contains(r'["\\]')
    return (
        pl.concat(
            [
                frame.filter(~literal),
                frame.filter(literal & ~quoted).with_columns(_constants(_requote_plain(text))),
                frame.filter(literal & quoted).with_columns(_requote(text)),
            ]
        )
        .sort(INDEX)
        .get_column("cell")
    )


def _requote_plain(text: pl.Expr) -> pl.Expr:
    """Without double quotes and backslashes every single quote opens or closes a string."""
    return text.str.replace_all("'", '"', literal=True)


def _requote(text: pl.Expr) -> pl.Expr:
    """Strings in single or double quotes, with escapes, into strings in double quotes with JSON's escapes."""
    return (
        text.str.replace_all("\\\\", _BACKSLASH, literal=True)
        .str.replace_all("\\'", _ESCAPED_SINGLE, literal=True)
        .str.replace_all('\\"', _ESCAPED_DOUBLE, literal=True)
        .str.replace_all('"', _DOUBLE, literal=True)
        # The leftmost quote opens a string, and the next of its own kind closes it.
        .str.replace_all(f"'([^']*)'|{_DOUBLE}([^{_DOUBLE}]*){_DOUBLE}", '"${1}${2}"')
        .pipe(_constants)
        .str.replace_all(r"\\x([0-9A-Fa-f]{2})", r"\u00${1}")
        .str.replace_all(f"[{_DOUBLE}{_ESCAPED_DOUBLE}]", r"\"")
        .str.replace_all(_ESCAPED_SINGLE, "'", literal=True)
        .str.replace_all(_BACKSLASH, r"\\", literal=True)
    )


def _constants(text: pl.Expr) -> pl.Expr:
    """Python's None, True and False after a key, in a text whose strings stand in double quotes.

    The quote before the colon follows a letter, so it closes a string: in what is valid JSON afterwards an opening
    quote follows a bracket, a comma, a colon or a space.
    """
    for python, javascript in (("None", "null"), ("True", "true"), ("False", "false")):
        text = text.str.replace_all(rf'([A-Za-z_0-9]": ){python}([,}}])', f"${{1}}{javascript}${{2}}")
    return text
