"""Raw film files as they were read: every cell is text, every row keeps its number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import polars as pl

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
        name: The file's name.
        sha256: The SHA-256 of its stored bytes.
        read: How many rows it has.
        pairs: The readable rows, columns as in `ratings.PAIRS`.
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
        movies: The films, one row a film.
        credits: Cast and crew, one row a film.
        keywords: Keywords, where they have a file of their own.
        ratings: Ratings or user-film pairs.
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
    content = rows.drop(ROW, strict=False)
    return pl.Series(
        "content", [json.dumps(row, ensure_ascii=False) for row in content.iter_rows(named=True)], dtype=pl.String
    )
