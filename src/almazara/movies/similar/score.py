"""Similarity of score: the films whose vote average is nearest (the brief's first method)."""

import numpy as np
import polars as pl

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.cleaning import schema as s
from almazara.movies.similar.lists import CANDIDATES
from almazara.movies.similar.stored import VOTE_SCALE


def fit(films: pl.DataFrame) -> Arrays:
    """One list of nearest films for each distinct vote average; a film without one counts as 0.

    Returns:
        group: (films,) int32, which list is a film's; nearest: (groups, CANDIDATES + 1) int32 rows, -1 where there
        are no more; similarity: (groups, CANDIDATES + 1) float32, 1 - distance / 10.
    """
    averages = films[s.VOTE_AVERAGE].fill_null(0.0).to_numpy()
    votes = films[s.VOTE_COUNT].to_numpy()
    distinct, group = np.unique(averages, return_inverse=True)
    width = CANDIDATES + 1  # one more, since a film's own row is in its list
    nearest = np.full((len(distinct), width), -1, dtype=np.int32)
    similarity = np.zeros((len(distinct), width), dtype=np.float32)
    by_votes = np.lexsort((np.arange(len(votes)), -votes))
    for number, average in enumerate(distinct):
        distance = np.abs(averages[by_votes] - average)
        first = np.argsort(distance, kind="stable")[:width]
        nearest[number, : len(first)] = by_votes[first]
        similarity[number, : len(first)] = 1 - distance[first] / VOTE_SCALE
    return {"group": group.astype(np.int32), "nearest": nearest, "similarity": similarity}
