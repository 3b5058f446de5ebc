"""The models of `implicit`: ALS, BPR, and neighbors by cosine and BM25."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy import sparse

_SEED: Final = 0
_KINDS: Final = {"cosine": CosineRecommender, "bm25": BM25Recommender}


@dataclass(frozen=True, slots=True)
class Als:
    """Alternating least squares with 64 factors; profiles are folded in by one more half step."""

    name: str
    factors: int = 64
    regularization: float = 10.0
    iterations: int = 15

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedAls:  # noqa: ARG002
        """See UserModel."""
        model = AlternatingLeastSquares(
            factors=self.factors, regularization=self.regularization, iterations=self.iterations, random_state=_SEED
        )
        model.fit(sparse.csr_matrix(interactions), show_progress=False)
        return FittedAls(model)


@dataclass(frozen=True, slots=True)
class FittedAls:
    """See FittedUserModel."""

    model: Any

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        users = self.model.recalculate_user(np.arange(profiles.shape[0]), sparse.csr_matrix(profiles))
        return np.asarray(users @ self.model.item_factors.T, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Bpr:
    """Bayesian personalized ranking, the library's defaults on one thread: with more it differs from run to run."""

    name: str

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedBpr:  # noqa: ARG002
        """See UserModel."""
        model = BayesianPersonalizedRanking(random_state=_SEED, num_threads=1)
        model.fit(sparse.csr_matrix(interactions), show_progress=False)
        return FittedBpr(model, {films: row for row, films in enumerate(_films(interactions))})


@dataclass(frozen=True, slots=True)
class FittedBpr:
    """See FittedUserModel; it knows only users that it was trained on, and them by their films."""

    model: Any
    row_of: dict[bytes, int]

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel; all films are equal for a profile that was not in training."""
        rows = np.array([self.row_of.get(films, -1) for films in _films(profiles)])
        found = self.model.user_factors[rows] @ self.model.item_factors.T
        return np.where(rows[:, None] >= 0, found, 0).astype(np.float32)


def _films(profiles: sparse.csr_array) -> list[bytes]:
    bounds = zip(profiles.indptr, profiles.indptr[1:], strict=False)
    return [np.sort(profiles.indices[first:last]).astype(np.int32).tobytes() for first, last in bounds]


@dataclass(frozen=True, slots=True)
class Neighbors:
    """Item neighbors with the library's defaults: 20 a film, truncated per film of the profile."""

    name: str
    kind: str

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedNeighbors:  # noqa: ARG002
        """See UserModel."""
        model = _KINDS[self.kind]()
        model.fit(sparse.csr_matrix(interactions), show_progress=False)
        return FittedNeighbors(sparse.csr_array(model.similarity))


@dataclass(frozen=True, slots=True)
class FittedNeighbors:
    """See FittedUserModel."""

    similarity: sparse.csr_array

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        return np.asarray((profiles @ self.similarity).toarray(), dtype=np.float32)
