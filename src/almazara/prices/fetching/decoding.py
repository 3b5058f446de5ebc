"""Removes gzip and deflate from a body while it comes, never making more bytes than allowed."""

from __future__ import annotations

import zlib

ACCEPT_ENCODING = "gzip, deflate"
"""What `Decoder` reads, so what a request may ask for."""

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB_METHOD = 8


class Decoder:
    """Takes the chunks of one body.

    libcurl can decode too, but takes a body that was cut in the middle of its compression for a whole one.

    Args:
        encoding: The response's `Content-Encoding`.
        max_bytes: Most bytes that may come out.

    Raises:
        ValueError: when the encoding is not one that was asked for.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-")
        if self._encoding not in {"", "identity", "gzip", "deflate"}:
            raise ValueError(f"the page is compressed as {encoding[:40]!r}, which was not asked for")
        self._max_bytes = max_bytes
        self._stream: zlib._Decompress | None = None
        self.body = bytearray()
        self.too_large = False

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; `too_large` says when the limit is met, and `body` then holds the first part.

        Raises:
            zlib.error: when the compression is broken.
        """
        if self._encoding in {"", "identity"}:
            self._take(chunk)
            return
        while chunk and not self.too_large:
            if self._stream is None or self._stream.eof:
                if self._stream is not None and not chunk.startswith(b"\x1f\x8b"):
                    return  # what follows the end is padding, as browsers see it
                self._stream = self._begin(chunk)
            self._take(self._stream.decompress(chunk, self._max_bytes - len(self.body) + 1))
            chunk = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    @property
    def whole(self) -> bool:
        """Whether the compression has come to its own end."""
        return self._stream is None or self._stream.eof

    @classmethod
    def unpack(cls, encoding: str, content: bytes, max_bytes: int) -> Decoder:
        """Take a whole body at once.

        Raises:
            ValueError: when the encoding is not one that was asked for.
            zlib.error: when the compression is broken.
        """
        decoder = cls(encoding, max_bytes)
        decoder.feed(content)
        return decoder

    def _begin(self, chunk: bytes) -> zlib._Decompress:
        if self._encoding == "gzip":
            return zlib.decompressobj(_GZIP)
        # Some servers send deflate without the zlib header that RFC 9110 asks for.
        wrapped = chunk[0] & 0x0F == _ZLIB_METHOD
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)

    def _take(self, data: bytes) -> None:
        room = self._max_bytes - len(self.body)
        self.too_large = len(data) > room
        self.body += data[:room]
