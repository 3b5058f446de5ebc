"""Scores of all films for one profile, read from arrays that were fitted at build time: NumPy only."""

from __future__ import annotations

import numpy as np

from almazara.movies.recommenders.base import Arrays


class UserRecommendations:
    """Scores for any list of liked and disliked films; nothing is trained, so that a new event counts at once.

    Args:
        arrays: The group `user_model`: prior (films,) float32, the score of a film when nothing is known of the user;
            starts (films + 1,) int64, columns (weights,) int32 and values (weights,) float16, the weights of each
            film of a profile for other films.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._prior = arrays["prior"]
        self._starts = arrays["starts"]
        self._columns = arrays["columns"]
        self._values = arrays["values"]

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """How well each film of the catalog suits a profile; higher is better, comparable within one answer only.

        Args:
            rows: (k,) int32 rows of the films of the profile, each once; none is an answer too.
            weights: (k,) float32, above 0 for liked films, below 0 for disliked ones.

        Returns:
            (films,) float32, finite; the profile's own films are scored like others.
        """
        slices = [slice(*self._starts[row : row + 2].tolist()) for row in rows.tolist()]
        if not slices:
            return np.asarray(self._prior, dtype=np.float32)
        columns = np.concatenate([self._columns[part] for part in slices])
        values = np.concatenate([self._values[part] * weight for part, weight in zip(slices, weights, strict=True)])
        found = np.bincount(columns, values, minlength=len(self._prior)).astype(np.float32)
        return np.asarray(found + np.float32(1e-4) * self._prior)
