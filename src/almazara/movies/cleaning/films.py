"""Rows of the files about films -> verdicts, clean films and their keys."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.report import VERDICT, repeated
from almazara.movies.raw.tables import ROW, RawFile, first_reason, identifier, is_blank, number, tidy, too_many_fields

_MEASURES: Final = (s.BUDGET, s.REVENUE, s.POPULARITY, s.VOTE_AVERAGE, s.VOTE_COUNT)
# Without these there is no product; The Movies Dataset and TMDB 5000 both have them.
REQUIRED: Final = (s.ID, s.TITLE, s.RELEASE_DATE, *_MEASURES, "genres")
# One of the two forms, or a cut of one, lacks some of these; the clean columns are then null.
_OPTIONAL_TEXTS: Final = (s.IMDB_ID, s.ORIGINAL_LANGUAGE, s.ORIGINAL_TITLE, s.OVERVIEW, "runtime", "status", "tagline")
_OPTIONAL_NESTED: Final = ("belongs_to_collection", "production_companies", "production_countries", "spoken_languages")
_FLAGS: Final = (s.ADULT, "video")
_NESTED: Final = ("genres", *_OPTIONAL_NESTED, "keywords")
# A row of which this many fields are not of their kind is another row's tail, not a row with bad values.
_SHIFTED: Final = 3
FIRST_DAY: Final = date(1870, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
MAX_MONEY: Final = 10**12
# Below the first sum an amount is a slip of the unit (12 for 12 millions) or a placeholder (1), above the second one
# digits too many. Measured on The Movies Dataset: 244 budgets and 154 revenues are below, and with them all returns
# above 13,000; the cheapest budgets that films are known for are above. A real one below (Tarnation) is flagged too.
PLAUSIBLE_MONEY: Final = (1_000, 10**10)


def judge(raw: RawFile) -> pl.DataFrame:
    """The rows as tidy text with their `id` as a number and a verdict: null where the row is kept."""
    _require(raw, REQUIRED)
    optional = (*_OPTIONAL_TEXTS, *_OPTIONAL_NESTED, s.ADULT)
    absent = [pl.lit(None, pl.String).alias(column) for column in optional if column not in raw.frame.columns]
    plain = [tidy(column) for column in raw.frame.columns if column != ROW and column not in _NESTED]
    rows = raw.frame.with_columns(plain).with_columns(absent)
    judged = rows.with_columns(_own_verdict(rows).alias(VERDICT)).with_columns(identifier(s.ID).alias(s.ID))
    kept = judged.filter(pl.col(VERDICT).is_null())
    return judged.with_columns(pl.coalesce(VERDICT, repeated(kept, s.ID)).alias(VERDICT))


def judge_details(raw: RawFile, required: Sequence[str], known: pl.Series) -> pl.DataFrame:
    """The same of a file that has one row a film beside the films' own file; `known` are the ids of the films."""
    key = next((column for column in (s.ID, "movie_id") if column in raw.frame.columns), s.ID)
    _require(raw, (key, *required))
    verdict = first_reason(
        (is_blank(raw.frame), "blank"),
        (too_many_fields(raw.frame), "quarantined:too_many_fields"),
        (identifier(key).is_null(), "quarantined:invalid_id"),
    )
    rows = raw.frame.with_columns(verdict.alias(VERDICT), identifier(key).alias(s.ID))
    kept = rows.filter(pl.col(VERDICT).is_null())
    unknown = pl.when(~pl.col(s.ID).is_in(known.implode())).then(pl.lit("no_such_film"))
    return rows.with_columns(pl.coalesce(VERDICT, repeated(kept, s.ID), unknown).alias(VERDICT))


def _require(raw: RawFile, columns: Sequence[str]) -> None:
    there = raw.frame.columns
    if missing := [column for column in columns if column not in there]:
        raise InputError(f"{raw.name} lacks the required columns {', '.join(missing)}; it has {', '.join(there[1:])}.")


