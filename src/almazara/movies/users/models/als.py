"""ALS: factors of users and films from implicit feedback; a new profile is folded in by one solve."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from almazara.movies.users.models.item_weights import warm_films

_BLOCK: Final = 256


@dataclass(frozen=True, slots=True)
class FittedAls:
    """Films as factors; a profile becomes factors when it is asked for.

    Attributes:
        warm: (warm,) int32 rows of the films that have factors, rising; all others score 0.
        factors: (warm, k) float32.
    """

    n_films: int
    warm: np.ndarray
    factors: np.ndarray
    alpha: float
    ridge: float

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel; an empty profile scores 0 everywhere."""
        seen = sparse.csr_array(profiles[:, self.warm])
        found = np.zeros((profiles.shape[0], self.n_films), dtype=np.float32)
        found[:, self.warm] = solved(seen, self.factors, self.alpha, self.ridge) @ self.factors.T
        return found


@dataclass(frozen=True, slots=True)
class Als:
    """Alternating least squares on confidences, regularized by how many films a user has.

    Sources: Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets" (2008); Zhou et al. (2008)
    for the regularization; on why it matters, Rendle et al., "Revisiting the performance of iALS" (2022). The same
    objective as Spark's, so that both can stand for each other.

    Attributes:
        alpha: How much more a film that a user has counts than one that they have not.
        ridge: Regularization for each film that a user has.
    """

    name: str = "als"
    n_factors: int = 64
    alpha: float = 1.0
    ridge: float = 0.1
    iterations: int = 10
    seed: int = 0

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedAls:  # noqa: ARG002
        """See UserModel; content is not looked at."""
        warm = warm_films(interactions, interactions.shape[1])
        seen = sparse.csr_array(interactions[:, warm])
        seen_by = sparse.csr_array(seen.T)
        drawn = np.random.default_rng(self.seed).standard_normal((len(warm), self.n_factors)).astype(np.float32)
        films = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        for _ in range(self.iterations):
            users = solved(seen, films, self.alpha, self.ridge)
            films = solved(seen_by, users, self.alpha, self.ridge)
        return FittedAls(interactions.shape[1], warm, films, self.alpha, self.ridge)


def solved(rows: sparse.csr_array, factors: np.ndarray, alpha: float, ridge: float) -> np.ndarray:
    """Factors of the rows given those of the columns: one regularized least squares problem a row.

    Args:
        rows: (rows, columns), above 0 where a row has a column.
        factors: (columns, k) float32.
        alpha: Weight of an entry of 1; what is absent weighs 1 and is 0.
        ridge: Times the number of entries of a row, on the diagonal.

    Returns:
        (rows, k) float32; 0 for an empty row.
    """
    n_factors = factors.shape[1]
    everything = factors.T @ factors
    found = np.zeros((rows.shape[0], n_factors), dtype=np.float32)
    lengths = np.diff(rows.indptr)
    wanted = np.flatnonzero(lengths)
    diagonal = np.arange(n_factors)
    for start in range(0, len(wanted), _BLOCK):
        block = wanted[start : start + _BLOCK]
        left = np.empty((len(block), n_factors, n_factors), dtype=np.float32)
        right = np.empty((len(block), n_factors), dtype=np.float32)
        for place, row in enumerate(block):
            entries = slice(rows.indptr[row], rows.indptr[row + 1])
            own, extra = factors[rows.indices[entries]], np.float32(alpha) * rows.data[entries]
            left[place] = everything + (own * extra[:, None]).T @ own
            right[place] = (1 + extra) @ own
        left[:, diagonal, diagonal] += np.float32(ridge) * lengths[block, None]
        found[block] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
    return found
