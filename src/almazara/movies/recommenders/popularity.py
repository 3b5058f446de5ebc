"""Popularity: the same order for everybody, by how many users have a film."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True, slots=True)
class FittedPopularity:
    """One score a film, (films,) float32."""

    by_film: np.ndarray

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        return np.tile(self.by_film, (profiles.shape[0], 1))


@dataclass(frozen=True, slots=True)
class Popularity:
    """Counts users; it knows nothing of a profile, and no method does better for an empty one."""

    name: str = "popularity"

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedPopularity:  # noqa: ARG002
        """See UserModel."""
        return FittedPopularity(log_popularity(interactions))


def log_popularity(interactions: sparse.csr_array) -> np.ndarray:
    """ln(1 + users who have the film), (films,) float32: weights of the interactions are added up."""
    totals = np.bincount(interactions.indices, interactions.data, minlength=interactions.shape[1])
    return np.asarray(np.log1p(totals), dtype=np.float32)
