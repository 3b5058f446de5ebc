"""Clean tables -> what recommendations for users are read from: the fitted model and the known users' histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies import schema as s
from almazara.movies.interactions import interactions
from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.ease import Ease
from almazara.movies.recommenders.popularity import log_popularity
from almazara.movies.recommenders.user_content import content_matrix

_STORED: Final = 500


def build_users(tables: Mapping[str, pl.DataFrame], progress: Callable[[int, int], None]) -> dict[str, Arrays]:
    """The groups `user_model` (see `UserRecommendations`) and `user_history` (see `build_history`)."""
    films, ratings = tables[s.FILMS], tables[s.RATINGS]
    seen = interactions(ratings, films[s.ID]).matrix
    fitted = Ease(ridge=300, dropout=0.33, content_weight=60, length_power=0.5).fit(seen, content_matrix(tables))
    progress(1, 2)
    votes = np.log1p(films[s.VOTE_COUNT].to_numpy().astype(np.float32))
    prior = log_popularity(seen) + votes / max(float(votes.max(initial=0)), 1)
    starts, columns, values = _strongest(fitted.weights, fitted.warm, films.height)
    model = {"prior": prior.astype(np.float32), "starts": starts, "columns": columns, "values": values}
    history = build_history(ratings, films[s.ID])
    progress(2, 2)
    return {"user_model": model, "user_history": history}


def build_history(ratings: pl.DataFrame, film_ids: pl.Series) -> Arrays:
    """The films of each user of the ratings file.

    Returns:
        ids: (users,) int64, rising; offsets: (users + 1,) int64 into rows (ratings,) int32, rising within a user, and
        ratings (ratings,) float16, NaN where the file tells none.
    """
    rows = pl.DataFrame({s.FILM_ID: film_ids}).with_row_index("row")
    rated = ratings.join(rows, on=s.FILM_ID).sort(s.USER_ID, "row")
    ids, counts = np.unique(rated[s.USER_ID].to_numpy(), return_counts=True)
    return {
        "ids": ids.astype(np.int64),
        "offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "rows": rated["row"].to_numpy().astype(np.int32),
        "ratings": rated[s.RATING].fill_null(np.nan).to_numpy().astype(np.float16),
    }


def _strongest(weights: np.ndarray, warm: np.ndarray, n_films: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest weights of each film of a profile, as rows of the catalog: starts, columns, values."""
    kept = weights.copy()
    if len(kept) > _STORED:
        size = np.abs(kept)
        kept[size < np.partition(size, -_STORED, axis=1)[:, -_STORED, None]] = 0
    matrix = sparse.csr_array(kept)
    counts = np.zeros(n_films, dtype=np.int64)
    counts[warm] = np.diff(matrix.indptr)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return starts, warm[matrix.indices], matrix.data.astype(np.float16)
