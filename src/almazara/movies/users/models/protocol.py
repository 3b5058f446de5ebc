"""What a model for users promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:  # the server reads what was fitted, and does without SciPy
    from scipy import sparse


class FittedUserModel(Protocol):
    """A model that has seen the interactions; it answers for any profile, also of users it was not trained on."""

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        """How well each film suits each profile: higher is better, comparable within a row only.

        Args:
            profiles: (profiles, films) float32, above 0 where the user has the film; a row may be empty.

        Returns:
            (profiles, films) float32, finite; films of the profile are scored like the others, the caller leaves
            them out. The same profile gives the same scores.
        """
        ...


class UserModel(Protocol):
    """A way to recommend films to users."""

    @property
    def name(self) -> str:
        """As it is asked for and shown in tables."""
        ...

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedUserModel:
        """Learn from who has seen what. Deterministic.

        Args:
            interactions: (users, films) float32, 1 where the user has the film; columns without entries are cold.
            content: (films, terms) float32 features with rows of length one or empty (`content.content_matrix`).
        """
        ...
