"""What pages bring along: styles, fonts and scripts, under an address that changes with their content."""

import base64
import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import brotli
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from almazara.api.weights import preferences

_KINDS: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOLDER: Final = files("almazara.web").joinpath("static")
_STYLES: Final = (("almazara.figures", "figures.css"), ("almazara.web", "static/site.css"))
_NAMED: Final = re.compile(rb"url\(([\w.-]+)\)")
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    kind: str
    digest: str
    encodings: dict[str, bytes]


def asset(name: str) -> Asset | None:
    """A file of the package, or None; what strangers ask for is not remembered."""
    return _asset(name) if name in _names() else None


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in _FOLDER.iterdir() if path.name.endswith(tuple(_KINDS)))


@cache
def _asset(name: str) -> Asset:
    content, ending = _FOLDER.joinpath(name).read_bytes(), name[name.rindex(".") :]
    encodings = {} if ending == ".woff2" else {"br": brotli.compress(content), "gzip": gzip.compress(content, mtime=0)}
    return Asset(content, _KINDS[ending], hashlib.sha256(content).hexdigest()[:12], encodings)


def styles(place: Callable[[str], str]) -> bytes:
    """The styles of pages and figures, which name each font by its place, such as its `address`."""
    together = b"".join(files(package).joinpath(path).read_bytes() for package, path in _STYLES)
    return _NAMED.sub(lambda match: f"url({place(match[1].decode())})".encode(), together)


def address(name: str) -> str:
    """Where a page asks for a file; KeyError for one that is not there."""
    return f"/estatico/{_there(name).digest}/{name}"


def inside(name: str) -> str:
    """A font as an address that holds it, for a document that asks for nothing; KeyError for one that is not there."""
    found = _there(name)
    return f"data:{found.kind};base64,{base64.b64encode(found.content).decode()}"


def _there(name: str) -> Asset:
    found = asset(name)
    if found is None:
        raise KeyError(name)
    return found


def preferred_encoding(request: Request, encodings: dict[str, bytes] | tuple[str, ...]) -> str | None:
    """The first of some encodings that the browser takes, or None."""
    taken = dict(preferences(request.headers.get("accept-encoding", "")))
    return next((name for name in encodings if taken.get(name)), None)


async def send_asset(request: Request) -> Response:
    """A file; for ever where the address names its content, else to be asked for again."""
    found = asset(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    current = request.path_params["digest"] == found.digest
    headers = {"Cache-Control": _FOR_EVER if current else "no-cache", "Vary": "Accept-Encoding"}
    encoding = preferred_encoding(request, found.encodings)
    if encoding is None:
        return Response(found.content, headers=headers, media_type=found.kind)
    content = found.encodings[encoding]
    return Response(content, headers={**headers, "Content-Encoding": encoding}, media_type=found.kind)
