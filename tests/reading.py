"""A real Chromium for tests: what a page loads, complains of and breaks is collected, and axe-core looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from servers import missing

if TYPE_CHECKING:  # loaded by the tests that need it: most do not
    from playwright.sync_api import Browser, Page, Request

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
FILM, PERSON, PRODUCT, CATEGORY = "900007", "Fenna Eldhurst", "demo:garrafa-5l", "demo-olive-oil"
GOOD = "gtin:9520000000011"
BASKET = f"cosa={GOOD}~2&cosa=demo:suave-1l&cosa=nobody:1&envio=demo~4.99~60"
TASTE = "gusta=Gone+with+the+Olive&genero=drama"
PAGES = (
    "/",
    "/precios",
    f"/precios/{PRODUCT}",
    f"/precios/categoria/{CATEGORY}",
    "/precios/articulos",
    f"/precios/articulo/{GOOD}",
    f"/precios/cesta?{BASKET}",
    "/precios/modelos",
    "/precios/lector",
    "/peliculas",
    "/peliculas?q=aceite",
    f"/peliculas?{TASTE}",
    f"/peliculas/{FILM}",
    "/peliculas/modelo",
    f"/personas/{PERSON}",
    "/explorar",
)
"""One of each kind, of the sample and the demo shop."""
_SHIFT = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; };
  new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""


@dataclass(slots=True)
class Visit:
    """One page as it was opened, and what went wrong on it."""

    page: "Page"
    status: int = 0
    troubles: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What axe-core finds, a line each."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(0, wider)

    def shift(self) -> float:
        """By how much things moved by themselves since the page was opened, as the web vital counts it."""
        moved: float = self.page.evaluate(_SHIFT)
        return moved


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Debian's Chromium; of one module: while it runs, no other test of the process may call `asyncio.run`."""
    if not CHROMIUM.exists():
        missing("Chromium", "apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: "Browser",
    url: str,
    *,
    width: int = 1280,
    language: str = "es",
    theme: str = "light",
    javascript: bool = True,
    without: str | None = None,
) -> Iterator[Visit]:
    """Open a page with a cold cache, some requests of it unanswered; `troubles` are collected while it is open."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale=language, java_script_enabled=javascript
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    if without:
        page.route(without, lambda route: route.abort())
    seen = Visit(page)
    page.on("console", lambda one: seen.troubles.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.troubles.append(str(error)))
    page.on("requestfailed", lambda request: seen.troubles.append(f"failed: {request.url}"))
    page.on("request", lambda request: seen.troubles.extend(_foreign(request, url)))
    answer = page.goto(url)
    seen.status = answer.status if answer else 0
    yield seen
    context.close()


def _foreign(request: "Request", url: str) -> list[str]:
    ours = url[: url.index("/", len("http://")) + 1]
    return [] if request.url.startswith((ours, "data:", "blob:")) else [f"foreign: {request.url}"]
