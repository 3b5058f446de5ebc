"""Rows of a ratings file -> pairs of a user and a film, or the reason why a row is none."""

from typing import Final

import polars as pl

from almazara.movies.raw.tables import EXTRA, ROW, as_json, first_reason, identifier, number, too_many_fields

MOVIE_ID: Final = "movieId"
USER, SCORE, TIME = "userId", "rating", "timestamp"
# What `read_pairs` gives: the numbers of a rating; score and time (seconds since 1970) are null for bare pairs.
PAIRS: Final = pl.Schema({ROW: pl.Int64, USER: pl.Int64, MOVIE_ID: pl.Int64, SCORE: pl.Float32, TIME: pl.Int64})
# What stands of the other rows: why they were refused, and all that they held, as JSON.
REFUSED: Final = pl.Schema({ROW: pl.Int64, "reason": pl.String, "content": pl.String})
MAX_RATING: Final = 5  # MovieLens rates from half a star (older sets: one) to five


def read_pairs(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split rows of text into readable pairs (as `PAIRS`) and refused rows (as `REFUSED`).

    Args:
        rows: `_row`, `userId`, `movieId` and, where the file has them, `rating` and `timestamp`, as text.

    Returns:
        The pairs, and the rows whose ids are no positive whole numbers or whose rating is none or out of range.
    """
    absent = [pl.lit(None, pl.String).alias(column) for column in (SCORE, TIME) if column not in rows.columns]
    typed = rows.with_columns(absent).select(
        ROW,
        too_many_fields(rows).alias(EXTRA),
        identifier(USER).alias(USER),
        identifier(MOVIE_ID).alias(MOVIE_ID),
        number(SCORE).alias(SCORE),
        pl.col(TIME).str.strip_chars().cast(pl.Int64, strict=False),
    )
    invalid_score = ~pl.col(SCORE).is_between(0, MAX_RATING, closed="right")
    if SCORE in rows.columns:
        invalid_score = invalid_score.fill_null(value=True)
    reason = first_reason(
        (pl.col(EXTRA), "too_many_fields"),
        (pl.any_horizontal(pl.col(USER, MOVIE_ID).is_null()), "invalid_id"),
        (invalid_score, "invalid_rating"),
    )
    judged = typed.select(reason.alias("reason")).to_series()
    refused = rows.filter(judged.is_not_null())
    why = refused.select(ROW, judged.drop_nulls(), as_json(refused))
    return typed.filter(judged.is_null()).drop(EXTRA).cast(PAIRS), why
