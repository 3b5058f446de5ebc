"""Item-item weights over the films that training users have: what item-kNN, RP3beta and EASE have in common."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

DENSE_ITEMS: Final = 10_000
"""Films with a dense row of weights: 400 MB in float32, also where the catalog and its ratings are larger."""
_BLOCK: Final = 1024


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """Scores are sums of weights from the films of a profile to the others (`FittedUserModel`).

    Attributes:
        warm: (warm,) int32 rows of the films that have weights, rising; all others score 0.
        weights: (warm, warm) float32, from a film of the profile (row) to a candidate (column).
    """

    n_films: int
    warm: np.ndarray
    weights: np.ndarray

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        found = np.zeros((profiles.shape[0], self.n_films), dtype=np.float32)
        found[:, self.warm] = profiles[:, self.warm] @ self.weights
        return found


def warm_films(interactions: sparse.csr_array, most: int = DENSE_ITEMS) -> np.ndarray:
    """Rows of the films that someone has, rising, as int32; of more than `most` those that most users have."""
    counts = np.bincount(interactions.indices, minlength=interactions.shape[1])
    by_count = np.argsort(-counts, kind="stable")[: min(most, int(np.count_nonzero(counts)))]
    return np.sort(by_count).astype(np.int32)


def gram(left: sparse.csr_array, right: sparse.csr_array | None = None) -> np.ndarray:
    """The product left' right, of `left` with itself by default: dense float32."""
    right = left if right is None else right
    found = np.zeros((left.shape[1], right.shape[1]), dtype=np.float32)
    add_gram(found, left, right)
    return found


def add_gram(found: np.ndarray, left: sparse.csr_array, right: sparse.csr_array) -> None:
    """Add that product to a matrix in place, by blocks of rows."""
    transposed = sparse.csr_array(left.T)
    for start in range(0, len(found), _BLOCK):
        block = sparse.csr_array(transposed[start : start + _BLOCK])
        found[start : start + _BLOCK] += (block @ right).toarray()


def keep_strongest(weights: np.ndarray, per_candidate: int) -> None:
    """Set all but the largest weights of each column to 0, in place; ties at the edge stay."""
    if per_candidate >= len(weights):
        return
    for start in range(0, weights.shape[1], _BLOCK):
        block = weights[:, start : start + _BLOCK]
        edge = np.partition(block, len(block) - per_candidate, axis=0)[len(block) - per_candidate]
        block[block < edge] = 0
