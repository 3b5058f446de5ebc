"""Compare the `http` page source with requests and httpx, and a run over many hosts through `http` and `scrapy`.

Usage: python benchmarks/fetch_sources.py [pages | hosts]

`pages`: pages a second, and what each does with hostile answers. A server on loopback sends one made page of 1 MB,
packed with gzip, 300 times to each; pauses and robots.txt are switched off. requests and httpx are used as one would
without further thought, with the same time limit.

`hosts`: a whole run (robots.txt, pauses of a second and jitter, reading, keeping) of two products at each of 20 hosts,
and at one of them, which is how long the slowest takes.
"""

from __future__ import annotations

import gzip
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGES = 300
SECONDS = 2.0
WORDS = random.Random(1).choices(["aceite", "oliva", "virgen", "extra", "<b>", "</b>", "5 l", "37,99 €"], k=160_000)
BODY = gzip.compress(" ".join(WORDS).encode())
BOMB = gzip.compress(bytes(300_000_000))

HOSTS = 20
PRODUCTS = 2
DELAY_SECONDS = 1.0
OFFER = gzip.compress(
    b"""<title>Aceite 5 l</title><script type="application/ld+json">{"@type": "Product", "name": "Aceite 5 l",
    "offers": {"@type": "Offer", "price": "37.99", "priceCurrency": "EUR"}}</script>"""
)


class Shop(BaseHTTPRequestHandler):
    """One good page and four hostile ones."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request."""
        with suppress(OSError):
            if self.path == "/robots.txt":
                self.send_error(404)
                return
            bodies = {"/cut": BODY[: len(BODY) // 2], "/bomb": BOMB}
            body = OFFER if self.path.startswith("/offer") else bodies.get(self.path, BODY)
            if self.path == "/metadata":
                self.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:1/\r\nContent-Length: 0\r\n\r\n")
                return
            head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            for at in range(len(head) if self.path == "/drip" else 0):
                self.wfile.write(head[at : at + 1])
                time.sleep(0.2)
            self.wfile.write(b"" if self.path == "/drip" else head)
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def with_almazara(port: int) -> Callable[[str], str]:
    """The page source as it is, without pauses."""
    from almazara.prices.fetching.addresses import AddressPolicy
    from almazara.prices.fetching.config import HttpConfig
    from almazara.prices.fetching.http import HttpSource
    from almazara.prices.fetching.politeness import Politeness
    from almazara.prices.fetching.protocol import Page

    polite = Politeness(delay_seconds=0, backoff_seconds=0, daily_budget=10**9, retries=0, robots=False)
    policy = AddressPolicy(loopback_ports=frozenset({port}))
    source = HttpSource(HttpConfig(politeness=polite, addresses=policy, timeout_seconds=SECONDS))

    def fetch(url: str) -> str:
        outcome = source.fetch(url)
        return f"took {len(outcome.body):,} bytes" if isinstance(outcome, Page) else outcome.reason

    return fetch


def with_requests(_port: int) -> Callable[[str], str]:
    """A session of requests."""
    import requests

    session = requests.Session()
    return lambda url: f"took {len(session.get(url, timeout=SECONDS).content):,} bytes"


def with_httpx(_port: int) -> Callable[[str], str]:
    """A client of httpx that follows redirects."""
    import httpx

    client = httpx.Client(timeout=SECONDS, follow_redirects=True)
    return lambda url: f"took {len(client.get(url).content):,} bytes"


WAYS = {"almazara": with_almazara, "requests": with_requests, "httpx": with_httpx}


def measure(way: str, port: int) -> None:
    """Print what one way does; runs in a process of its own, for its memory."""
    fetch = WAYS[way](port)
    base = f"http://127.0.0.1:{port}"
    fetch(f"{base}/oil")
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in range(PAGES):
        fetch(f"{base}/oil")
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(f"{way:9} {PAGES / wall:6.0f} pages/s {1000 * cpu / PAGES:6.2f} ms of processor a page")
    for path in ("/cut", "/drip", "/metadata", "/bomb"):
        begun = time.perf_counter()
        try:
            said = fetch(base + path)
        except Exception as error:  # noqa: BLE001 - what it raises is the result
            said = type(error).__name__
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"          {path:9} {time.perf_counter() - begun:5.1f} s, peak {peak} MB: {said}")


def run_over(hosts: int, source: str, port: int) -> None:
    """Print how long a run over so many hosts takes; in a process of its own, so that none is warm."""
    from almazara.app.prices import open_prices
    from almazara.settings import Settings

    with tempfile.TemporaryDirectory() as home:
        more = {"delay_seconds": DELAY_SECONDS, "loopback_ports": (port,), "demo": False}
        settings = Settings(home=Path(home), page_source=source, **more)  # type: ignore[arg-type]
        with closing(open_prices(settings, serving=False)) as prices:
            for number in range(hosts * PRODUCTS):
                url = f"http://127.0.1.{1 + number // PRODUCTS}:{port}/offer/{number}"
                prices.service.add_product(url, marketplace=None, category=None, target_price=None)
            begun = time.perf_counter()
            run = prices.jobs.run()
            seconds = time.perf_counter() - begun
    read = run.counts["observed"]
    print(f"{source:7} {hosts:2} hosts: {seconds:5.1f} s for {read} of {hosts * PRODUCTS} products", flush=True)


def main(what: list[str]) -> None:
    """Measure each way."""
    server = ThreadingHTTPServer(("0.0.0.0", 0), Shop)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    commands = {
        "pages": [[way] for way in WAYS],
        "hosts": [[source, str(hosts)] for hosts in (1, HOSTS) for source in ("http", "scrapy")],
    }
    print(f"A page of {len(' '.join(WORDS).encode()):,} bytes, {len(BODY):,} packed.", flush=True)
    for command in [command for name in what or commands for command in commands[name]]:
        subprocess.run([sys.executable, __file__, *command, str(server.server_port)], check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [source, hosts, port]:
            run_over(int(hosts), source, int(port))
        case [way, port]:
            measure(way, int(port))
        case what:
            main(what)
