"""Clean tables -> the fitted model for users, and the histories of known users; needs Polars and SciPy."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from almazara.movies.catalog.catalog import Arrays, Groups
from almazara.movies.cleaning import schema as s
from almazara.movies.similar.collaborative import viewers
from almazara.movies.users.models.content import content_matrix
from almazara.movies.users.models.hybrid import UserHybrid


def build_users(tables: Mapping[str, pl.DataFrame], progress: Callable[[int, int], None]) -> Groups:
    """The groups `user_model` (see `LearnedScores`) and `user_history` (see `build_history`).

    Without ratings every film is cold and the model has no weights.
    """
    film_ids = tables[s.FILMS][s.ID]
    history = build_history(tables[s.RATINGS], film_ids)
    progress(1, 3)
    content = content_matrix(tables)
    progress(2, 3)
    fitted = UserHybrid().fit(viewers(tables[s.RATINGS], film_ids).matrix, content)
    progress(3, 3)
    return {"user_model": fitted.arrays, "user_history": history}


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
