"""What strangers may do: who may write, how often, how large a body may be, and what a page may load.

Holders of a key may write. What the API takes is small, and memory is not for strangers to fill.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from almazara.api.errors import refuse
from almazara.api.limits.write_limits import Writes
from almazara.keys import OWN, Key, fingerprint, given_out, key_folder, signature
from almazara.settings import Settings
from almazara.words.said import said

_LARGEST_BODY: Final = 64 * 1024
_LARGER_BODIES: Final = {
    "/eventos/": 1024 * 1024,  # a media server adds a picture; up to here nothing of it is written to the disk
    "/eventos": 512 * 1024,  # a thousand events
    "/recomendacion": 512 * 1024,  # the ids of a large library
}
_NOBODY: Final = "'none'"
KEY_HEADER: Final = "X-API-Key"
_SINGLE: Final = frozenset({b"host", b"origin", b"sec-fetch-site", b"content-type", KEY_HEADER.lower().encode()})
"""Headers of which one decides: whoever stands before the server may heed another one of two."""


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
    """Lets a writing request pass, or refuses it; keys are compared by their hashes, and never logged.

    Who holds a key may write. A browser of this machine may that was signed in with the machine's own key. Where the
    settings leave it open anyone may, but for foreign pages: what a request says of where it comes from proves nothing.

    Args:
        settings: Hold keys, and say whether it is open.
        writes: Counts who writes.
        clock: The present moment (aware).
        own_key: Whether the key of this machine counts; only where nobody but this machine reaches the server.
    """

    def __init__(
        self, settings: Settings, writes: Writes, clock: Callable[[], datetime], *, own_key: bool = False
    ) -> None:
        self._settings = settings
        self._folder = key_folder(settings)
        self._writes = writes
        self._clock = clock
        self._own_key = own_key

    def may_write(self, request: Request) -> bool | None:
        """Whether a request like this one may write; None where that takes a key that is given out."""
        if given_out(self._settings):
            return self._is_signed_in(request) or None
        return self._settings.open_writes or self._is_signed_in(request)

    def check(self, request: Request, key: str | None = None) -> None:
        """Pass, or raise 401, 403 or 429; the `key` is that of a form, which cannot send the header."""
        given = request.headers.get(KEY_HEADER, "").encode("latin-1") if key is None else key.encode()
        self._let_through(self._caller(request, given))

    def check_address(self, request: Request, address: str, given: str) -> None:
        """The same, where what is `given` may be the signature of the address, of a sender without headers."""
        keys = self._keys()
        if not (given and keys):
            self.check(request)
            return
        matches = [hmac.compare_digest(given.encode(), signature(one.sha256, address).encode()) for one in keys]
        if not any(matches):
            raise HTTPException(401, said("asking.request.no_signature"), {"WWW-Authenticate": "ApiKey"})
        self._let_through(f"address-{hashlib.sha256(given.encode()).hexdigest()[:32]}")

    def sign_in(self, request: Request, ticket: str) -> tuple[str, str] | None:
        """The name and the value of the cookie of a browser that brings a ticket; None where it is not let in."""
        if not (self._own_key and _asks_this_machine(request)):
            return None
        session = self._folder.use_ticket(ticket, self._clock())
        return None if session is None else (_session_cookie(request), session)

    def _keys(self) -> list[Key]:
        own = self._folder.own() if self._own_key else None
        return [*given_out(self._settings), *([Key(OWN, fingerprint(own))] if own else [])]

    def _caller(self, request: Request, given: bytes) -> str:
        """Who may write and does; every key is compared, so that the time taken tells nothing of which was near."""
        keys = self._keys()
        hashed = hashlib.sha256(given).hexdigest()
        holders = [one.name for one in keys if hmac.compare_digest(hashed, one.sha256)]
        if holders:
            return f"key-{holders[0]}"
        if not given and self._is_signed_in(request):
            if not _is_sent_by_own_page(request):
                raise HTTPException(403, said("asking.request.foreign_page"))
            return f"key-{OWN}"
        if keys:
            missing = "no_own_key" if [one.name for one in keys] == [OWN] else "no_key"
            told = said(f"asking.request.{missing}", header=KEY_HEADER)
            raise HTTPException(401, told, {"WWW-Authenticate": "ApiKey"})
        if not self._settings.open_writes:
            raise HTTPException(403, said("asking.request.closed"))
        if not is_own_page(request):
            raise HTTPException(403, said("asking.request.foreign_page"))
        return request.client.host if request.client else ""

    def _is_signed_in(self, request: Request) -> bool:
        """Whether it brings a session of this machine, by a name that only this machine has."""
        session = request.cookies.get(_session_cookie(request), "") if self._own_key else ""
        return bool(session) and _asks_this_machine(request) and self._folder.is_session(session, self._clock())

    def _let_through(self, caller: str) -> None:
        wait = self._writes.wait_seconds(caller)
        if wait > 0:
            seconds = str(int(wait) + 1)
            told = said("asking.request.too_often", most=str(self._writes.per_minute), seconds=seconds)
            raise HTTPException(429, told, {"Retry-After": seconds})


def is_own_page(request: Request) -> bool:
    """Whether no foreign web page is behind it: a browser asks for whatever the page that it shows wants."""
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:  # no browser sends such a thing
        return False


def _is_sent_by_own_page(request: Request) -> bool:
    """Whether a browser says that one of our own pages is behind it: all that are in use say so of what writes."""
    says = "origin" in request.headers or "sec-fetch-site" in request.headers
    return says and is_own_page(request)


def _asks_this_machine(request: Request) -> bool:
    """Whether it was asked for by a name that only this machine has, and no other that leads here."""
    try:
        return is_loopback(urlsplit(f"//{request.headers.get('host', '')}").hostname or "")
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a host is this machine to itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _session_cookie(request: Request) -> str:
    """By the port: browsers keep one jar for all servers of a machine."""
    return f"sesion-{request.url.port or 80}"


def require_write(request: Request) -> None:
    """Dependency of every writing route."""
    guard: WriteGuard = request.app.state.guard
    guard.check(request)


def _too_large(largest: int) -> HTTPException:
    return HTTPException(413, said("asking.request.too_large", most=str(largest // 1024)))


class SingleHeaders:
    """Plain ASGI middleware; refuses requests that have a header twice of which one decides who may do what."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        names = [name for name, _ in scope["headers"] if name in _SINGLE]
        if len(set(names)) == len(names):
            await self._app(scope, receive, send)
            return
        twice = next(name.decode() for name in names if names.count(name) > 1)
        await refuse(scope, receive, send, HTTPException(400, said("asking.request.twice", header=twice.title())))


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
            await refuse(scope, receive, send, _too_large(largest))
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
