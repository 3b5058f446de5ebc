"""Rows of a ratings file -> pairs of a user and a film, or the reason why a row is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from almazara.movies.raw.forms import identifier, numbers, seconds
from almazara.movies.raw.tables import (
    EXTRA,
    NO_VALUE,
    ROW,
    ColumnLoss,
    as_json,
    first_reason,
    lost_cells,
    tidy,
    too_many_fields,
)

MOVIE_ID: Final = "movieId"
USER, SCORE, TIME = "userId", "rating", "timestamp"
# What `read_pairs` gives: the numbers of a rating; score and time (seconds since 1970) are null for bare pairs.
PAIRS: Final = pl.Schema({ROW: pl.Int64, USER: pl.Int64, MOVIE_ID: pl.Int64, SCORE: pl.Float32, TIME: pl.Int64})
# What stands of the other rows: why they were refused, and all that they held, as JSON.
REFUSED: Final = pl.Schema({ROW: pl.Int64, "reason": pl.String, "content": pl.String})
MAX_RATING: Final = 5  # MovieLens rates from half a star (older sets: one) to five
_LARGER_SCALES: Final = ((100, 10), (10, MAX_RATING))
# Who may rate up to 10 or 100 does so more often than this; fewer such ratings are slips on the smaller scale.
_USES_SCALE: Final = 0.25
_READS: Final = {
    USER: "users are whole numbers above 0",
    MOVIE_ID: "films are whole numbers above 0",
    SCORE: "ratings are numbers above 0 up to 5, or all of them up to 10 or to 100",
    TIME: "times are seconds or milliseconds since 1970, or like 2005-04-02 23:53:47",
}


@dataclass(frozen=True, slots=True)
class Pairs:
    """What some rows of ratings hold.

    Attributes:
        good: The readable rows, as `PAIRS`.
        refused: The other rows, as `REFUSED`.
        undated: Readable rows of which the time is not, as `REFUSED`.
        losses: By column, how many cells could not be read.
    """

    good: pl.DataFrame
    refused: pl.DataFrame
    undated: pl.DataFrame
    losses: Sequence[ColumnLoss]


def scale_of(rows: pl.DataFrame) -> int:
    """Up to which number these rows rate: 5, 10 or 100."""
    if SCORE not in rows.columns:
        return MAX_RATING
    scores = numbers(rows[SCORE]).drop_nulls()
    for scale, below in _LARGER_SCALES:
        if scores.is_between(below, scale, closed="right").sum() > _USES_SCALE * len(scores):
            return scale
    return MAX_RATING


def read_pairs(rows: pl.DataFrame, name: str, scale: int = MAX_RATING) -> Pairs:
    """Split rows of text into readable pairs, with ratings up to 5, and those that are none.

    A row is refused whose ids are no positive whole numbers or whose rating is none or out of range.

    Args:
        rows: `_row`, `userId`, `movieId` and, where the file has them, `rating` and `timestamp`, as text.
        name: Of the file.
        scale: The highest rating.
    """
    score, time = (rows[column] if column in rows.columns else None for column in (SCORE, TIME))
    nothing = pl.lit(None, pl.String)
    typed = rows.select(
        ROW,
        too_many_fields(rows).alias(EXTRA),
        identifier(USER).alias(USER),
        identifier(MOVIE_ID).alias(MOVIE_ID),
        (nothing if score is None else numbers(score) * (MAX_RATING / scale)).cast(PAIRS[SCORE]).alias(SCORE),
        (nothing if time is None else seconds(time)).cast(PAIRS[TIME]).alias(TIME),
    )
    invalid_score = ~pl.col(SCORE).is_between(0, MAX_RATING, closed="right")
    if score is not None:
        invalid_score = invalid_score.fill_null(value=True)
    reason = first_reason(
        (pl.col(EXTRA), "too_many_fields"),
        (pl.any_horizontal(pl.col(USER, MOVIE_ID).is_null()), "invalid_id"),
        (invalid_score, "invalid_rating"),
    )
    judged = typed.select(reason.alias("reason")).to_series()
    wrong = typed.select(USER, MOVIE_ID, pl.when(~invalid_score).then(SCORE), TIME)
    good = judged.is_null()
    undated = rows.filter(good & _unread(rows, typed, TIME))
    return Pairs(
        typed.filter(good).drop(EXTRA).cast(PAIRS),
        _refused(rows.filter(~good), judged.drop_nulls()),
        _refused(undated, pl.Series("reason", [f"cell {TIME}: not_a_time"] * len(undated), dtype=pl.String)),
        tuple(_losses(rows.filter(~typed[EXTRA]), wrong.filter(~typed[EXTRA]), name)),
    )


def _refused(rows: pl.DataFrame, reasons: pl.Series) -> pl.DataFrame:
    return rows.select(ROW, reasons, as_json(rows)).cast(REFUSED)


def _unread(rows: pl.DataFrame, typed: pl.DataFrame, column: str) -> pl.Series:
    """Whether a cell holds something that is not read."""
    if column not in rows.columns:
        return pl.repeat(False, len(rows), eager=True)
    return typed[column].is_null() & _told(rows, column).is_not_null()


def _told(rows: pl.DataFrame, column: str) -> pl.Series:
    return rows.select(tidy(column, NO_VALUE)).to_series()


def _losses(rows: pl.DataFrame, typed: pl.DataFrame, name: str) -> Iterator[ColumnLoss]:
    for column, reads in _READS.items():
        if column in rows.columns:
            yield lost_cells(name, _told(rows, column), _unread(rows, typed, column), rows[ROW], reads)
