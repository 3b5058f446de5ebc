"""Texts, and a look-up table from keys to rows, in arrays that can be memory-mapped."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np


class Texts:
    """Texts by row; opening it reads nothing."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        # A memoryview hands out Python ints and slices at a fraction of the cost of indexing an array.
        self._offsets = arrays["offsets"].data
        self._blob = arrays["blob"].data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def encoded(self, row: int) -> bytes:
        """The UTF-8 bytes of a text."""
        return bytes(self._blob[self._offsets[row] : self._offsets[row + 1]])

    def __getitem__(self, row: int) -> str:
        return str(self._blob[self._offsets[row] : self._offsets[row + 1]], "utf-8")


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


Arrays = Mapping[str, np.ndarray]
