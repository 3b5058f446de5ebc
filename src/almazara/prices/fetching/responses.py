"""What comes back from one request, within its limits, and what the page sources make of it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from almazara.prices.fetching.config import HEADER_VALUE
from almazara.prices.fetching.politeness import RETRY_STATUSES
from almazara.prices.fetching.protocol import Failed, NotModified, Page

ACCEPT_ENCODING = "gzip, deflate"
"""What `Receiver` unpacks, so what a request may ask for."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED = 304
_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_DROPPED_HEADERS = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding"})
_GZIP = 16 + zlib.MAX_WBITS
_ZLIB_METHOD = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    Attributes:
        max_bytes: Bytes of body, after decompression.
        timeout_seconds: Seconds in all.
        cut: Whether a larger body is cut instead of refused.
    """

    max_bytes: int
    timeout_seconds: float
    connect_seconds: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status; `headers` in lower case, without cookies and what spoke of the transfer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer; `passing` when a repetition may help, `by_proxy` when the request did not get beyond the proxy."""

    reason: str
    passing: bool
    by_proxy: bool = False


NOT_WHOLE = Broken("the page's compression is broken, or ends too early", passing=True)
TOO_SLOW = Broken("it took longer than allowed", passing=True)
DRIPPED = Broken("it began to answer, and took longer than allowed", passing=False)
TOO_LARGE = Broken("the page is larger than allowed", passing=False)


@dataclass(slots=True)
class Receiver:
    """Takes the headers and then the body of one answer as they come, and unpacks it within its limits."""

    limits: Limits
    headers: dict[str, str] = field(default_factory=dict)
    broken: Broken | None = None
    _decoder: _Decoder | None = None

    def take_header(self, name: str, value: str) -> None:
        """Take a header; repeated ones are joined by commas."""
        name = name.strip().lower()
        earlier = f"{self.headers[name]}, " if self.headers.get(name) else ""
        self.headers[name] = earlier + value.strip()

    def take_body(self, chunk: bytes) -> bool:
        """Take the next chunk; returns whether more is wanted."""
        try:
            self._decoder = self._decoder or _Decoder(self.headers.get("content-encoding", ""), self.limits.max_bytes)
            self._decoder.feed(chunk)
        except zlib.error:
            self.broken = NOT_WHOLE
        except ValueError as error:
            self.broken = Broken(str(error), passing=False)
        else:
            if not self._decoder.too_large:
                return True
            if not self.limits.cut:
                self.broken = TOO_LARGE
        return False

    @property
    def is_cut(self) -> bool:
        """Whether the body was larger than the limit and its first part is enough."""
        return self.limits.cut and self._decoder is not None and self._decoder.too_large

    def response(self, status: int) -> Response | Broken:
        """What came, when nothing more will."""
        if self.broken is not None:
            return self.broken
        if self._decoder is not None and not self._decoder.whole and not self.is_cut:
            return NOT_WHOLE
        kept = {name: value for name, value in self.headers.items() if name not in _DROPPED_HEADERS}
        return Response(status, kept, bytes(self._decoder.body) if self._decoder else b"")


class _Decoder:
    """Removes gzip and deflate from a body while it comes, never making more bytes than allowed.

    libcurl can decode too, but takes a body that was cut in the middle of its compression for a whole one; so does
    Scrapy. An encoding that was not asked for raises ValueError, a broken compression zlib.error.
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
        """Take the next chunk; `too_large` says when the limit is met, and `body` then holds the first part."""
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


def conditional_headers(validators: Mapping[str, str] | None) -> dict[str, str]:
    """Headers of a conditional request; a validator that no header may hold is left out."""
    found = {header: (validators or {}).get(name, "") for name, header in _CONDITIONS.items()}
    return {header: value for header, value in found.items() if value and HEADER_VALUE.fullmatch(value)}


def is_worth_repeating(answer: Response | Broken) -> bool:
    """Whether a repetition may bring a better answer: after 429, 5xx and passing network errors."""
    if isinstance(answer, Broken):
        return answer.passing
    return answer.status in RETRY_STATUSES


def redirect_of(url: str, response: Response) -> str | None:
    """The address that a response sends us to, or None when it is no redirect."""
    location = response.headers.get("location")
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        # Header bytes came as Latin-1; shops write UTF-8.
        return urljoin(url, location.encode("latin-1", "replace").decode("utf-8", "replace"))
    except ValueError:
        return "unreadable:"


def fetched(
    url: str, final_url: str, response: Response, now: datetime, *, conditional: bool
) -> Page | NotModified | Failed:
    """The outcome that a final answer is, whatever its status: the readers know what a 404 or 503 means."""
    if response.status != _NOT_MODIFIED:
        return Page(url, final_url, response.status, response.headers, response.body, now)
    if conditional:
        return NotModified(url, now)
    return Failed(url, "the server says that nothing has changed, but was not asked about a copy")
