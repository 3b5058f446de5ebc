"""Item-kNN: films that the same users have, by shrunk cosine, each candidate with its nearest films only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from almazara.movies.recommenders.item_weights import ItemWeights, gram, keep_strongest, warm_films


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Cosine of the films' users, shrunk towards 0 where few users support it.

    Source: Deshpande and Karypis, "Item-based top-N recommendation algorithms" (2004). Weights are truncated per
    candidate, not per film of the profile: the other way round popular candidates take every list.

    Attributes:
        neighbors: How many films may speak for a candidate.
        shrinkage: Added to the denominator, in users.
    """

    name: str = "item_knn"
    neighbors: int = 100
    shrinkage: float = 20.0

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> ItemWeights:  # noqa: ARG002
        """See UserModel."""
        warm = warm_films(interactions)
        weights = gram(sparse.csr_array(interactions[:, warm]))
        lengths = np.sqrt(np.diag(weights))
        for row, length in enumerate(lengths):
            weights[row] /= length * lengths + np.float32(self.shrinkage)
        np.fill_diagonal(weights, 0)
        keep_strongest(weights, self.neighbors)
        return ItemWeights(interactions.shape[1], warm, weights)
