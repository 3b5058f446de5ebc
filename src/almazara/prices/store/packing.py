"""Long text as a shorter one, for stores that charge by the kilobyte or hold so many of them in an item."""

import base64
import zlib
from typing import Final

_PACKED: Final = "zlib:"
_PLAIN: Final = 4000  # bytes up to which a text that may be looked at stays as it is


def packed(content: bytes) -> str:
    """UTF-8 as text, compressed."""
    return _PACKED + base64.b85encode(zlib.compress(content, 6)).decode()


def packed_if_long(content: bytes) -> str:
    """UTF-8 as text, compressed where it is long and that makes it shorter."""
    made = packed(content) if len(content) >= _PLAIN else ""
    return made if 0 < len(made) < len(content) else content.decode()


def unpacked(text: str) -> bytes:
    """The UTF-8 of a text, whether it was compressed or not; raises ValueError where it is damaged."""
    if not text.startswith(_PACKED):
        return text.encode()
    try:
        return zlib.decompress(base64.b85decode(text.removeprefix(_PACKED)))
    except zlib.error as error:
        raise ValueError(f"a text that was compressed is damaged: {error}") from error
