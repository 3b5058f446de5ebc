"""The models of RecTools that are its own: EASE and PureSVD (its ALS is that of `implicit`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel, PureSVDModel
from scipy import sparse


@dataclass(frozen=True, slots=True)
class Ease:
    """EASE."""

    name: str
    regularization: float

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedWeights:  # noqa: ARG002
        """See UserModel."""
        data = _dataset(interactions)
        model = EASEModel(regularization=self.regularization).fit(data)
        return FittedWeights(interactions.shape[1], data.item_id_map.external_ids, np.asarray(model.weight))


@dataclass(frozen=True, slots=True)
class PureSvd:
    """The truncated singular value decomposition; profiles are projected on its item space."""

    name: str
    factors: int

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedWeights:  # noqa: ARG002
        """See UserModel."""
        data = _dataset(interactions)
        model = PureSVDModel(factors=self.factors).fit(data)
        items = model.item_factors / np.linalg.norm(model.item_factors, axis=0)
        return FittedWeights(interactions.shape[1], data.item_id_map.external_ids, items @ items.T)


@dataclass(frozen=True, slots=True)
class FittedWeights:
    """See FittedUserModel; films without training users score 0."""

    n_films: int
    films: np.ndarray
    weights: np.ndarray

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """See FittedUserModel."""
        found = np.zeros((profiles.shape[0], self.n_films), dtype=np.float32)
        found[:, self.films] = profiles[:, self.films] @ self.weights
        return found


def _dataset(interactions: sparse.csr_array) -> Dataset:
    user, film = interactions.nonzero()
    pairs = pd.DataFrame({Columns.User: user, Columns.Item: film, Columns.Weight: 1.0, Columns.Datetime: "2000-01-01"})
    return Dataset.construct(pairs)
