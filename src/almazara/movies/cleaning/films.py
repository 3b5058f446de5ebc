"""Rows of the files about films -> verdicts, clean films and their keys."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.report import VERDICT, repeated
from almazara.movies.raw import forms
from almazara.movies.raw.forms import identifier, imdb_number, number
from almazara.movies.raw.tables import (
    NO_VALUE,
    ROW,
    ColumnLoss,
    RawFile,
    as_json,
    bare_names,
    first_reason,
    is_blank,
    is_damaged,
    lost_cells,
    tidy,
    too_many_fields,
)

_MEASURES: Final = (s.BUDGET, s.REVENUE, s.POPULARITY, s.VOTE_AVERAGE, s.VOTE_COUNT)
# Without these there is no product; The Movies Dataset and TMDB 5000 both have them.
REQUIRED: Final = (s.ID, s.TITLE, s.RELEASE_DATE, *_MEASURES, "genres")
# One of the two forms, or a cut of one, lacks some of these; the clean columns are then null.
_OPTIONAL_TEXTS: Final = (s.IMDB_ID, s.ORIGINAL_LANGUAGE, s.ORIGINAL_TITLE, s.OVERVIEW, "runtime", "status", "tagline")
_OPTIONAL_NESTED: Final = ("belongs_to_collection", "production_companies", "production_countries", "spoken_languages")
_FLAGS: Final = (s.ADULT, "video")
_FLAG: Final = r"(?i)^(true|false|yes|no|t|f|[01](\.0)?)$"
_YES: Final = r"(?i)^(true|yes|t|1(\.0)?)$"
_NESTED: Final = ("genres", *_OPTIONAL_NESTED, "keywords", "cast", "crew", "director")
# What other makers of the same files call these columns, see `renamed`.
_ALIASES: Final[Mapping[str, str]] = {"tmdbid": s.ID, "movieid": s.ID, "titlex": s.TITLE, "directors": "director"}
FILM_NAMES: Final[Mapping[str, str]] = {
    **_ALIASES,
    **bare_names(*REQUIRED, *_OPTIONAL_TEXTS, *_FLAGS, *_NESTED),
}
# A row of which this many fields are not of their kind is another row's tail, not a row with bad values.
_SHIFTED: Final = 3
FIRST_DAY: Final = date(1870, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
MAX_MONEY: Final = 10**12
# Below the first sum an amount is a slip of the unit (12 for 12 millions) or a placeholder (1), above the second one
# digits too many. Measured on The Movies Dataset: 244 budgets and 154 revenues are below, and with them all returns
# above 13,000; the cheapest budgets that films are known for are above. A real one below (Tarnation) is flagged too.
PLAUSIBLE_MONEY: Final = (1_000, 10**10)


_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    s.BUDGET: (0, MAX_MONEY),
    s.REVENUE: (0, MAX_MONEY),
    s.POPULARITY: (0, 10**9),
    s.VOTE_AVERAGE: (0, 10),
    s.VOTE_COUNT: (0, 10**12),
    "runtime": (0, 10**6),
}
# What is read in each column, and the verdict on rows that go because it cannot be read.
_READS: Final[Mapping[str, str]] = {
    **dict.fromkeys((s.BUDGET, s.REVENUE), "US dollars are read, like 1000000 or $1,000,000"),
    s.POPULARITY: "numbers are read, like 6.5 or 6,5",
    s.VOTE_AVERAGE: "averages from 0 to 10 are read, like 6.5 or 6,5",
    s.VOTE_COUNT: "whole numbers are read, like 1234 or 1,234",
    "runtime": "minutes are read, like 95, 95 min or 1h 35m",
    s.ID: "ids are whole numbers above 0",
    s.RELEASE_DATE: "dates are read as 1995-10-30, with no time of day but midnight",
    s.IMDB_ID: "IMDb ids are read as tt0114709 or 114709",
}
_NO_IMDB_ID: Final = r"^(tt)?0+(\.0+)?$"
_DROPS: Final[Mapping[str, str]] = {s.ID: "quarantined:invalid_id", s.RELEASE_DATE: "invalid_release_date"}


def judge(raw: RawFile) -> pl.DataFrame:
    """The rows as tidy text with their `id` as a number and a verdict: null where the row is kept.

    What a column holds as numbers, dates or IMDb ids stands beside it, after an underscore: `_budget`.
    """
    _require(raw, REQUIRED)
    optional = (*_OPTIONAL_TEXTS, *_OPTIONAL_NESTED, s.ADULT)
    absent = [pl.lit(None, pl.String).alias(column) for column in optional if column not in raw.frame.columns]
    plain = [_tidied(column) for column in raw.columns if column not in _NESTED]
    rows = raw.frame.with_columns(plain).with_columns(absent)
    rows = rows.with_columns(_typed(rows))
    judged = rows.with_columns(_own_verdict(rows).alias(VERDICT), pl.col("_id").alias(s.ID))
    kept = judged.filter(pl.col(VERDICT).is_null())
    return judged.with_columns(pl.coalesce(VERDICT, repeated(kept, s.ID)).alias(VERDICT))


def _tidied(column: str) -> pl.Expr:
    if column not in _READS:
        return tidy(column)
    text = tidy(column, NO_VALUE)
    return text if column != s.IMDB_ID else pl.when(~text.str.contains(_NO_IMDB_ID)).then(text).alias(column)


def _typed(rows: pl.DataFrame) -> Iterator[pl.Series]:
    for column, (low, high) in _RANGES.items():
        whole = column in {s.BUDGET, s.REVENUE, s.VOTE_COUNT}
        values = forms.minutes(rows[column]) if column == "runtime" else forms.numbers(rows[column], whole=whole)
        yield values.set(~values.is_between(low, high), None).alias(f"_{column}")
    day = forms.days(rows[s.RELEASE_DATE])
    yield day.set(~day.is_between(FIRST_DAY, LAST_DAY), None).alias(f"_{s.RELEASE_DATE}")
    number = imdb_number(s.IMDB_ID)
    written = pl.when(pl.col(s.IMDB_ID).str.contains(r"^tt\d+$")).then(s.IMDB_ID)
    padded = pl.concat_str(pl.lit("tt"), number.cast(pl.String).str.zfill(7))
    yield rows.select(pl.coalesce(written, padded).alias(f"_{s.IMDB_ID}")).to_series()
    yield rows.select(identifier(s.ID).alias("_id")).to_series()


def unread(raw: RawFile, rows: pl.DataFrame) -> tuple[list[ColumnLoss], pl.DataFrame]:
    """What judged rows lack because a cell could not be read.

    Returns:
        The losses by column; and the cells of rows that stay: `_row`, `reason`, `content`.
    """
    losses, cells = [], []
    for column, reads in _READS.items():
        if column not in raw.frame.columns:
            continue
        texts = raw.frame.select(_tidied(column)).to_series()
        there = rows.select(pl.col(VERDICT).is_null() | (pl.col(VERDICT) == _DROPS.get(column, ""))).to_series()
        lost = there & rows[f"_{column}"].is_null() & texts.is_not_null()
        losses.append(lost_cells(raw.name, texts.filter(there), lost.filter(there), rows[ROW].filter(there), reads))
        if column not in _DROPS:
            of_rows = rows.select(ROW, s.ID, texts).filter(lost)
            reason = pl.lit(f"cell {column}: {'not_an_id' if column == s.IMDB_ID else 'not_a_number'}").alias("reason")
            cells.append(of_rows.select(ROW, reason, as_json(of_rows)))
    return losses, pl.concat(cells)


def judge_details(raw: RawFile, required: Sequence[str], known: pl.Series) -> pl.DataFrame:
    """The same of a file that has one row a film beside the films' own file; `known` are the ids of the films."""
    _require(raw, (s.ID, *required))
    verdict = first_reason(
        (is_blank(raw.frame), "blank"),
        (too_many_fields(raw.frame), "quarantined:too_many_fields"),
        (is_damaged(raw.frame), "quarantined:not_utf8"),
        (identifier(s.ID).is_null(), "quarantined:invalid_id"),
    )
    rows = raw.frame.with_columns(verdict.alias(VERDICT), identifier(s.ID).alias(s.ID))
    kept = rows.filter(pl.col(VERDICT).is_null())
    unknown = pl.when(~pl.col(s.ID).is_in(known.implode())).then(pl.lit("no_such_film"))
    return rows.with_columns(pl.coalesce(VERDICT, repeated(kept, s.ID), unknown).alias(VERDICT))


