"""What films have in common, as sparse matrices: one row a film, one column a keyword, person, word ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies import schema as s

ROW: Final = "row"
TERM: Final = "term"

LEADING_CAST: Final = 5
_WORD: Final = r"\p{L}{3,}"


def terms(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The terms of each field as frames of (row, term), row being the film's position in the table of films."""
    films = tables[s.FILMS].select(s.ID, s.TITLE, s.OVERVIEW).with_row_index(ROW)
    rows = films.select(ROW, pl.col(s.ID).alias(s.FILM_ID))

    def of(table: str, term: str, where: pl.Expr | None = None) -> pl.DataFrame:
        frame = tables[table] if where is None else tables[table].filter(where)
        return frame.join(rows, on=s.FILM_ID).select(ROW, pl.col(term).alias(TERM)).unique().sort(ROW, TERM)

    def words(column: str) -> pl.DataFrame:
        found = films.select(ROW, pl.col(column).str.to_lowercase().str.extract_all(_WORD).alias(TERM))
        return found.explode(TERM).drop_nulls().sort(ROW, TERM)

    return {
        "collection": of(s.COLLECTIONS, s.COLLECTION),
        "director": of(s.CREW, s.NAME, pl.col("job") == "Director"),
        "cast": of(s.CAST, s.NAME, pl.col("order") < LEADING_CAST),
        "genre": of(s.GENRES, "genre"),
        "keyword": of(s.KEYWORDS, "keyword"),
        "title": words(s.TITLE),
        "overview": words(s.OVERVIEW),
    }


def tfidf(pairs: pl.DataFrame, n_rows: int, max_share: float = 1.0) -> sparse.csr_array:
    """TF-IDF with rows of length one: log-damped counts, idf = ln(N / df).

    Args:
        pairs: Columns `row` and `term`; repeats count.
        n_rows: Number of films.
        max_share: Terms that stand in more than this share of the films are left out, and so are terms of one film.

    Returns:
        Shape (n_rows, terms kept), float32; rows without terms are empty.
    """
    counted = pairs.group_by(ROW, TERM).agg(pl.len().alias("n")).sort(ROW, TERM)
    frequent = counted.group_by(TERM).agg(pl.len().alias("df")).filter(pl.col("df") > 1).sort(TERM)
    kept = frequent.filter(pl.col("df") <= max(2, max_share * n_rows)).with_row_index("column")
    entries = counted.join(kept, on=TERM).sort(ROW, "column")
    weights = (1 + entries["n"].log()) * (n_rows / entries["df"]).log1p()
    shape = (n_rows, kept.height)
    matrix = sparse.csr_array(
        (weights.cast(pl.Float32).to_numpy(), (entries[ROW].to_numpy(), entries["column"].to_numpy())), shape=shape
    )
    return unit_rows(matrix)


def content_matrix(tables: Mapping[str, pl.DataFrame]) -> sparse.csr_array:
    """All fields of each film side by side, for models that learn their own weights.

    Returns:
        (films, terms) float32; rows of length one, or empty where nothing is known of a film.
    """
    fields = terms(tables)
    n_films = tables[s.FILMS].height
    parts = [tfidf(pairs, n_films, 0.05 if name in ("title", "overview") else 1.0) for name, pairs in fields.items()]
    return unit_rows(sparse.csr_array(sparse.hstack(parts, format="csr", dtype=np.float32)))


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix with rows of length one; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_array(sparse.diags_array((1 / lengths).astype(np.float32)) @ matrix)
