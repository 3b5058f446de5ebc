"""A real HTTP server on loopback that behaves as badly as a test asks, and time that passes by argument."""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from servers import listening

Reply = Callable[[BaseHTTPRequestHandler], None]
CLOSED = (BrokenPipeError, ConnectionResetError)


class PageServer:
    """Answers `routes[path]`, with the query or without, remembers what it was asked, says 404 otherwise."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_port
        self.routes: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._lock = threading.Lock()

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.asked.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        with suppress(*CLOSED):
            found = self.routes.get(handler.path) or self.routes.get(handler.path.partition("?")[0])
            (found or reply(b"not here", 404))(handler)


class Crowd:
    """How many requests are worked on at once; one has ended before it is answered, so no client can know earlier."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def reply(self, body: bytes, seconds: float = 0.03) -> Reply:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            with self._lock:
                self.now += 1
                self.most = max(self.most, self.now)
            time.sleep(seconds)
            with self._lock:
                self.now -= 1
            reply(body)(handler)

        return answer


def reply(body: bytes = b"", status: int = 200, **headers: str) -> Reply:
    """An answer with a length; header names are written with underscores."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if status != 304:
            handler.wfile.write(body)

    return answer


def raw(content: bytes) -> Reply:
    """Bytes as they are, then the end of the connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def redirect(location: str, status: int = 302) -> Reply:
    return reply(b"", status, Location=location)


def in_turn(*replies: Reply) -> Reply:
    """One reply after the other; the last one stays."""
    left = list(replies)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        current = left.pop(0) if len(left) > 1 else left[0]
        current(handler)

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body without end."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    while True:
        handler.wfile.write(b"x" * 65536)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A body that comes a byte at a time, for ever: no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        threading.Event().wait(0.05)


def dripping_headers(handler: BaseHTTPRequestHandler) -> None:
    """A header that comes a byte at a time, for ever."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        handler.wfile.write(b"x")
        threading.Event().wait(0.05)


def silent(handler: BaseHTTPRequestHandler) -> None:
    """No answer within a test's time."""
    handler.close_connection = True
    threading.Event().wait(0.6)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[PageServer]:
    """A server for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            pages.answer(self)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(*CLOSED, ssl.SSLError):
                super().handle()

    with listening(Handler, tls=tls) as server:
        pages = PageServer(server)
        yield pages


def self_signed(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for a host that nobody vouches for, as a file and as a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path = folder / "key.pem"
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return path, context


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self, now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class NoJitter(random.Random):
    """Random numbers that are always zero."""

    def random(self) -> float:
        return 0.0
