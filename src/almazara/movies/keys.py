"""A look-up table from normalized keys to rows that can be memory-mapped: sorted keys instead of a dictionary."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np

from almazara.movies.texts import Texts


class KeyTable:
    """Leads from a key to rows; opening it reads nothing, a look-up halves the range some seventeen times."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._keys = Texts(arrays)
        self._starts = arrays["starts"].data
        self._rows = arrays["rows"].data

    def rows(self, key: str) -> list[int]:
        """The rows of a key, in the order in which they were given; none for an unknown key."""
        wanted = key.encode("utf-8", "surrogatepass")
        place = bisect_left(range(len(self._keys)), wanted, key=self._keys.encoded)
        if place == len(self._keys) or self._keys.encoded(place) != wanted:
            return []
        return list(self._rows[self._starts[place] : self._starts[place + 1]])
