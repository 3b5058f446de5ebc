"""What a film is about, as one sparse row: the content that models for users learn from."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.cleaning import schema as s
from almazara.movies.similar.features import ROW, TERM, terms, tfidf, unit_rows

_WEIGHTS: Final = {
    "collection": 1.0,
    "director": 1.0,
    "cast": 0.5,
    "genre": 0.8,
    "keyword": 1.0,
    "title": 0.2,
    "overview": 0.4,
    # in classes, which all films are of
    "language": 0.3,
    "decade": 0.3,
    "magnitude": 0.3,
    # what few films are: who likes one looks for others
    "abroad": 0.7,
    "early": 0.7,
    "foreign": 1.0,
    "kind": 1.0,
    "country": 0.3,
}
_MAX_SHARE: Final = {"keyword": 0.01, "title": 0.005, "overview": 0.005}
_BEFORE_SOUND: Final = 1935


def content_matrix(tables: Mapping[str, pl.DataFrame]) -> sparse.csr_array:
    """Words, people, genres, collection, language, era and votes of each film as one row of length one.

    Returns:
        (films, terms) float32 in order of the catalog's rows; a film of which nothing is known has an empty row.
    """
    films = tables[s.FILMS]
    fields = terms(tables)
    fields |= {
        "magnitude": _magnitudes(films),
        "abroad": fields["foreign"].with_columns(pl.lit("foreign").alias(TERM)),  # whichever the language is
        "early": _early(films),
        "kind": fields["kind"].filter(pl.col(TERM) != "acted"),
        "country": fields["country"].filter(pl.col(TERM) != "US"),
    }
    parts = [
        tfidf(fields[name], films.height, _MAX_SHARE.get(name, 1.0)) * np.float32(np.sqrt(weight))
        for name, weight in _WEIGHTS.items()
    ]
    return unit_rows(sparse.csr_array(sparse.hstack(parts, format="csr", dtype=np.float32)))


def _early(films: pl.DataFrame) -> pl.DataFrame:
    numbered = films.with_row_index(ROW)
    return numbered.filter(pl.col(s.RELEASE_YEAR) < _BEFORE_SOUND).select(ROW, pl.lit("early").alias(TERM))


def _magnitudes(films: pl.DataFrame) -> pl.DataFrame:
    """Orders of magnitude of the votes, of which neighboring ones overlap, as frames of (row, term)."""
    numbered, magnitude = films.with_row_index(ROW), pl.col(s.VOTE_COUNT).log1p().mul(2).round().cast(pl.Int64)
    spans = [pl.format("{} {}", pl.lit(shift), (magnitude + shift) // 2) for shift in (0, 1)]
    return pl.concat([numbered.select(ROW, span.alias(TERM)) for span in spans]).drop_nulls()