def _require(raw: RawFile, columns: Sequence[str]) -> None:
    there = raw.columns
    if missing := [column for column in columns if column not in there]:
        raise InputError(f"{raw.name} lacks the required columns {', '.join(missing)}; it has {', '.join(there)}.")


def _own_verdict(rows: pl.DataFrame) -> pl.Expr:
    """The verdict on a row by itself."""
    title = pl.coalesce(s.TITLE, s.ORIGINAL_TITLE)
    no_votes = pl.col(s.VOTE_AVERAGE).is_null() & pl.col(s.VOTE_COUNT).is_null()
    return first_reason(
        (is_blank(rows), "blank"),
        (too_many_fields(rows), "quarantined:too_many_fields"),
        (is_damaged(rows), "quarantined:not_utf8"),
        (_misfits(rows) >= _SHIFTED, "quarantined:shifted"),
        (pl.col("_id").is_null(), "quarantined:invalid_id"),
        (pl.col(s.RELEASE_DATE).is_null(), "no_release_date"),
        (pl.col(f"_{s.RELEASE_DATE}").is_null(), "invalid_release_date"),
        (pl.col(s.TITLE).is_null() & no_votes, "quarantined:cut_short"),
        (title.is_null(), "no_title"),
    )


def _misfits(rows: pl.DataFrame) -> pl.Expr:
    """How many fields of a row hold something that is not of their kind.

    Columns of which half the cells are not, are written in another form as a whole, and tell nothing of a row.
    """
    misfits: dict[str, pl.Expr] = {c: ~pl.col(c).str.contains(_FLAG) for c in _FLAGS if c in rows.columns}
    misfits |= {c: pl.col(c).is_not_null() & number(c).is_null() for c in (*_MEASURES, "runtime")}
    misfits |= {c: ~pl.col(c).str.contains(r"^\s*([\[{]|$|(?i:nan)$)") for c in _NESTED if c in rows.columns}
    misfits[s.RELEASE_DATE] = ~pl.col(s.RELEASE_DATE).str.contains(r"^\d{4}-\d{2}-\d{2}")
    misfits[s.IMDB_ID] = ~pl.col(s.IMDB_ID).str.contains(r"^(tt)?\d+(\.0+)?$") & pl.col(f"_{s.IMDB_ID}").is_null()
    found = rows.select(misfit.fill_null(value=False).cast(pl.Int8).alias(c) for c, misfit in misfits.items())
    return pl.lit(found.select(column for column in found if column.sum() * 2 <= len(rows)).sum_horizontal())


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
        pl.col(f"_{s.RELEASE_DATE}").alias(s.RELEASE_DATE),
        s.ORIGINAL_LANGUAGE,
        s.OVERVIEW,
        "tagline",
        "status",
        *(pl.col(f"_{column}").alias(column) for column in ("runtime", s.POPULARITY, s.VOTE_AVERAGE)),
        *(_whole(column) for column in (s.BUDGET, s.REVENUE, s.VOTE_COUNT)),
    ).with_columns(
        pl.col(s.RELEASE_DATE).dt.year().alias(s.RELEASE_YEAR),
        pl.when(both).then(revenue / budget).otherwise(0.0).alias(s.RETURN),
        (_doubtful(budget) | _doubtful(revenue)).alias(s.MONEY_DOUBTFUL),
    )


def _whole(column: str) -> pl.Expr:
    """Votes, or whole US dollars: 0 where missing, not a number, negative or beyond what there can be."""
    return pl.col(f"_{column}").round().cast(pl.Int64).fill_null(0).alias(column)


def _doubtful(amount: pl.Expr) -> pl.Expr:
    low, high = PLAUSIBLE_MONEY
    return (amount > 0) & ~amount.is_between(low, high)


def film_keys(kept: pl.DataFrame) -> pl.DataFrame:
    """What joins ratings to films, finds a film by its own-language title and tells whether it is for adults."""
    flag = pl.col(s.ADULT).str
    adult = pl.when(flag.contains(_FLAG)).then(flag.contains(_YES)).alias(s.ADULT)
    return kept.select(pl.col(s.ID).alias(s.FILM_ID), pl.col(f"_{s.IMDB_ID}").alias(s.IMDB_ID), s.ORIGINAL_TITLE, adult)
