"""Serves the demo shop on this machine's loopback address, and nowhere else."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from almazara import log
from almazara.errors import UnavailableError
from almazara.prices.demo import oils, pages

_LOOPBACK: Final = "127.0.0.1"
_IDLE_SECONDS: Final = 5
_PRODUCTS: Final = {oils.path(product): product for product in oils.PRODUCTS}


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = "text/html; charset=utf-8"


class DemoShop:
    """The demo shop on loopback, in a thread of its own; usable as a context manager.

    `?day=YYYY-MM-DD` shows a page as it was on a past day, so that a history can be read through the real pipeline.
    Captchas are only shown on today's pages, now and then. Port 0 takes a free one.
    """

    def __init__(self, today: Callable[[], date], *, captcha: bool = True, port: int = 0) -> None:
        self._today = today
        self._captcha = captcha
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._requests: Counter[date] = Counter()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """The port in use, or the one asked for while it is stopped."""
        return self._port if self._server is None else int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Address of the shop, without a slash at the end."""
        return f"http://{_LOOPBACK}:{self.port}"

    def start(self) -> Self:
        """Listen and serve; nothing happens when it does already.

        Raises:
            UnavailableError: when the port cannot be had.
        """
        if self._server is not None:
            return self
        try:
            self._server = _Server((_LOOPBACK, self._port), _handler(self._answer))
        except (OSError, OverflowError) as error:
            raise UnavailableError(
                f"The demo shop cannot listen on port {self._port} of {_LOOPBACK} ({error}): choose another port."
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-shop", daemon=True)
        self._thread.start()
        log.event("demo-shop-started", url=self.url)
        return self

    def stop(self) -> None:
        """Stop serving and give the port back; nothing happens when it is stopped."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self, target: str) -> _Answer:
        """What a path and query show."""
        try:
            parts = urlsplit(target)
            query = parse_qs(parts.query, max_num_fields=20)
            day = date.fromisoformat(query["day"][-1]) if "day" in query else None
        except ValueError:
            return _error(HTTPStatus.BAD_REQUEST, "El día se escribe así: ?day=2026-03-31.")
        if parts.path == "/robots.txt":
            return _Answer(pages.robots_txt(), content_type="text/plain; charset=utf-8")
        today = self._today()
        if day is not None and day > today:
            return _error(HTTPStatus.BAD_REQUEST, "La demo no muestra días que no han llegado.")
        if day is None and self._blocks(today):
            return _Answer(pages.captcha_page())
        return _shown(parts.path, query.get("q", [""])[-1], day or today)

    def _blocks(self, today: date) -> bool:
        with self._lock:
            request = self._requests[today]
            self._requests[today] += 1
        return self._captcha and oils.blocks(today, request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # with the default of 5 a burst of readers waits a second for its connection

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


def _shown(path: str, words: str, day: date) -> _Answer:
    if path in _PRODUCTS:
        return _Answer(pages.product_page(_PRODUCTS[path], day))
    if path == "/":
        return _Answer(pages.index_page(day))
    if path == "/buscar":
        return _Answer(pages.search_page(words, day))
    return _error(HTTPStatus.NOT_FOUND, "La demo no tiene esa página.")


def _error(status: HTTPStatus, sentence: str) -> _Answer:
    return _Answer(pages.error_page("Página no encontrada", sentence), status)


def _handler(answer: Callable[[str], _Answer]) -> type[BaseHTTPRequestHandler]:
    """A request handler that shows what `answer` gives for a path and query."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "AlmazaraDemo"
        sys_version = ""
        timeout = _IDLE_SECONDS
        wbufsize = -1  # head and body leave together; apart, they wait for the client's delayed acknowledgment
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Requests of a demo are not logged."""

        def do_GET(self) -> None:
            shown = answer(self.path)
            body = shown.text.encode("utf-8", errors="replace")
            etag = f'"{sha256(body).hexdigest()[:32]}"'
            known = {tag.strip().removeprefix("W/") for tag in self.headers.get("If-None-Match", "").split(",")}
            if shown.status is HTTPStatus.OK and etag in known:
                self.send_response(HTTPStatus.NOT_MODIFIED)
                self.send_header("ETag", etag)
                self.end_headers()
                return
            self.send_response(shown.status)
            self.send_header("Content-Type", shown.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag)
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - as http.server calls it

    return Handler
