"""A read-only map from text keys to bytes in plain NumPy arrays, which can be memory-mapped."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

from almazara.errors import ContractError

_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class PackedArrays:
    """The map as arrays of n entries, ordered by the hash of the key and then by the key.

    `hashes` is uint64 (n), `offsets` uint64 (n + 1) into `blob` (uint8), where each entry is the length of
    its key (4 bytes, little-endian), the key in UTF-8, and the value.
    """

    hashes: npt.NDArray[np.uint64]
    offsets: npt.NDArray[np.uint64]
    blob: npt.NDArray[np.uint8]

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The arrays by name, to be saved one file each."""
        return {"hashes": self.hashes, "offsets": self.offsets, "blob": self.blob}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Self:
        """What `arrays` gave, after saving and (memory-mapped) loading."""
        return cls(**{name: arrays[name] for name in ("hashes", "offsets", "blob")})  # type: ignore[arg-type]


def pack(items: Iterable[tuple[str, bytes]]) -> PackedArrays:
    """Build the map; the same items in any order give the same bytes.

    Raises:
        ContractError: when a key comes twice.
    """
    entries = sorted((_hash(key), key, value) for text, value in items for key in [text.encode()])
    for (_, earlier, _), (_, later, _) in pairwise(entries):
        if earlier == later:
            raise ContractError(f"The key {later.decode()!r} comes twice, and only one answer can be kept.")
    chunks = [len(key).to_bytes(_LENGTH_BYTES, "little") + key + value for _, key, value in entries]
    offsets = np.zeros(len(chunks) + 1, np.uint64)
    np.cumsum(np.fromiter(map(len, chunks), np.uint64, len(chunks)), out=offsets[1:])
    hashes = np.array([entry[0] for entry in entries], np.uint64)
    return PackedArrays(hashes, offsets, np.frombuffer(b"".join(chunks), np.uint8))


class Packed:
    """Look-ups in the arrays of a packed map; opening it reads nothing."""

    def __init__(self, packed: PackedArrays) -> None:
        # A memoryview hands out Python ints, so that bisect is faster than np.searchsorted for a single key.
        self._hashes = packed.hashes.data
        self._offsets = packed.offsets.data
        self._blob = packed.blob.data

    def __len__(self) -> int:
        return len(self._hashes)

    def get(self, key: str) -> bytes | None:
        """The value of `key`, or None: a key that only shares a hash is never answered."""
        wanted = key.encode("utf-8", "surrogatepass")
        hashed = _hash(wanted)
        row = bisect_left(self._hashes, hashed)
        while row < len(self._hashes) and self._hashes[row] == hashed:
            found, value = self._entry(row)
            if found == wanted:
                return value
            row += 1
        return None

    def _entry(self, row: int) -> tuple[bytes, bytes]:
        entry = bytes(self._blob[self._offsets[row] : self._offsets[row + 1]])
        start = _LENGTH_BYTES + int.from_bytes(entry[:_LENGTH_BYTES], "little")
        return entry[_LENGTH_BYTES:start], entry[start:]


def _hash(key: bytes) -> int:
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "little")
