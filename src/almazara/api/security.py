"""What strangers may do: who may write, how often, how large a body may be, and what a page may load.

Holders of a key may write; without any key configured, only this machine. What the API takes is small, and memory is
not for strangers to fill.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as Refusal
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.limits.write_limits import Writes
from almazara.words.said import said

_LARGEST_BODY: Final = 64 * 1024
_LARGER_BODIES: Final = {
    "/eventos/": 1024 * 1024,  # a media server adds a picture; up to here nothing of it is written to the disk
    "/eventos": 512 * 1024,  # a thousand events
    "/recomendacion": 512 * 1024,  # the ids of a large library
}
_NOBODY: Final = "'none'"
KEY_HEADER: Final = "X-API-Key"
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# A request that came through a proxy shows the proxy's address, which is often this machine's.
_FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def content_policy(scripts: Sequence[str], styles: Sequence[str], frames: Sequence[str]) -> str:
    """What a page may load: scripts and styles from these sources, all else of this host alone, no base.

    `frames` are the sites that may show it in a frame.
    """
    return (
        f"default-src 'none'; script-src {' '.join(scripts)}; style-src {' '.join(styles)}; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {' '.join(frames or [_NOBODY])}"
    )


def hash_of(inline: str) -> str:
    """What stands inline in a page, as a source of its policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


class WriteGuard:
    """Lets a writing request pass, or refuses it; keys are compared in constant time and never logged.

    Without keys only requests of this machine may pass, not through a proxy or a foreign page.
    """

    def __init__(self, keys: Sequence[SecretStr], writes: Writes) -> None:
        self._keys = [key.get_secret_value().encode() for key in keys]
        self._writes = writes

    def may_write(self, request: Request) -> bool | None:
        """Whether a request like this one may write; None where that takes a key."""
        return None if self._keys else _is_local(request)

    def check(self, request: Request, key: str | None = None) -> None:
        """Pass, or raise 401, 403 or 429; the `key` is that of a form, which cannot send the header."""
        self._let_through(self._caller_by_key(request, key) if self._keys else _local_caller(request))

    def check_address(self, request: Request, address: str, given: str) -> None:
        """The same, where what is `given` may be the signature of the address, of a sender without headers."""
        if not (self._keys and given):
            self.check(request)
            return
        matches = [hmac.compare_digest(given.encode(), _signature(key, address).encode()) for key in self._keys]
        if not any(matches):
            raise HTTPException(401, said("asking.request.no_signature"), {"WWW-Authenticate": "ApiKey"})
        self._let_through(f"address-{hashlib.sha256(given.encode()).hexdigest()[:32]}")

    def _let_through(self, caller: str) -> None:
        wait = self._writes.wait_seconds(caller)
        if wait > 0:
            seconds = str(int(wait) + 1)
            told = said("asking.request.too_often", most=str(self._writes.per_minute), seconds=seconds)
            raise HTTPException(429, told, {"Retry-After": seconds})

    def _caller_by_key(self, request: Request, key: str | None) -> str:
        header = request.headers.get(KEY_HEADER, "").encode("latin-1")  # the bytes as they came
        given = header if key is None else key.encode()
        # Every key is compared, so that the time taken tells nothing of which one was near.
        matches = [hmac.compare_digest(given, key) for key in self._keys]
        if not any(matches):
            raise HTTPException(401, said("asking.request.no_key", header=KEY_HEADER), {"WWW-Authenticate": "ApiKey"})
        return f"key-{matches.index(True)}"


def signature(key: SecretStr, address: str) -> str:
    """What shows that a holder of the key made an address; from it nobody learns the key, or signs another one."""
    return _signature(key.get_secret_value().encode(), address)


def _signature(key: bytes, address: str) -> str:
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()


def _local_caller(request: Request) -> str:
    if not _is_local(request):
        raise HTTPException(403, said("asking.request.not_local"))
    return _host(request)


def _is_local(request: Request) -> bool:
    """Whether it comes from this machine, not through a proxy or from a foreign page."""
    through_proxy = any(name in request.headers for name in _FORWARDED)
    return not through_proxy and _is_loopback(_host(request)) and is_own_page(request) and _asks_this_machine(request)


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_own_page(request: Request) -> bool:
    """Whether no foreign web page is behind it: a browser asks for whatever the page that it shows wants."""
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:  # no browser sends such a thing
        return False


def _asks_this_machine(request: Request) -> bool:
    return (request.url.hostname or "") in _LOOPBACK_NAMES


def require_write(request: Request) -> None:
    """Dependency of every writing route."""
    guard: WriteGuard = request.app.state.guard
    guard.check(request)


def _too_large(largest: int) -> HTTPException:
    return HTTPException(413, said("asking.request.too_large", most=str(largest // 1024)))


class BodyLimit:
    """Plain ASGI middleware; refuses by the length that is announced, and counts where none is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sizes = (size for path, size in _LARGER_BODIES.items() if scope["path"].startswith(path))
        largest = next(sizes, _LARGEST_BODY)
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > largest:
            refuse = scope["app"].exception_handlers[Refusal]
            await (await refuse(Request(scope), _too_large(largest)))(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > largest:
                raise _too_large(largest)
            return message

        await self._app(scope, counted, send)
