"""Recommenders that read lists fitted ahead, so that a request mostly computes no similarity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.selection import Candidates

_VOTE_SCALE: Final = 10.0


class StoredRecommender:
    """One list a film, which goes on with a score of all films.

    Args:
        arrays: neighbors (films, k) int32, -1 where there are no more; similarity (films, k) float32; shared (films,
            k) int32, users who have both films, where the method knows.
        scores: The scores of all films for a row.
    """

    def __init__(self, arrays: Arrays, scores: Callable[[int], np.ndarray]) -> None:
        self._neighbors = arrays["neighbors"]
        self._similarity = arrays["similarity"]
        self._shared = arrays.get("shared")
        self.scores = scores

    def candidates(self, row: int) -> Candidates:
        """See SimilarFilms."""
        neighbors = self._neighbors[row]
        known = neighbors >= 0
        shared = np.zeros_like(neighbors) if self._shared is None else self._shared[row]
        return Candidates(neighbors[known], self._similarity[row][known], shared[known])


class ScoreRecommender:
    """The nearest vote averages: one list for each distinct average, since the list depends on the average alone.

    Args:
        arrays: What `score.fit` made.
        averages: (films,) vote averages, NaN where unknown, which counts as 0.
    """

    def __init__(self, arrays: Arrays, averages: np.ndarray) -> None:
        self._group = arrays["group"]
        self._nearest = arrays["nearest"]
        self._similarity = arrays["similarity"]
        self._averages = averages

    def candidates(self, row: int) -> Candidates:
        """See SimilarFilms."""
        group = self._group[row]
        known = (self._nearest[group] >= 0) & (self._nearest[group] != row)
        rows = self._nearest[group][known]
        return Candidates(rows, self._similarity[group][known], np.zeros_like(rows))

    def scores(self, row: int) -> np.ndarray:
        """See SimilarFilms."""
        averages = np.nan_to_num(self._averages)
        return np.asarray(1 - np.abs(averages - averages[row]) / _VOTE_SCALE)
