"""Measure pages as a phone meets them: when title and picture stand, what is sent, how much the layout shifts.

Run: python benchmarks/pages.py ADDRESS [PATH ...] [--rounds 3] [--profile phone|desk]

ADDRESS is that of a running server, such as http://127.0.0.1:8000. Each page is opened with a cold cache by a Chromium
that is slowed four times; the phone has 1.6 Mbit/s and 150 ms. "First contentful paint" lies where an empty shell
paints first, so what is waited for is seen: the first frame in which the heading stands, and the first in which a
figure of the main part holds a shape. Interactive is the end of the last task of more than 50 ms; the server's cost is
its process' own time over twenty requests of the page.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
SETTLED_SECONDS = 3.0
REQUESTS = 20
PATHS = ("/", "/precios", "/peliculas", "/explorar")
WATCH = """
window.seen = {shift: 0, busy: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.shift += e.value; })
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.busy = e.startTime + e.duration; })
  .observe({type: 'longtask', buffered: true});
const stands = found => found && found.getBoundingClientRect().width > 0;
(function look() {
  if (!seen.title && stands(document.querySelector('h1'))) seen.title = performance.now();
  const shapes = [...document.querySelectorAll('main svg path, main svg rect, main svg text')];
  if (!seen.picture && shapes.some(stands)) seen.picture = performance.now();
  requestAnimationFrame(look);
})();
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit: moments in milliseconds from the start of the navigation; None where it never stood."""

    title: float | None
    picture: float | None
    interactive: float
    shift: float
    kilobytes: float


def visit(browser: Browser, address: str, profile: str) -> Seen:
    """Open a page once with a cold cache."""
    context = browser.new_context(viewport={"width": 390 if profile == "phone" else 1280, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    if profile == "phone":
        session.send("Network.emulateNetworkConditions", PHONE)
    sent: list[float] = []
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_timeout(SETTLED_SECONDS * 1000)
    seen: dict[str, Any] = page.evaluate("seen")
    context.close()
    interactive = max(seen["busy"], seen.get("title") or 0.0)
    return Seen(seen.get("title"), seen.get("picture"), interactive, seen["shift"], sum(sent) / 1000)


def server_of(address: str) -> psutil.Process:
    """The process that listens on the address' port."""
    port = urlsplit(address).port
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return psutil.Process(connection.pid)
    raise SystemExit(f"Nothing listens on {address}.")


def cost(server: psutil.Process, address: str) -> float:
    """Milliseconds of the server's processor that one request of a page takes, after a first one."""
    asked = Request(address, headers={"Accept": "text/html", "Accept-Encoding": "br, gzip"})
    with urlopen(asked) as answer:
        answer.read()
    before = sum(server.cpu_times()[:2])
    for _ in range(REQUESTS):
        with urlopen(asked) as answer:
            answer.read()
    return 1000 * (sum(server.cpu_times()[:2]) - before) / REQUESTS


def main() -> None:
    parser = argparse.ArgumentParser(description="Pages as a phone meets them.")
    parser.add_argument("address")
    parser.add_argument("paths", nargs="*", default=PATHS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", choices=("phone", "desk"), default="phone")
    asked = parser.parse_args()
    server = server_of(asked.address)
    print(f"{'page':<44}{'title ms':>9}{'picture ms':>11}{'ready ms':>9}{'shift':>7}{'kB':>6}{'CPU ms':>8}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for path in asked.paths:
            visits = [visit(browser, asked.address + path, asked.profile) for _ in range(asked.rounds)]
            shown = [_middle([getattr(one, name) for one in visits]) for name in ("title", "picture", "interactive")]
            moments = "".join(f"{value:>{width}}" for value, width in zip(shown, (9, 11, 9), strict=True))
            shift, sent = median(one.shift for one in visits), median(one.kilobytes for one in visits)
            print(f"{path[:43]:<44}{moments}{shift:>7.3f}{sent:>6.0f}{cost(server, asked.address + path):>8.1f}")
        browser.close()
    print(f"Server: {server.memory_info().rss / 1e6:.0f} MB resident, {time.strftime('%Y-%m-%d')}.")


def _middle(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{median(known):.0f}" if len(known) == len(values) else "-"


if __name__ == "__main__":
    main()
