"""One request through libcurl: to checked addresses only, with limits of size and time, without redirects."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from almazara.prices.fetching.addresses import Target
from almazara.prices.fetching.responses import (
    ACCEPT_ENCODING,
    DRIPPED,
    TOO_LARGE,
    TOO_SLOW,
    Broken,
    Limits,
    Receiver,
    Response,
)

_ABORT = 0xFFFFFFFF  # CURL_WRITEFUNC_ERROR

_PARTIAL = 18
_TIMED_OUT = 28
_REASONS = {
    5: "the proxy's name could not be resolved",
    7: "no connection could be made",
    16: "the HTTP/2 connection broke",
    _PARTIAL: "the connection ended before the page did",
    _TIMED_OUT: TOO_SLOW.reason,
    35: "no encrypted connection could be made",
    52: "the server closed the connection without an answer",
    55: "the connection broke while asking",
    56: "the connection broke while reading",
    60: "the server's certificate is not valid",
    92: "the HTTP/2 stream broke",
    97: "the proxy refused the connection",
    63: TOO_LARGE.reason,
}
_NO_CONNECTION = frozenset({5, 7})
_REFUSED_LOGIN = 407
_PASSING = frozenset({5, 7, 16, _PARTIAL, _TIMED_OUT, 35, 52, 55, 56, 92, 97})


@dataclass(slots=True)
class _CurlReceiver(Receiver):
    """Takes header lines and body chunks from libcurl."""

    headers_ended: bool = False

    def take_line(self, line: bytes) -> int:
        name, colon, value = line.decode("latin-1").partition(":")
        if line.startswith(b"HTTP/"):
            self.headers.clear()
            self.headers_ended = False
        elif not line.strip():
            self.headers_ended = True
        elif colon and not self.headers_ended:  # later ones are trailers
            self.take_header(name, value)
        return len(line)

    def take_chunk(self, chunk: bytes) -> int:
        return len(chunk) if self.take_body(chunk) else _ABORT

    def outcome(self, code: int, status: int) -> Response | Broken:
        """What came, given libcurl's own verdict."""
        if self.broken is None and code and not self.is_cut:
            return _broken(code)
        if self.broken is None and not self.headers_ended:
            return _broken(_PARTIAL)
        return self.response(status)


def request(
    target: Target, addresses: Sequence[str], headers: Mapping[str, str], limits: Limits, proxy: str | None
) -> tuple[Response | Broken, str]:
    """Send one GET; returns the answer, and the address that was connected to ("" when none was).

    A handle serves one request: no cookie, cached name or earlier connection reaches the next. The connection goes to
    one of `addresses` (without a proxy), no name server is asked again, nothing is added to the checked headers but
    `Host` and `Accept-Encoding`, and environment variables that name proxies are not read.
    """
    from curl_cffi import Curl, CurlError, CurlInfo, CurlOpt

    receiver, code = _CurlReceiver(limits), 0
    with closing(Curl()) as curl:
        for option, value in _options(target, addresses, headers, limits, proxy).items():
            curl.setopt(option, value)
        curl.setopt(CurlOpt.HEADERFUNCTION, receiver.take_line)
        curl.setopt(CurlOpt.WRITEFUNCTION, receiver.take_chunk)
        try:
            curl.perform()
        except CurlError as error:
            code = int(error.code)
        status = curl.getinfo(CurlInfo.RESPONSE_CODE)
        primary = curl.getinfo(CurlInfo.PRIMARY_IP)
        has_begun = bool(curl.getinfo(CurlInfo.STARTTRANSFER_TIME))
        is_connected, tunnel = bool(curl.getinfo(CurlInfo.CONNECT_TIME)), curl.getinfo(CurlInfo.HTTP_CONNECTCODE)
    outcome = receiver.outcome(code, status if isinstance(status, int) else 0)
    if code == _TIMED_OUT and has_begun:
        outcome = DRIPPED
    if proxy and isinstance(outcome, Broken):
        is_socks = proxy.lower().startswith("socks")  # a shop that is gone leaves no connection there either
        by_proxy = code in _NO_CONNECTION if is_socks else not is_connected or tunnel == _REFUSED_LOGIN
        outcome = replace(outcome, by_proxy=by_proxy)
    return outcome, primary.decode() if isinstance(primary, bytes) else ""


def _options(
    target: Target, addresses: Sequence[str], headers: Mapping[str, str], limits: Limits, proxy: str | None
) -> dict[Any, Any]:
    from curl_cffi import CurlHttpVersion, CurlOpt

    pinned = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
    sent = {**headers, "Accept-Encoding": ACCEPT_ENCODING}
    return {
        CurlOpt.URL: target.url,
        CurlOpt.PROTOCOLS_STR: "http,https",
        CurlOpt.HTTP_VERSION: CurlHttpVersion.V2TLS,
        CurlOpt.FOLLOWLOCATION: 0,
        CurlOpt.RESOLVE: [f"{target.host}:{target.port}:{pinned}"],
        # An empty proxy also keeps libcurl from reading `https_proxy` in the environment.
        CurlOpt.PROXY: proxy or "",
        CurlOpt.SUPPRESS_CONNECT_HEADERS: 1,
        CurlOpt.HTTP_CONTENT_DECODING: 0,
        CurlOpt.HTTPHEADER: [f"{name}: {value}".encode("latin-1") for name, value in sent.items()],
        CurlOpt.MAXFILESIZE_LARGE: 0 if limits.cut else limits.max_bytes,
        CurlOpt.TIMEOUT_MS: int(limits.timeout_seconds * 1000),
        CurlOpt.CONNECTTIMEOUT_MS: int(limits.connect_seconds * 1000),
        CurlOpt.NOSIGNAL: 1,
    }


def _broken(code: int) -> Broken:
    # libcurl's own words are not passed on: they may hold a proxy's address.
    reason = _REASONS.get(code, f"libcurl gave up with error {code}")
    return Broken(reason, code in _PASSING)
