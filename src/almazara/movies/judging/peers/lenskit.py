"""The models of LensKit: EASE, implicit matrix factorization, item neighbors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lenskit.als
import lenskit.data
import lenskit.knn
import lenskit.knn.ease
import lenskit.training
import numpy as np
import pandas as pd
from scipy import sparse


@dataclass(frozen=True, slots=True)
class Ease:
    """EASE."""

    name: str
    regularization: float

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedScorer:  # noqa: ARG002
        """See UserModel."""
        return _trained(lenskit.knn.ease.EASEScorer(regularization=self.regularization), interactions)


@dataclass(frozen=True, slots=True)
class ImplicitMf:
    """Implicit matrix factorization of 64 factors; profiles are folded in."""

    name: str
    regularization: float

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedScorer:  # noqa: ARG002
        """See UserModel."""
        scorer = lenskit.als.ImplicitMFScorer(
            embedding_size=64, regularization=self.regularization, user_embeddings=False
        )
        return _trained(scorer, interactions)


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Item neighbors for implicit feedback, otherwise with the library's defaults."""

    name: str

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedScorer:  # noqa: ARG002
        """See UserModel."""
        return _trained(lenskit.knn.ItemKNNScorer(feedback="implicit"), interactions)


@dataclass(frozen=True, slots=True)
class FittedScorer:
    """See FittedUserModel; films that LensKit does not score come after all that it does."""

    scorer: Any
    films: Any

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        found = np.stack([self._of(films) for films in _profiles(profiles)]).astype(np.float32)
        lowest = np.nanmin(np.where(np.isnan(found), np.inf, found), axis=1, initial=0.0, keepdims=True)
        return np.where(np.isnan(found), lowest - 1, found).astype(np.float32)

    def _of(self, films: np.ndarray) -> np.ndarray:
        query = lenskit.data.RecQuery(user_items=lenskit.data.ItemList(item_ids=films))
        return np.asarray(self.scorer(query, self.films).scores())


def _profiles(profiles: sparse.csr_array) -> Iterator[np.ndarray]:
    for first, last in zip(profiles.indptr, profiles.indptr[1:], strict=False):
        yield profiles.indices[first:last]


def _trained(scorer: Any, interactions: sparse.csr_array) -> FittedScorer:  # noqa: ANN401 - the library is not typed
    user, film = interactions.nonzero()
    data = lenskit.data.from_interactions_df(pd.DataFrame({"user_id": user, "item_id": film}))
    scorer.train(data, lenskit.training.TrainingOptions(rng=0))
    return FittedScorer(scorer, lenskit.data.ItemList(item_ids=np.arange(interactions.shape[1])))
