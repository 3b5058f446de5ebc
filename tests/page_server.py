"""A real HTTP server on loopback that behaves as badly as a test asks, and time that passes by argument."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[BaseHTTPRequestHandler], None]
CLOSED = (BrokenPipeError, ConnectionResetError)


class PageServer:
    """Answers `routes[path]`, remembers what it was asked, says 404 otherwise."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.port = server.server_port
        self.routes: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.asked.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            with suppress(*CLOSED):
                self.routes.get(handler.path, reply(b"not here", 404))(handler)
        finally:
            with self._lock:
                self.at_once -= 1


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


@contextmanager
def serving() -> Iterator[PageServer]:
    """A server for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            pages.answer(self)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(*CLOSED):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    pages = PageServer(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
