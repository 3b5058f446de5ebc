"""Raw ratings -> one row a (user, film), their films by the ids of the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.rated_films import TITLED, rated_films
from almazara.movies.cleaning.report import REPEATED_RATING, VERDICT, FileReport, account, quarantined
from almazara.movies.raw.pairs import MOVIE_ID, TIME, USER
from almazara.movies.raw.tables import ColumnLoss, RawCatalog, RawRatings, first_reason

_NAMED: Final = 8
"""So many films that are lost are named."""


@dataclass(frozen=True, slots=True)
class Rated:
    """The table of ratings, the account of their files, what was refused, what columns lost, and what is to be said."""

    table: pl.DataFrame
    files: tuple[FileReport, ...]
    quarantine: pl.DataFrame
    losses: tuple[ColumnLoss, ...] = ()
    notes: tuple[str, ...] = ()


def clean(raw: RawCatalog, films: pl.DataFrame, keys: pl.DataFrame) -> Rated:
    """The ratings of films in the catalog; of a pair that comes twice the latest rating stays."""
    if raw.ratings is None:
        return Rated(pl.DataFrame(schema=s.SCHEMAS[s.RATINGS]), (), pl.DataFrame(schema=s.SCHEMAS[s.QUARANTINE]))
    known = rated_films(raw, films, keys)
    judged = _judge(raw.ratings, known.films)
    kept = judged.filter(pl.col(VERDICT).is_null())
    refused = quarantined(raw.ratings.name, pl.concat([raw.ratings.refused, raw.ratings.undated]))
    files = (*known.files, _account(raw.ratings, judged))
    notes = (*known.notes, *_lost(judged, known.titles))
    return Rated(_table(kept), files, refused, (*known.losses, *raw.ratings.losses), notes)


def _judge(raw: RawRatings, films_of: pl.DataFrame) -> pl.DataFrame:
    rows = raw.pairs.join(films_of, on=MOVIE_ID, how="left", maintain_order="left").sort(
        TIME, nulls_last=False, maintain_order=True
    )
    earlier = pl.col(s.FILM_ID).is_not_null() & ~pl.struct(USER, s.FILM_ID).is_last_distinct()
    verdict = first_reason((pl.col(s.FILM_ID).is_null(), "no_such_film"), (earlier, REPEATED_RATING))
    return rows.with_columns(verdict.alias(VERDICT))


def _lost(judged: pl.DataFrame, titles: pl.DataFrame | None) -> Iterator[str]:
    """Which films the catalog lacks, those with most ratings first."""
    lost = judged.filter(pl.col(VERDICT) == "no_such_film").group_by(MOVIE_ID).len("ratings")
    if lost.is_empty():
        return
    most = lost.sort("ratings", MOVIE_ID, descending=[True, False]).head(_NAMED)
    called = pl.lit("MovieLens ") + pl.col(MOVIE_ID).cast(pl.String)
    if titles is not None:
        most, called = most.join(titles, on=MOVIE_ID, how="left", maintain_order="left"), pl.coalesce(TITLED, called)
    named = "; ".join(f"{name} ({count:,})" for name, count in most.select(called, "ratings").iter_rows())
    yield f"Of {lost.height:,} rated films the catalog has none; with most ratings: {named}."


def _account(raw: RawRatings, judged: pl.DataFrame) -> FileReport:
    refused = "quarantined:" + raw.refused["reason"].rename(VERDICT)
    return account(raw.name, raw.sha256, pl.concat([judged[VERDICT], refused]))


def _table(kept: pl.DataFrame) -> pl.DataFrame:
    return kept.select(
        pl.col(USER).alias(s.USER_ID),
        s.FILM_ID,
        s.RATING,
        pl.from_epoch(TIME, time_unit="s").dt.replace_time_zone("UTC").cast(pl.Datetime("us", "UTC")).alias(s.RATED_AT),
    ).sort(s.USER_ID, s.FILM_ID)
