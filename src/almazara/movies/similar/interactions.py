"""Ratings -> a sparse matrix of users and films; a column is a film's row in the catalog, so no other id map exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.cleaning import schema as s


@dataclass(frozen=True, slots=True)
class Interactions:
    """Who has seen what.

    Attributes:
        users: (users,) int64 ids, rising; row i of the matrix is users[i].
        matrix: (users, films) float32, 1 where the user has the film; a column is a row of the table of films, also
            where nobody has that film (a cold item).
    """

    users: np.ndarray
    matrix: sparse.csr_array


def interactions(ratings: pl.DataFrame, film_ids: pl.Series) -> Interactions:
    """Every rated pair counts as one, whatever its rating: who rates a film has chosen to see it.

    Args:
        ratings: `schema.RATINGS`; films outside the catalog are left out.
        film_ids: Ids of the films in order of the catalog's rows.
    """
    rows = pl.DataFrame({s.FILM_ID: film_ids}).with_row_index("row")
    pairs = ratings.select(s.USER_ID, s.FILM_ID).unique().join(rows, on=s.FILM_ID).sort(s.USER_ID, "row")
    users, user = np.unique(pairs[s.USER_ID].to_numpy(), return_inverse=True)
    shape = (len(users), len(film_ids))
    ones = np.ones(pairs.height, dtype=np.float32)
    return Interactions(users, sparse.csr_array((ones, (user, pairs["row"].to_numpy())), shape=shape))
