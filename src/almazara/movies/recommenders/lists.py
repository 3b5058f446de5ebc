"""Lists of neighbors as they are fitted ahead: the best of each row, equal ones in a fixed order, padded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from almazara.movies.recommenders.base import CANDIDATES, Arrays


@dataclass(frozen=True, slots=True)
class Films:
    """What every list asks of the films.

    Attributes:
        votes: (films,) float32; equal films come in this order, then by row.
        twins: (films,) int32; films of one label are one film under several ids, -1 for a film without any.
    """

    votes: np.ndarray
    twins: np.ndarray

    def best(self, row: int, others: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first CANDIDATES of `others` by score, without the film itself under any of its rows."""
        twin = (self.twins[others] == self.twins[row]) & (self.twins[row] >= 0)
        others, score = others[~twin & (others != row)], score[~twin & (others != row)]
        if len(others) > CANDIDATES:
            # Ties at the edge are decided below, not by the partition.
            edge = np.partition(score, len(score) - CANDIDATES)[len(score) - CANDIDATES]
            kept = np.flatnonzero(score >= edge)
            others, score = others[kept], score[kept]
        order = np.lexsort((others, -self.votes[others], -score))[:CANDIDATES]
        return others[order], score[order]


class Lists:
    """Arrays of lists while they are filled: -1 and 0 where there is nothing."""

    def __init__(self, n_films: int) -> None:
        self.neighbors = np.full((n_films, CANDIDATES), -1, dtype=np.int32)
        self.similarity = np.zeros((n_films, CANDIDATES), dtype=np.float32)

    def put(self, row: int, others: np.ndarray, similarity: np.ndarray) -> None:
        """Set the list of one row, best first."""
        self.neighbors[row, : len(others)] = others
        self.similarity[row, : len(others)] = np.clip(similarity, 0, 1)

    def arrays(self) -> Arrays:
        """neighbors: (films, CANDIDATES) int32 rows; similarity: (films, CANDIDATES) float32 in [0, 1]."""
        return {"neighbors": self.neighbors, "similarity": self.similarity}
