"""Films for a user from lists of similar films alone: what serves where no ratings were there to learn from."""

from __future__ import annotations

from typing import Final

import numpy as np

from almazara.movies.recommenders.selection import SimilarFilms

_VOTES: Final = 0.1
"""What popularity adds at most: it decides where no film of the profile has anything to say."""


class NeighborScores:
    """Sums, for each film, how alike it is to the films of the profile.

    Args:
        similar: Lists of similar films.
        popularity: (films,) float32 in [0, 1].
    """

    def __init__(self, similar: SimilarFilms, popularity: np.ndarray) -> None:
        self._similar = similar
        self._popularity = popularity

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """See UserScores."""
        scores = np.zeros(len(self._popularity), dtype=np.float32)
        for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
            found = self._similar.candidates(row)
            scores[found.rows] += np.float32(weight) * found.similarity
        return np.asarray(scores + np.float32(_VOTES) * self._popularity)
