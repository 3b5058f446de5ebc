"""Raw ratings -> one row a (user, film): MovieLens ids become catalog ids by links, or by title and year."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.report import REPEATED_RATING, VERDICT, FileReport, account, quarantined, repeated
from almazara.movies.raw.forms import identifier, imdb_number
from almazara.movies.raw.pairs import MOVIE_ID, TIME, USER
from almazara.movies.raw.tables import (
    NO_VALUE,
    ROW,
    ColumnLoss,
    RawCatalog,
    RawFile,
    RawRatings,
    bare_names,
    first_reason,
    lost_cells,
    renamed,
    tidy,
    too_many_fields,
)
from almazara.movies.raw.text import ARTICLES

IMDB, TMDB = "imdbId", "tmdbId"
_READS: Final = "ids are whole numbers above 0, an IMDb id with or without its tt"
_NO_ID: Final = r"^\s*0+(\.0+)?\s*$"


@dataclass(frozen=True, slots=True)
class Rated:
    """The table of ratings, the account of the files it comes from, what was refused, and what columns lost."""

    table: pl.DataFrame
    files: tuple[FileReport, ...]
    quarantine: pl.DataFrame
    losses: tuple[ColumnLoss, ...] = ()


def clean(raw: RawCatalog, films: pl.DataFrame, keys: pl.DataFrame) -> Rated:
    """The ratings of films in the catalog; of a pair that comes twice the latest rating stays."""
    if raw.ratings is None:
        return Rated(pl.DataFrame(schema=s.SCHEMAS[s.RATINGS]), (), pl.DataFrame(schema=s.SCHEMAS[s.QUARANTINE]))
    films_of, source, losses = _film_of_movie(raw, films, keys)
    judged = _judge(raw.ratings, films_of)
    kept = judged.filter(pl.col(VERDICT).is_null())
    refused = quarantined(raw.ratings.name, pl.concat([raw.ratings.refused, raw.ratings.undated]))
    return Rated(_table(kept), (source, _account(raw.ratings, judged)), refused, (*losses, *raw.ratings.losses))


def _judge(raw: RawRatings, films_of: pl.DataFrame) -> pl.DataFrame:
    rows = raw.pairs.join(films_of, on=MOVIE_ID, how="left", maintain_order="left").sort(
        TIME, nulls_last=False, maintain_order=True
    )
    earlier = pl.col(s.FILM_ID).is_not_null() & ~pl.struct(USER, s.FILM_ID).is_last_distinct()
    verdict = first_reason((pl.col(s.FILM_ID).is_null(), "no_such_film"), (earlier, REPEATED_RATING))
    return rows.with_columns(verdict.alias(VERDICT))


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


def _film_of_movie(
    raw: RawCatalog, films: pl.DataFrame, keys: pl.DataFrame
) -> tuple[pl.DataFrame, FileReport, list[ColumnLoss]]:
    """MovieLens id -> catalog id, the account of the file that says so, and what its columns lost."""
    losses: list[ColumnLoss] = []
    if raw.links is not None:
        file, (rows, losses) = raw.links, _by_link(raw.links, films, keys)
    elif raw.titles is not None:
        file, rows = raw.titles, _by_title(raw.titles, films)
    else:
        name = raw.ratings.name if raw.ratings else "the ratings"
        raise InputError(f"There is no links.csv, movies.csv or movies.dat beside {name}: its ids cannot be matched.")
    found = rows.filter(pl.col(VERDICT).is_null()).select(MOVIE_ID, s.FILM_ID)
    return found, account(file.name, file.sha256, rows[VERDICT]), losses


def _with_movie_id(file: RawFile, *required: str) -> pl.DataFrame:
    frame = renamed(file.frame, bare_names(MOVIE_ID, *required))
    missing = [column for column in (MOVIE_ID, *required) if column not in frame.columns]
    if missing:
        raise InputError(f"{file.name} lacks the required columns {', '.join(missing)}.")
    rows = frame.with_columns(identifier(MOVIE_ID).alias(MOVIE_ID))
    unreadable = pl.col(MOVIE_ID).is_null() | too_many_fields(rows)
    rows = rows.with_columns(first_reason((unreadable, "unreadable")).alias(VERDICT))
    again = repeated(rows.filter(pl.col(VERDICT).is_null()), MOVIE_ID)
    return rows.with_columns(pl.coalesce(VERDICT, again).alias(VERDICT))


def _by_link(links: RawFile, films: pl.DataFrame, keys: pl.DataFrame) -> tuple[pl.DataFrame, list[ColumnLoss]]:
    """By TMDB id; where the catalog has no such film, by IMDb id."""
    by_imdb = keys.select(imdb_number(s.IMDB_ID).alias("_imdb"), pl.col(s.FILM_ID).alias("_by_imdb"))
    by_imdb = by_imdb.drop_nulls().filter(pl.col("_imdb").is_unique())
    rows = _with_movie_id(links, IMDB, TMDB).with_columns(
        identifier(TMDB).alias("_tmdb"), imdb_number(IMDB).alias("_imdb")
    )
    losses = [
        lost_cells(links.name, told, rows[typed].is_null() & told.is_not_null(), rows[ROW], _READS)
        for column, typed in ((IMDB, "_imdb"), (TMDB, "_tmdb"))
        for told in [
            rows.select(pl.when(~pl.col(column).str.contains(_NO_ID)).then(tidy(column, NO_VALUE))).to_series()
        ]
    ]
    in_catalog = pl.col("_tmdb").is_in(films[s.ID].implode())
    found = (
        rows.join(by_imdb, on="_imdb", how="left", maintain_order="left")
        .with_columns(pl.coalesce(pl.when(in_catalog).then("_tmdb"), "_by_imdb").alias(s.FILM_ID))
        .with_columns(_unmatched())
    )
    return found, losses


def _unmatched() -> pl.Expr:
    return pl.coalesce(VERDICT, pl.when(pl.col(s.FILM_ID).is_null()).then(pl.lit("no_such_film"))).alias(VERDICT)


def _by_title(titles: RawFile, films: pl.DataFrame) -> pl.DataFrame:
    """By title and year of release, where both name one film in the list and one in the catalog."""
    named = films.select(_key(pl.col(s.TITLE)), pl.col(s.RELEASE_YEAR).alias("_year"), pl.col(s.ID).alias(s.FILM_ID))
    one = named.filter(pl.struct("_title", "_year").is_unique() & pl.col("_title").is_not_null())
    parts = pl.col("title").str.extract_groups(r"^(?<name>.*\S)\s*\((?<year>\d{4})\)\s*$")
    rows = _with_movie_id(titles, "title").with_columns(
        _key(parts.struct.field("name").str.replace(r"\s*\([^)]*\)\s*$", "")),
        parts.struct.field("year").cast(pl.Int32).alias("_year"),
    )
    once = pl.struct("_title", "_year").is_unique()
    rows = rows.join(one, on=["_title", "_year"], how="left", maintain_order="left")
    return rows.with_columns(pl.when(once).then(s.FILM_ID)).with_columns(_unmatched())


def _key(title: pl.Expr) -> pl.Expr:
    """A title without case, accents, punctuation and its article, wherever that stands."""
    text = title.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    text = text.str.replace(rf"^(.*), ({'|'.join(ARTICLES)})$", "${2} ${1}")
    text = text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return pl.when(text != "").then(text).alias("_title")
