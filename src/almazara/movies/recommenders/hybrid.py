"""Similar films from viewers and content together: viewers count for as much as there are of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.collaborative import shared, viewers
from almazara.movies.recommenders.lists import Films, Lists

HALF_TRUST: Final = 20.0
"""Viewers of a film at which content and viewers weigh the same."""


def fit(content: Arrays, collaborative: Arrays, matrix: sparse.csr_array, films: Films) -> Arrays:
    """Both lists blended; a film without viewers keeps its content list.

    Returns:
        neighbors, similarity: see `Lists.arrays`; shared: (films, CANDIDATES) int32 users who have both.
    """
    lists = Lists(len(films.votes))
    counts = viewers(matrix)
    for row in range(len(films.votes)):
        trust = counts[row] / (counts[row] + HALF_TRUST)
        others = np.concatenate([content["neighbors"][row], collaborative["neighbors"][row]])
        weights = np.repeat([1 - trust, trust], len(others) // 2)
        similarity = np.concatenate([content["similarity"][row], collaborative["similarity"][row]]) * weights
        distinct, place = np.unique(others, return_inverse=True)
        blended = np.bincount(place, similarity).astype(np.float32)
        known = distinct >= 0
        lists.put(row, *films.best(row, distinct[known], blended[known]))
    return {**lists.arrays(), "shared": shared(matrix, lists.neighbors)}
