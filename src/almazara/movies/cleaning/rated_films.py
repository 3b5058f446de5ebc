"""MovieLens ids -> catalog ids: by links that prove themselves, by titles and years, or by both."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.report import VERDICT, FileReport, account, repeated
from almazara.movies.raw.forms import identifier, imdb_number
from almazara.movies.raw.pairs import MOVIE_ID
from almazara.movies.raw.tables import (
    NO_VALUE,
    ROW,
    ColumnLoss,
    RawCatalog,
    RawFile,
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
_PROOF: Final = 0.95
"""Of the films that titles find links must name as many alike: MovieLens gave out ids anew, and columns get swapped."""
_LEAST_PROOFS: Final = 20
"""From so few on links of another source are proved; those of the ratings themselves from one on."""
TITLED: Final = "title"
_NAME_AND_YEAR: Final = r"^(?<name>.*\S)\s*\((?<year>\d{4})\)\s*$"
_OTHER_TITLE: Final = r"\(([^()]+)\)"
_ALSO: Final = r"(?i)^a\.?k\.?a\.? "
_WORDS: Final = "|".join(one.removesuffix("'") for one in ARTICLES)
_TITLE, _YEAR, _RANK = "_title", "_year", "_rank"
_IMDB, _TMDB = "_imdb", "_tmdb"


@dataclass(frozen=True, slots=True)
class RatedFilms:
    """Which film of the catalog each MovieLens id is.

    Attributes:
        films: MOVIE_ID and FILM_ID, for ids that are in the catalog.
        files: The account of the files that say so.
        losses: What their columns lost.
        titles: MOVIE_ID and `title`, where a file says them.
        notes: Sentences about files that were left out.
    """

    films: pl.DataFrame
    files: tuple[FileReport, ...]
    losses: tuple[ColumnLoss, ...] = ()
    titles: pl.DataFrame | None = None
    notes: tuple[str, ...] = ()


def rated_films(raw: RawCatalog, films: pl.DataFrame, keys: pl.DataFrame) -> RatedFilms:
    """By links where no titles lie beside them; else by those that agree with the titles, or by the titles.

    Raises:
        InputError: when there are neither.
    """
    if raw.titles is not None:
        return _by_titles_and_links(raw.titles, raw, films, keys)
    if raw.links is not None:
        rows, losses = _by_link(raw.links, films, keys)
        found = _found(rows)
        return RatedFilms(found, (_account(raw.links, rows, found),), losses)
    name = raw.ratings.name if raw.ratings else "the ratings"
    raise InputError(f"There is no links.csv, movies.csv or movies.dat beside {name}: its ids cannot be matched.")


def _by_titles_and_links(titles: RawFile, raw: RawCatalog, films: pl.DataFrame, keys: pl.DataFrame) -> RatedFilms:
    rows, links = _by_title(titles, films, keys), raw.links
    titled, told = _found(rows), rows.filter(pl.col(VERDICT).is_null()).select(MOVIE_ID, TITLED)
    if links is None:
        return RatedFilms(titled, (_account(titles, rows, titled),), titles=told)
    link_rows, losses = _by_link(links, films, keys)
    linked = _found(link_rows)
    both = titled.join(linked, on=MOVIE_ID, suffix="_linked")
    agree = both.filter(pl.col(s.FILM_ID) == pl.col(f"{s.FILM_ID}_linked")).height
    needed = min(1, titled.height) if raw.own_links else _LEAST_PROOFS
    if both.height < needed or agree < _PROOF * both.height:
        note = f"{links.name} was left out: of {both.height:,} films of {titles.name} it names {agree:,} alike."
        return RatedFilms(titled, (_account(titles, rows, titled),), titles=told, notes=(note,))
    # What links name and the catalog lacks is no other film of that title.
    named = link_rows.filter(pl.col(_IMDB).is_not_null() | pl.col(_TMDB).is_not_null())
    more = titled.join(named, on=MOVIE_ID, how="anti").join(linked, on=s.FILM_ID, how="anti")
    found = pl.concat([linked, more])
    return RatedFilms(found, (_account(links, link_rows, linked), _account(titles, rows, found)), losses, told)


def _found(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(VERDICT).is_null()).select(MOVIE_ID, s.FILM_ID).drop_nulls()


def _account(file: RawFile, rows: pl.DataFrame, found: pl.DataFrame) -> FileReport:
    missing = ~pl.col(MOVIE_ID).is_in(found[MOVIE_ID].implode())
    verdicts = rows.select(pl.coalesce(VERDICT, pl.when(missing).then(pl.lit("no_such_film"))).alias(VERDICT))
    return account(file.name, file.sha256, verdicts.to_series())


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


def _by_link(links: RawFile, films: pl.DataFrame, keys: pl.DataFrame) -> tuple[pl.DataFrame, tuple[ColumnLoss, ...]]:
    """By TMDB id; where the catalog has no such film, by IMDb id."""
    by_imdb = keys.select(imdb_number(s.IMDB_ID).alias(_IMDB), pl.col(s.FILM_ID).alias("_by_imdb"))
    by_imdb = by_imdb.drop_nulls().filter(pl.col(_IMDB).is_unique())
    rows = _with_movie_id(links, IMDB, TMDB).with_columns(identifier(TMDB).alias(_TMDB), imdb_number(IMDB).alias(_IMDB))
    losses = tuple(
        lost_cells(links.name, told, rows[typed].is_null() & told.is_not_null(), rows[ROW], _READS)
        for column, typed in ((IMDB, _IMDB), (TMDB, _TMDB))
        for told in [
            rows.select(pl.when(~pl.col(column).str.contains(_NO_ID)).then(tidy(column, NO_VALUE))).to_series()
        ]
    )
    in_catalog = pl.col(_TMDB).is_in(films[s.ID].implode())
    found = rows.join(by_imdb, on=_IMDB, how="left", maintain_order="left").with_columns(
        pl.coalesce(pl.when(in_catalog).then(_TMDB), "_by_imdb").alias(s.FILM_ID)
    )
    return found, losses


def _by_title(titles: RawFile, films: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """By a title and the year of release, where these name one film in the list and one in the catalog.

    Of what fits, the best counts: the same year before one next to it, the first title before those in parentheses.
    """
    rows = _with_movie_id(titles, TITLED)
    listed = _listed(rows.filter(pl.col(VERDICT).is_null()))
    fits = listed.join(_cataloged(films, keys), on=_TITLE).filter((pl.col(_YEAR) - pl.col(s.RELEASE_YEAR)).abs() <= 1)
    rank = 2 * (pl.col(_YEAR) != pl.col(s.RELEASE_YEAR)).cast(pl.Int8) + pl.col("_other").cast(pl.Int8)
    ranked = fits.group_by(MOVIE_ID, s.FILM_ID).agg(rank.min().alias(_RANK))
    best = ranked.filter(pl.col(_RANK) == pl.col(_RANK).min().over(MOVIE_ID))
    best = best.filter(pl.col(_RANK) == pl.col(_RANK).min().over(s.FILM_ID))
    one = best.filter(pl.col(MOVIE_ID).is_unique() & pl.col(s.FILM_ID).is_unique())
    return rows.join(one.select(MOVIE_ID, s.FILM_ID), on=MOVIE_ID, how="left", maintain_order="left")


def _listed(rows: pl.DataFrame) -> pl.DataFrame:
    """Every title of a film of the list, `_other` where it stands in parentheses, with its year."""
    parts = pl.col(TITLED).str.extract_groups(_NAME_AND_YEAR)
    named = rows.select(MOVIE_ID, parts.struct.field("name"), parts.struct.field("year").cast(pl.Int32).alias(_YEAR))
    others = named.with_columns(pl.col("name").str.extract_all(_OTHER_TITLE)).explode("name")
    first = named.with_columns(pl.col("name").str.replace_all(_OTHER_TITLE, ""), pl.lit(value=False).alias("_other"))
    other = others.with_columns(
        pl.col("name").str.strip_chars("()").str.replace(_ALSO, ""), pl.lit(value=True).alias("_other")
    )
    keyed = pl.concat([first, other]).with_columns(_key(pl.col("name")).alias(_TITLE))
    return keyed.drop("name").drop_nulls()


def _cataloged(films: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """The titles of the catalog, the original ones too, with their years."""
    known = films.select(pl.col(s.ID).alias(s.FILM_ID), s.TITLE, s.RELEASE_YEAR)
    originals = known.drop(s.TITLE).join(keys.select(s.FILM_ID, pl.col(s.ORIGINAL_TITLE).alias(s.TITLE)), on=s.FILM_ID)
    every = pl.concat([known, originals.select(known.columns)])
    return every.select(s.FILM_ID, s.RELEASE_YEAR, _key(pl.col(s.TITLE)).alias(_TITLE)).drop_nulls().unique()


def _key(title: pl.Expr) -> pl.Expr:
    """A title without case, accents, punctuation and its article, wherever that stands, and `and` for `&`."""
    text = title.cast(pl.String).str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    text = (
        text.str.strip_chars()
        .str.replace(rf"^(.*), ({'|'.join(ARTICLES)})$", "${2} ${1}")
        .str.replace_all("&", " and ")
    )
    text = text.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    text = text.str.replace(rf"^({_WORDS}) (.+)$", "${2}")
    return pl.when(text != "").then(text)
