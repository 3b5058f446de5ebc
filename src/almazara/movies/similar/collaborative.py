"""Similarity of viewers: the films that the same people have seen, more than their numbers alone would make."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.cleaning import schema as s
from almazara.movies.similar.lists import Films, Lists

SHRINK: Final = 10.0
"""Viewers without a film in common that are added to each pair: few shared viewers prove little."""
_BLOCK: Final = 512


@dataclass(frozen=True)
class Viewers:
    """Who has seen what: (users, films) float32, 1 where the user has the film.

    A column is a row of the table of films, also where nobody has that film (a cold item), so no other id map exists.
    """

    matrix: sparse.csr_array

    @cached_property
    def counts(self) -> np.ndarray:
        """(films,) float64: how many users have each film."""
        return np.bincount(self.matrix.indices, minlength=self.matrix.shape[1]).astype(np.float64)

    @cached_property
    def _by_film(self) -> sparse.csr_array:
        return sparse.csr_array(self.matrix.T)

    def together(self, rows: np.ndarray) -> sparse.csr_array:
        """(rows, films) float32: how many users have both, where there are any."""
        return sparse.csr_array(self._by_film[rows] @ self.matrix)

    def cosines(self, rows: np.ndarray, together: sparse.csr_array) -> np.ndarray:
        """The shrunken cosine of each entry of `together`: in [0, 1)."""
        own = np.repeat(self.counts[rows], np.diff(together.indptr))
        return np.asarray(together.data / (np.sqrt(own * self.counts[together.indices]) + SHRINK))


def viewers(ratings: pl.DataFrame, film_ids: pl.Series) -> Viewers:
    """Every rated pair counts as one, whatever its rating: who rates a film has chosen to see it.

    Films outside the catalog are left out; `film_ids` are in order of its rows.
    """
    rows = pl.DataFrame({s.FILM_ID: film_ids}).with_row_index("row")
    pairs = ratings.select(s.USER_ID, s.FILM_ID).unique().join(rows, on=s.FILM_ID).sort(s.USER_ID, "row")
    users, user = np.unique(pairs[s.USER_ID].to_numpy(), return_inverse=True)
    ones = np.ones(pairs.height, dtype=np.float32)
    shape = (len(users), len(film_ids))
    return Viewers(sparse.csr_array((ones, (user, pairs["row"].to_numpy())), shape=shape))


def fit(viewers: Viewers, films: Films) -> Arrays:
    """The films whose users are most alike; films that share no user with another have an empty list.

    Returns:
        neighbors, similarity, shared: see `Lists.arrays`.
    """
    lists = Lists(len(films.votes))
    warm = np.flatnonzero(viewers.counts)
    for start in range(0, len(warm), _BLOCK):
        rows = warm[start : start + _BLOCK]
        together = viewers.together(rows)
        cosines = viewers.cosines(rows, together)
        for place, row in enumerate(rows.tolist()):
            entries = slice(together.indptr[place], together.indptr[place + 1])
            best = films.best(row, together.indices[entries], cosines[entries])
            lists.put(row, together.indices[entries][best], cosines[entries][best], together.data[entries][best])
    return lists.arrays()
