"""One request through libcurl: to checked addresses only, with limits of size and time, without redirects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from almazara.prices.adapters.addresses import Target
from almazara.prices.adapters.exchange import Broken, Response, add_header

_ABORT = 0xFFFFFFFF  # CURL_WRITEFUNC_ERROR

_TOO_LARGE = 63
_REASONS = {
    5: "the proxy's name could not be resolved",
    7: "no connection could be made",
    16: "the HTTP/2 connection broke",
    18: "the connection ended before the page did",
    28: "it took longer than allowed",
    35: "no encrypted connection could be made",
    52: "the server closed the connection without an answer",
    55: "the connection broke while asking",
    56: "the connection broke while reading",
    60: "the server's certificate is not valid",
    61: "the page is compressed in a way that cannot be read, or not completely there",
    92: "the HTTP/2 stream broke",
    97: "the proxy refused the connection",
    _TOO_LARGE: "the page is larger than allowed",
}
_PASSING = frozenset({5, 7, 16, 18, 28, 35, 52, 55, 56, 92, 97})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    Attributes:
        max_bytes: Bytes of body, after decompression.
        timeout_seconds: Seconds in all.
        connect_seconds: Seconds until connected.
        cut: Whether a larger body is cut instead of refused.
    """

    max_bytes: int
    timeout_seconds: float
    connect_seconds: float
    cut: bool = False


@dataclass(slots=True)
class _Receiver:
    """Takes header lines and body chunks from libcurl, which has removed the content encoding."""

    max_bytes: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    too_large: bool = False

    def take_header(self, line: bytes) -> int:
        name, colon, value = line.decode("latin-1").partition(":")
        if line.startswith(b"HTTP/"):
            self.headers.clear()
        elif colon and not self.body:
            add_header(self.headers, name, value)
        return len(line)

    def take_body(self, chunk: bytes) -> int:
        if len(self.body) + len(chunk) > self.max_bytes:
            self.body += chunk[: self.max_bytes - len(self.body)]
            self.too_large = True
            return _ABORT
        self.body += chunk
        return len(chunk)


def request(
    target: Target, addresses: Sequence[str], headers: Mapping[str, str], limits: Limits, proxy: str | None
) -> tuple[Response | Broken, str]:
    """Send one GET.

    A handle serves one request: no cookie, cached name or earlier connection reaches the next.

    Args:
        target: The checked address.
        addresses: Where the connection may go (without a proxy); no name server is asked again.
        headers: Request headers, already checked; nothing is added but `Host` and `Accept-Encoding`.
        limits: Size and time.
        proxy: A proxy's URL, or None; environment variables that name proxies are not read.

    Returns:
        The answer, and the address that was connected to ("" when none was).
    """
    from curl_cffi import Curl, CurlError, CurlInfo

    receiver = _Receiver(limits.max_bytes)
    with closing(Curl()) as curl:
        for option, value in _options(target, addresses, headers, limits, proxy).items():
            curl.setopt(option, value)
        _receive(curl, receiver)
        try:
            curl.perform()
        except CurlError as error:
            code = _TOO_LARGE if receiver.too_large else int(error.code)
        else:
            code = 0
        status = _integer(curl.getinfo(CurlInfo.RESPONSE_CODE))
        primary = curl.getinfo(CurlInfo.PRIMARY_IP)
    complete = code == 0 or (limits.cut and receiver.too_large)
    outcome = Response(status, receiver.headers, bytes(receiver.body)) if complete else _broken(code)
    return outcome, primary.decode() if isinstance(primary, bytes) else ""


def _options(
    target: Target, addresses: Sequence[str], headers: Mapping[str, str], limits: Limits, proxy: str | None
) -> dict[Any, Any]:
    from curl_cffi import CurlHttpVersion, CurlOpt

    pinned = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
    return {
        CurlOpt.URL: target.url,
        CurlOpt.PROTOCOLS_STR: "http,https",
        CurlOpt.HTTP_VERSION: CurlHttpVersion.V2TLS,
        CurlOpt.FOLLOWLOCATION: 0,
        CurlOpt.RESOLVE: [f"{target.host}:{target.port}:{pinned}"],
        # An empty proxy also keeps libcurl from reading `https_proxy` in the environment.
        CurlOpt.PROXY: proxy or "",
        CurlOpt.SUPPRESS_CONNECT_HEADERS: 1,
        CurlOpt.ACCEPT_ENCODING: "",
        CurlOpt.HTTPHEADER: [f"{name}: {value}".encode("latin-1") for name, value in headers.items()],
        CurlOpt.MAXFILESIZE_LARGE: 0 if limits.cut else limits.max_bytes,
        CurlOpt.TIMEOUT_MS: int(limits.timeout_seconds * 1000),
        CurlOpt.CONNECTTIMEOUT_MS: int(limits.connect_seconds * 1000),
        CurlOpt.NOSIGNAL: 1,
    }


def _receive(curl: Any, receiver: _Receiver) -> None:  # noqa: ANN401 - curl_cffi is imported late
    from curl_cffi import CurlOpt

    curl.setopt(CurlOpt.HEADERFUNCTION, receiver.take_header)
    curl.setopt(CurlOpt.WRITEFUNCTION, receiver.take_body)


def _broken(code: int) -> Broken:
    # libcurl's own words are not passed on: they may hold a proxy's address.
    reason = _REASONS.get(code, f"libcurl gave up with error {code}")
    return Broken(reason, code in _PASSING)


def _integer(info: object) -> int:
    return info if isinstance(info, int) else 0
