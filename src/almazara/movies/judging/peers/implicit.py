"""The models of `implicit`: ALS, BPR, and neighbors by cosine and BM25."""

from typing import Final

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy import sparse

from almazara.movies.judging.peers import Scores

_SEED: Final = 0
_KINDS: Final = {"cosine": CosineRecommender, "bm25": BM25Recommender}


def als(interactions: sparse.csr_array) -> Scores:
    """Alternating least squares with 64 factors; profiles are folded in by one more half step."""
    model = AlternatingLeastSquares(factors=64, regularization=10.0, iterations=15, random_state=_SEED)
    model.fit(sparse.csr_matrix(interactions), show_progress=False)

    def scores(profiles: sparse.csr_array) -> np.ndarray:
        users = model.recalculate_user(np.arange(profiles.shape[0]), sparse.csr_matrix(profiles))
        return np.asarray(users @ model.item_factors.T, dtype=np.float32)

    return scores


def bpr(interactions: sparse.csr_array) -> Scores:
    """Bayesian personalized ranking, the library's defaults on one thread: with more it differs from run to run.

    It knows only users that it was trained on, and them by their films; all films are equal for another profile.
    """
    model = BayesianPersonalizedRanking(random_state=_SEED, num_threads=1)
    model.fit(sparse.csr_matrix(interactions), show_progress=False)
    row_of = {films: row for row, films in enumerate(_films(interactions))}

    def scores(profiles: sparse.csr_array) -> np.ndarray:
        rows = np.array([row_of.get(films, -1) for films in _films(profiles)])
        found = model.user_factors[rows] @ model.item_factors.T
        return np.where(rows[:, None] >= 0, found, 0).astype(np.float32)

    return scores


def _films(profiles: sparse.csr_array) -> list[bytes]:
    bounds = zip(profiles.indptr, profiles.indptr[1:], strict=False)
    return [np.sort(profiles.indices[first:last]).astype(np.int32).tobytes() for first, last in bounds]


def neighbors(interactions: sparse.csr_array, kind: str) -> Scores:
    """Item neighbors with the library's defaults: 20 a film, truncated per film of the profile."""
    model = _KINDS[kind]()
    model.fit(sparse.csr_matrix(interactions), show_progress=False)
    similarity = sparse.csr_array(model.similarity)
    return lambda profiles: np.asarray((profiles @ similarity).toarray(), dtype=np.float32)
