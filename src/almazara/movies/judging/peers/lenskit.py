"""The models of LensKit: EASE, implicit matrix factorization, item neighbors."""

from typing import Any

import lenskit.als
import lenskit.data
import lenskit.knn
import lenskit.knn.ease
import lenskit.training
import numpy as np
import pandas as pd
from scipy import sparse

from almazara.movies.judging.peers import Scores


def ease(interactions: sparse.csr_array, regularization: float) -> Scores:
    """EASE."""
    return _trained(lenskit.knn.ease.EASEScorer(regularization=regularization), interactions)


def implicit_mf(interactions: sparse.csr_array, regularization: float) -> Scores:
    """Implicit matrix factorization of 64 factors; profiles are folded in."""
    scorer = lenskit.als.ImplicitMFScorer(embedding_size=64, regularization=regularization, user_embeddings=False)
    return _trained(scorer, interactions)


def item_knn(interactions: sparse.csr_array) -> Scores:
    """Item neighbors for implicit feedback, otherwise with the library's defaults."""
    return _trained(lenskit.knn.ItemKNNScorer(feedback="implicit"), interactions)


def _trained(scorer: Any, interactions: sparse.csr_array) -> Scores:  # noqa: ANN401 - the library is not typed
    """Scores in which films that LensKit does not score come after all that it does."""
    user, film = interactions.nonzero()
    data = lenskit.data.from_interactions_df(pd.DataFrame({"user_id": user, "item_id": film}))
    scorer.train(data, lenskit.training.TrainingOptions(rng=0))
    every = lenskit.data.ItemList(item_ids=np.arange(interactions.shape[1]))

    def of(films: np.ndarray) -> np.ndarray:
        query = lenskit.data.RecQuery(user_items=lenskit.data.ItemList(item_ids=films))
        return np.asarray(scorer(query, every).scores())

    def scores(profiles: sparse.csr_array) -> np.ndarray:
        bounds = zip(profiles.indptr, profiles.indptr[1:], strict=False)
        found = np.stack([of(profiles.indices[first:last]) for first, last in bounds]).astype(np.float32)
        lowest = np.nanmin(np.where(np.isnan(found), np.inf, found), axis=1, initial=0.0, keepdims=True)
        return np.where(np.isnan(found), lowest - 1, found).astype(np.float32)

    return scores
