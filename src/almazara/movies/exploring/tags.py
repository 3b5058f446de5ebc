"""Genres, languages, countries and words of the films that were chosen, counted beside something else."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almazara.movies.exploring.films import Counts, Flags, Tags
from almazara.words.said import Said, named


def tag_counts(tags: Tags, kept: Flags, places: NDArray[np.integer[Any]], size: int) -> Counts:
    """How many of the kept films have each tag at each place, such as a month; shape (size, tags).

    Args:
        tags: Of any films.
        kept: Shape (films,).
        places: Of each film, 0 to size - 1 where it is kept; shape (films,).
        size: How many places there are.
    """
    here = kept[tags.rows]
    wide = len(tags.names)
    together = places[tags.rows[here]].astype(np.int64) * wide + tags.codes[here]
    return np.bincount(together, minlength=size * wide).reshape(size, wide)


def tag_totals(tags: Tags, kept: Flags) -> Counts:
    """How many of the kept films have each tag."""
    return np.bincount(tags.codes[kept[tags.rows]], minlength=len(tags.names))


def tags_of(tags: Tags, row: int) -> Sequence[Said | str]:
    """What the tags of one film are called, frequent ones first."""
    first, end = np.searchsorted(tags.rows, np.array((row, row + 1), dtype=tags.rows.dtype)).tolist()
    return tag_names(tags, tags.codes[first:end])


def tag_names(tags: Tags, codes: NDArray[Any]) -> Sequence[Said | str]:
    """What tags are called: in words where they have a name there, else as the catalog calls them."""
    return [named(tags.kind, tags.names[code], tags.otherwise[code]) for code in codes.tolist()]
