"""Bytes in a store of observations, so that machines that share it share what is published: in parts, compressed."""

import base64
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from almazara.errors import UnavailableError
from almazara.prices.store.protocol import ObservationStore

_KIND: Final = "blob"
_PART_BYTES: Final = 240_000  # as text below the 400 kB of an item of DynamoDB


@dataclass(frozen=True, slots=True)
class StoreBlobs:
    """Keeps bytes by name among a store's documents; see `mirror.Blobs`."""

    store: ObservationStore

    def get(self, name: str) -> bytes | None:
        """The bytes of a name, or None."""
        head = self.store.document(_KIND, name)
        if head is None:
            return None
        parts = [self.store.document(_KIND, _part(name, number)) for number in range(head["parts"])]
        packed = b"".join(base64.b85decode(part["bytes"]) for part in parts if part is not None)
        try:
            return zlib.decompress(packed)
        except zlib.error as error:
            raise UnavailableError(f"{name} is not whole in the store.") from error

    def copy(self, name: str, target: Path) -> None:
        """Write the bytes of a name into a file."""
        content = self.get(name)
        if content is None:
            raise UnavailableError(f"{name} is not in the store.")
        target.write_bytes(content)

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes under a name."""
        packed = zlib.compress(content, 6)
        was = self.store.document(_KIND, name)
        starts = range(0, len(packed), _PART_BYTES)
        for number, start in enumerate(starts):
            text = base64.b85encode(packed[start : start + _PART_BYTES]).decode()
            self.store.put_document(_KIND, _part(name, number), {"bytes": text})
        self.store.put_document(_KIND, name, {"parts": len(starts)})
        for number in range(len(starts), was["parts"] if was else 0):
            self.store.delete_document(_KIND, _part(name, number))

    def delete(self, name: str) -> None:
        """Forget a name; fine when it is not there."""
        head = self.store.document(_KIND, name)
        self.store.delete_document(_KIND, name)
        for number in range(head["parts"] if head else 0):
            self.store.delete_document(_KIND, _part(name, number))


def _part(name: str, number: int) -> str:
    return f"{name}#{number}"
