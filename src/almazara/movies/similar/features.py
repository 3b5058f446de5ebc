"""What films have in common, as sparse matrices: one row a film, one column a keyword, person, word ..."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.catalog.build import DIRECTOR
from almazara.movies.catalog.titles import normalize_all
from almazara.movies.cleaning import schema as s

ROW: Final = "row"
TERM: Final = "term"
WEIGHT: Final = "weight"

LEADING_CAST: Final = 5
_WORD: Final = r"\p{L}{3,}"
_FADING: Final = 0.25
"""How fast a place further down the cast loses weight: the fifth counts half as much as the first."""
_TELLING: Final = 0.005
"""A word in the titles of more than this share of the films makes no series."""
USUAL_LANGUAGE: Final = "en"
_USUAL_COUNTRY: Final = "US"
NO_WORDS: Final = "xx"
"""TMDB's code of films in which nobody speaks."""
_KINDS: Final = ("Animation", "Documentary")
_WELL_KNOWN: Final = 150
"""Votes of a film that more know than its director."""
_NUMBERS: Final = r"\b(?:the|a|an|el|la|le|les|los|der|die|das|part|\p{N}+|[ivx]{1,4})\b"
_SUBTITLE: Final = r"(?:[:(\u2013]| - ).*$"


def terms(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The terms of each field as frames of (row, term), row being the film's position in the table of films.

    `billing` is the whole cast with a `weight`; `stem` a title without number and subtitle; `series` pairs each word of
    a title with each person and company, since films that share both are mostly parts of one series; `foreign` is the
    language where it is not that of most films; `decade` two spans of ten years, of which neighboring ones overlap;
    `kind` tells documentaries and animation from what is acted; `auteur` is the director of what is in another language
    than most films, or little known: who looks for such a film knows whose it is.
    """
    columns = (s.ID, s.TITLE, s.OVERVIEW, s.ORIGINAL_LANGUAGE, s.RELEASE_YEAR, s.VOTE_COUNT)
    films = tables[s.FILMS].select(columns).with_row_index(ROW)
    rows = films.select(ROW, pl.col(s.ID).alias(s.FILM_ID))
    films = films.with_columns(languages(tables))

    def of(table: str, term: str, where: pl.Expr | None = None) -> pl.DataFrame:
        frame = tables[table] if where is None else tables[table].filter(where)
        return frame.join(rows, on=s.FILM_ID).select(ROW, pl.col(term).alias(TERM)).unique().sort(ROW, TERM)

    def words(column: str) -> pl.DataFrame:
        found = films.select(ROW, pl.col(column).str.to_lowercase().str.extract_all(_WORD).alias(TERM))
        return found.explode(TERM).drop_nulls().sort(ROW, TERM)

    directors = of(s.CREW, s.NAME, pl.col("job") == DIRECTOR)
    is_uncommon = (pl.col(s.ORIGINAL_LANGUAGE) != USUAL_LANGUAGE) | (pl.col(s.VOTE_COUNT) < _WELL_KNOWN)
    fields = {
        "collection": of(s.COLLECTIONS, s.COLLECTION),
        "director": directors,
        "auteur": directors.join(films.filter(is_uncommon), on=ROW, how="semi"),
        "crew": of(s.CREW, s.NAME, pl.col("job") != DIRECTOR),
        "cast": of(s.CAST, s.NAME, pl.col("order") < LEADING_CAST),
        "billing": _billing(tables[s.CAST].join(rows, on=s.FILM_ID)),
        "company": of(s.COMPANIES, "company"),
        "genre": of(s.GENRES, "genre"),
        "language": films.select(ROW, pl.col(s.ORIGINAL_LANGUAGE).alias(TERM)).drop_nulls(),
        "foreign": films.select(ROW, pl.col(s.ORIGINAL_LANGUAGE).alias(TERM)).filter(pl.col(TERM) != USUAL_LANGUAGE),
        "country": of(s.COUNTRIES, "iso_3166_1"),
        "decade": _decades(films),
        "kind": _kinds(films, of(s.GENRES, "genre")),
        "keyword": of(s.KEYWORDS, "keyword"),
        "title": words(s.TITLE),
        "stem": _stems(films),
        "overview": words(s.OVERVIEW),
    }
    names = pl.concat([fields["director"], fields["cast"], fields["company"]])
    return {**fields, "series": _crossed(fields["title"], names, max(2.0, _TELLING * films.height))}


def languages(tables: Mapping[str, pl.DataFrame]) -> pl.Series:
    """The original language of each film, in order of row.

    Where the usual one is told of a film from elsewhere in which only others are spoken, it is the first of these: what
    nobody filled in stands there as the usual one.
    """
    spoken = tables[s.LANGUAGES].group_by(s.FILM_ID).agg(pl.col("iso_639_1"), first=pl.col("iso_639_1").first())
    countries = tables[s.COUNTRIES].group_by(s.FILM_ID).agg(pl.col("iso_3166_1"))
    known = tables[s.FILMS].select(pl.col(s.ID).alias(s.FILM_ID), s.ORIGINAL_LANGUAGE)
    known = known.join(spoken, on=s.FILM_ID, how="left", maintain_order="left")
    known = known.join(countries, on=s.FILM_ID, how="left", maintain_order="left")
    is_unlikely = (
        (pl.col(s.ORIGINAL_LANGUAGE) == USUAL_LANGUAGE)
        & ~pl.col("iso_639_1").list.contains(USUAL_LANGUAGE)
        & (pl.col("first") != NO_WORDS)
        & ~pl.col("iso_3166_1").list.contains(_USUAL_COUNTRY)
    )
    found = pl.when(is_unlikely).then(pl.col("first")).otherwise(pl.col(s.ORIGINAL_LANGUAGE))
    return known.select(found.alias(s.ORIGINAL_LANGUAGE)).to_series()


def tfidf(pairs: pl.DataFrame, n_rows: int, max_share: float = 1.0, idf_power: float = 1.0) -> sparse.csr_array:
    """TF-IDF with rows of length one: log-damped counts or given weights, idf = ln(1 + N / df) to a power.

    Args:
        pairs: Columns `row` and `term`, whose repeats count, or also `weight`.
        n_rows: Number of films.
        max_share: Terms that stand in more than this share of the films are left out, and so are terms of one film.
        idf_power: How much more a rare term tells than a frequent one.

    Returns:
        Shape (n_rows, terms kept), float32; rows without terms are empty.
    """
    strength = pl.col(WEIGHT).max() if WEIGHT in pairs.columns else 1 + pl.len().log()
    counted = pairs.group_by(ROW, TERM).agg(strength.alias(WEIGHT)).sort(ROW, TERM)
    frequent = counted.group_by(TERM).agg(pl.len().alias("df")).filter(pl.col("df") > 1).sort(TERM)
    kept = frequent.filter(pl.col("df") <= max(2, max_share * n_rows)).with_row_index("column")
    entries = counted.join(kept, on=TERM).sort(ROW, "column")
    weights = entries[WEIGHT] * (n_rows / entries["df"]).log1p() ** idf_power
    shape = (n_rows, kept.height)
    matrix = sparse.csr_array(
        (weights.cast(pl.Float32).to_numpy(), (entries[ROW].to_numpy(), entries["column"].to_numpy())), shape=shape
    )
    return unit_rows(matrix)


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Rows scaled to length one; empty ones stay empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_array(sparse.diags_array((1 / lengths).astype(np.float32)) @ matrix)


def _kinds(films: pl.DataFrame, genres: pl.DataFrame) -> pl.DataFrame:
    """One kind a film: what it is by a genre that says how it is made, or else acted."""
    made = genres.filter(pl.col(TERM).is_in(_KINDS)).group_by(ROW).agg(pl.col(TERM).max())
    return films.select(ROW).join(made, on=ROW, how="left").with_columns(pl.col(TERM).fill_null("acted")).sort(ROW)


def _decades(films: pl.DataFrame) -> pl.DataFrame:
    spans = [pl.format("{} {}", pl.lit(shift), (pl.col(s.RELEASE_YEAR) + shift) // 10) for shift in (0, 5)]
    return pl.concat([films.select(ROW, span.alias(TERM)) for span in spans]).drop_nulls()


def _billing(cast: pl.DataFrame) -> pl.DataFrame:
    place = pl.col("order").fill_null(pl.int_range(pl.len()).over(ROW)).clip(0)
    weight = (1 / (1 + _FADING * place)).alias(WEIGHT)
    return cast.select(ROW, pl.col(s.NAME).alias(TERM), weight).sort(ROW, TERM)


def _stems(films: pl.DataFrame) -> pl.DataFrame:
    """`The Mill`, `The Mill 2` and `Mill III: Revenge` -> `mill`."""
    plain = normalize_all(films[s.TITLE].fill_null("").str.replace(_SUBTITLE, ""))
    stem = plain.str.replace_all(_NUMBERS, "").str.replace_all(r"\s+", " ").str.strip_chars()
    return films.select(ROW, stem.alias(TERM)).filter(pl.col(TERM).str.len_chars() > 1)


def _crossed(words: pl.DataFrame, names: pl.DataFrame, most: float) -> pl.DataFrame:
    """Each word of a title with each name of the same film, for words that stand in 2 to `most` titles."""
    shared = words.unique().filter(pl.len().over(TERM).is_between(2, most))
    pairs = shared.join(names.unique().rename({TERM: "name"}), on=ROW)
    return pairs.select(ROW, pl.struct(TERM, "name").hash(0).cast(pl.String).alias(TERM)).unique().sort(ROW, TERM)
