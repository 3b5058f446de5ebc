"""Lists of similar films as they are fitted ahead: the best of each row, equal ones in a fixed order, padded."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.movies.catalog.catalog import Arrays

CANDIDATES: Final = 100
"""Length of the lists of similar films that are fitted ahead: filters and variety choose from so many."""
ROUNDING: Final = 0.05
"""Added to what films share before the root is taken, so that it has no corner at nothing shared."""


@dataclass(frozen=True, slots=True)
class Films:
    """What every list asks of the films.

    Attributes:
        votes: (films,) float32; equal films come in this order, then by row.
        twins: (films,) int32; films of one label are one film under several ids, -1 for a film without any.
    """

    votes: np.ndarray
    twins: np.ndarray

    def best(self, row: int, others: np.ndarray, score: np.ndarray, size: int = CANDIDATES) -> np.ndarray:
        """Places of the first `size` of `others` by score, without the film itself under any of its ids."""
        twin = (self.twins[others] == self.twins[row]) & (self.twins[row] >= 0)
        allowed = np.flatnonzero(~twin & (others != row))
        if len(allowed) > size:
            # Ties at the edge are decided below, not by the partition.
            edge = np.partition(score[allowed], len(allowed) - size)[len(allowed) - size]
            allowed = allowed[score[allowed] >= edge]
        order = np.lexsort((others[allowed], -self.votes[others[allowed]], -score[allowed]))
        return np.asarray(allowed[order[:size]])


class Lists:
    """Arrays of lists while they are filled."""

    def __init__(self, n_films: int) -> None:
        shape = (n_films, CANDIDATES)
        self._neighbors = np.full(shape, -1, dtype=np.int32)
        self._similarity = np.zeros(shape, dtype=np.float32)
        self._shared = np.zeros(shape, dtype=np.int32)

    def put(self, row: int, others: np.ndarray, similarity: np.ndarray, shared: np.ndarray | int = 0) -> None:
        """Set the list of one row, best first."""
        self._neighbors[row, : len(others)] = others
        self._similarity[row, : len(others)] = similarity
        self._shared[row, : len(others)] = shared

    def arrays(self) -> Arrays:
        """The lists, padded where there are no more films.

        Returns:
            neighbors: (films, CANDIDATES) int32 rows, -1 at the end; similarity: (films, CANDIDATES) float32 in
            [0, 1], never rising, 0 at the end; shared: (films, CANDIDATES) int32, how many users have both films.
        """
        return {"neighbors": self._neighbors, "similarity": self._similarity, "shared": self._shared}
