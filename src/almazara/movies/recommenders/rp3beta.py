"""RP3beta: a walk of three steps from film to user to film, popular ends held back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from almazara.movies.recommenders.item_weights import ItemWeights, gram, keep_strongest, warm_films


@dataclass(frozen=True, slots=True)
class Rp3Beta:
    """Probability of a walk, tempered by `alpha` at every step and by the popularity of its end.

    Source: Paudel, Christoffel, Newell and Bernstein, "Updatable, accurate, diverse, and scalable recommendations for
    interactive applications" (2017).

    Attributes:
        alpha: Power of the probability of each step.
        beta: Power of the number of users of a candidate by which its weights are divided.
        neighbors: How many films may speak for a candidate.
    """

    name: str = "rp3beta"
    alpha: float = 0.7
    beta: float = 0.6
    neighbors: int = 200

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> ItemWeights:  # noqa: ARG002
        """See UserModel."""
        warm = warm_films(interactions)
        seen = sparse.csr_array(interactions[:, warm])
        films_of_user = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1)
        users_of_film = np.maximum(np.asarray(seen.sum(axis=0)).ravel(), 1)
        from_user = sparse.diags_array((films_of_user**-self.alpha).astype(np.float32))
        weights = gram(seen, sparse.csr_array(from_user @ seen))
        weights *= (users_of_film**-self.alpha).astype(np.float32)[:, None]
        weights *= (users_of_film**-self.beta).astype(np.float32)[None, :]
        np.fill_diagonal(weights, 0)
        keep_strongest(weights, self.neighbors)
        return ItemWeights(interactions.shape[1], warm, weights)
