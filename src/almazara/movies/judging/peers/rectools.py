"""The models of RecTools that are its own: EASE and PureSVD (its ALS is that of `implicit`)."""

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel, PureSVDModel
from scipy import sparse

from almazara.movies.judging.peers import Scores


def ease(interactions: sparse.csr_array, regularization: float) -> Scores:
    """EASE."""
    data = _dataset(interactions)
    model = EASEModel(regularization=regularization).fit(data)
    return _linear(data, np.asarray(model.weight), interactions.shape[1])


def pure_svd(interactions: sparse.csr_array, factors: int) -> Scores:
    """The truncated singular value decomposition; profiles are projected on its item space."""
    data = _dataset(interactions)
    model = PureSVDModel(factors=factors).fit(data)
    items = model.item_factors / np.linalg.norm(model.item_factors, axis=0)
    return _linear(data, items @ items.T, interactions.shape[1])


def _dataset(interactions: sparse.csr_array) -> Dataset:
    user, film = interactions.nonzero()
    pairs = pd.DataFrame({Columns.User: user, Columns.Item: film, Columns.Weight: 1.0, Columns.Datetime: "2000-01-01"})
    return Dataset.construct(pairs)


def _linear(data: Dataset, weights: np.ndarray, n_films: int) -> Scores:
    """Profiles times weights; films without training users score 0."""
    films = data.item_id_map.external_ids

    def scores(profiles: sparse.csr_array) -> np.ndarray:
        found = np.zeros((profiles.shape[0], n_films), dtype=np.float32)
        found[:, films] = profiles[:, films] @ weights
        return found

    return scores