def _own_verdict(rows: pl.DataFrame) -> pl.Expr:
    """The verdict on a row by itself."""
    day, title = pl.col(s.RELEASE_DATE), pl.coalesce(s.TITLE, s.ORIGINAL_TITLE)
    no_votes = pl.col(s.VOTE_AVERAGE).is_null() & pl.col(s.VOTE_COUNT).is_null()
    return first_reason(
        (is_blank(rows), "blank"),
        (too_many_fields(rows), "quarantined:too_many_fields"),
        (_misfits(rows.columns) >= _SHIFTED, "quarantined:shifted"),
        (identifier(s.ID).is_null(), "quarantined:invalid_id"),
        (day.is_null(), "no_release_date"),
        (_valid_day().is_null(), "invalid_release_date"),
        (pl.col(s.TITLE).is_null() & no_votes, "quarantined:cut_short"),
        (title.is_null(), "no_title"),
    )


def _misfits(columns: list[str]) -> pl.Expr:
    """How many fields of a row hold something that is not of their kind."""
    misfits = [~pl.col(c).str.to_lowercase().is_in(["true", "false"]) for c in _FLAGS if c in columns]
    misfits += [pl.col(c).is_not_null() & number(c).is_null() for c in (*_MEASURES, "runtime")]
    misfits += [~pl.col(c).str.contains(r"^\s*([\[{]|$|(?i:nan)$)") for c in _NESTED if c in columns]
    misfits += [
        ~pl.col(s.RELEASE_DATE).str.contains(r"^\d{4}-\d{2}-\d{2}"),
        ~pl.col(s.IMDB_ID).str.contains(r"^(tt)?\d+$"),
    ]
    return pl.sum_horizontal(misfit.fill_null(value=False).cast(pl.Int8) for misfit in misfits)


def _valid_day() -> pl.Expr:
    """The release date, null unless it is a calendar date `YYYY-MM-DD` of the time of films."""
    text = pl.col(s.RELEASE_DATE)
    strict = pl.when(text.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(text)
    day = strict.str.to_date("%Y-%m-%d", strict=False)
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day)


def films(kept: pl.DataFrame) -> pl.DataFrame:
    """Clean films without the columns that come from nested cells.

    Args:
        kept: The judged rows without a verdict, in order of id.
    """
    budget, revenue = pl.col(s.BUDGET), pl.col(s.REVENUE)
    both = (budget > 0) & (revenue > 0)
    return kept.select(
        s.ID,
        pl.coalesce(s.TITLE, s.ORIGINAL_TITLE).alias(s.TITLE),
        _valid_day().alias(s.RELEASE_DATE),
        s.ORIGINAL_LANGUAGE,
        s.OVERVIEW,
        "tagline",
        "status",
        _within("runtime", 0, 10**6),
        _money(s.BUDGET),
        _money(s.REVENUE),
        _within(s.POPULARITY, 0, 10**9),
        _within(s.VOTE_AVERAGE, 0, 10),
        _within(s.VOTE_COUNT, 0, 10**12).round().cast(pl.Int64).fill_null(0),
    ).with_columns(
        pl.col(s.RELEASE_DATE).dt.year().alias(s.RELEASE_YEAR),
        pl.when(both).then(revenue / budget).otherwise(0.0).alias(s.RETURN),
        (_doubtful(budget) | _doubtful(revenue)).alias(s.MONEY_DOUBTFUL),
    )


def _within(column: str, low: float, high: float) -> pl.Expr:
    value = number(column)
    return pl.when(value.is_between(low, high)).then(value).alias(column)


def _money(column: str) -> pl.Expr:
    """Whole US dollars; 0 where missing, not a number, negative or beyond any sum of money."""
    return _within(column, 0, MAX_MONEY).round().cast(pl.Int64).fill_null(0)


def _doubtful(amount: pl.Expr) -> pl.Expr:
    low, high = PLAUSIBLE_MONEY
    return (amount > 0) & ~amount.is_between(low, high)


def film_keys(kept: pl.DataFrame) -> pl.DataFrame:
    """What joins ratings to films, finds a film by its own-language title and tells whether it is for adults."""
    imdb_id = pl.when(pl.col(s.IMDB_ID).str.contains(r"^tt\d+$")).then(s.IMDB_ID)
    flag = pl.col(s.ADULT).str.to_lowercase()
    adult = pl.when(flag.is_in(["true", "1"])).then(True).when(flag.is_in(["false", "0"])).then(False)
    return kept.select(pl.col(s.ID).alias(s.FILM_ID), imdb_id.alias(s.IMDB_ID), s.ORIGINAL_TITLE, adult.alias(s.ADULT))
