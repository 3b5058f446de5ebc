"""Many texts in two arrays that can be memory-mapped: one blob of UTF-8, and where each text begins."""

from __future__ import annotations

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
