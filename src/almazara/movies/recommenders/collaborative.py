"""Similarity of viewers: the films that the same people have seen, more than their numbers alone would make."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.lists import Films, Lists

SHRINK: Final = 10.0
"""Viewers added to those of each pair: few shared viewers prove little."""
_BLOCK: Final = 512


def viewers(matrix: sparse.csr_array) -> np.ndarray:
    """(films,) int32: how many users have each film."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.int32)


def shared(matrix: sparse.csr_array, neighbors: np.ndarray) -> np.ndarray:
    """(films, n) int32: how many users have both the film of the row and the neighbor; 0 where there is none."""
    by_film = sparse.csc_array(matrix)
    found = np.zeros(neighbors.shape, dtype=np.int32)
    for row in np.flatnonzero(np.diff(by_film.indptr)):
        of_users = matrix[by_film.indices[by_film.indptr[row] : by_film.indptr[row + 1]]]
        together = np.bincount(of_users.indices, minlength=matrix.shape[1])
        found[row] = np.where(neighbors[row] >= 0, together[neighbors[row]], 0)
    return found


def similarities(matrix: sparse.csr_array, rows: np.ndarray) -> sparse.csr_array:
    """Shrunken cosine of the users of films: (rows, films) float32 in [0, 1), above 0 where users are shared."""
    by_film = sparse.csr_array(matrix.T)
    together = sparse.csr_array(by_film[rows] @ matrix)
    counts = viewers(matrix).astype(np.float32)
    own = np.repeat(counts[rows], np.diff(together.indptr))
    together.data = together.data / (np.sqrt(own * counts[together.indices]) + np.float32(SHRINK))
    return together


def fit(matrix: sparse.csr_array, films: Films) -> Arrays:
    """The films whose users are most alike; films that share no user with another have an empty list.

    Returns:
        neighbors, similarity: see `Lists.arrays`; shared: (films, CANDIDATES) int32 users who have both.
    """
    lists = Lists(matrix.shape[1])
    warm = np.flatnonzero(viewers(matrix))
    for start in range(0, len(warm), _BLOCK):
        rows = warm[start : start + _BLOCK]
        found = similarities(matrix, rows)
        for row, first, last in zip(rows.tolist(), found.indptr, found.indptr[1:], strict=False):
            lists.put(row, *films.best(row, found.indices[first:last], found.data[first:last]))
    return {**lists.arrays(), "shared": shared(matrix, lists.neighbors)}
