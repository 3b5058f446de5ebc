"""Many texts in two arrays that can be memory-mapped: one blob of UTF-8, and where each text begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def pack_texts(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """The arrays of `Texts`: offsets (n + 1) int64, blob uint8."""
    encoded = [text.encode() for text in texts]
    return {"offsets": _offsets([len(text) for text in encoded]), "blob": np.frombuffer(b"".join(encoded), np.uint8)}


def pack_lines(lines: bytes) -> dict[str, np.ndarray]:
    """The arrays of `Texts` for newline-ended lines; each keeps its newline, which JSON does not mind."""
    blob = np.frombuffer(lines, np.uint8)
    ends = np.flatnonzero(blob == ord("\n")) + 1
    return {"offsets": np.concatenate([[0], ends]).astype(np.int64), "blob": blob}


def _offsets(lengths: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64))]).astype(np.int64)
