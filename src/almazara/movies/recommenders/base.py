"""What a recommender of similar films promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

MAX_SIMILAR: Final = 50
"""Length of the lists that are fitted ahead: the largest `n` that can be asked for."""

Arrays = Mapping[str, np.ndarray]


class SimilarFilms(Protocol):
    """Similar films by row; fitted ahead, so that a request only reads."""

    def similar(self, row: int, n: int) -> list[tuple[int, float]]:
        """The `n` most similar films as (row, similarity), most similar first, never the film itself.

        Similarity is in [0, 1] and never rises along the list; equal ones are in order of votes, then row. Fewer
        than `n` only where the catalog has fewer films.
        """
        ...
