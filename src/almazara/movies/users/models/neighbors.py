"""The plain models for users: item-kNN, RP3beta and popularity."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from almazara.movies.users.models.item_weights import ItemWeights, gram, keep_strongest, warm_films


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
