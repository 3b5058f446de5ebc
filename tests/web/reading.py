"""A real Chromium for tests: what a page loads, complains of and breaks is collected, and axe-core looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
WIDTHS = (390, 1280)
LANGUAGES = ("es", "en")
THEMES = ("light", "dark")


@dataclass(slots=True)
class Visit:
    """One page as it was opened, and what went wrong on it."""

    page: Page
    status: int
    troubles: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What axe-core finds, a line each."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wider: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(0, wider)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser,
    base: str,
    path: str,
    *,
    width: int = 1280,
    language: str = "es",
    theme: str = "light",
    javascript: bool = True,
) -> Iterator[Visit]:
    """Open a page with a cold cache; `troubles` go on being collected while it is open."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale=language, java_script_enabled=javascript
    )
    page = context.new_page()
    seen = Visit(page, 0)
    page.on("console", lambda one: seen.troubles.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: seen.troubles.append(str(error)))
    page.on("requestfailed", lambda request: seen.troubles.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: seen.troubles.append(f"foreign: {request.url}") if _is_foreign(request, base) else None,
    )
    answer = page.goto(f"{base}{path}")
    seen.status = answer.status if answer else 0
    yield seen
    context.close()


def _is_foreign(request: Request, base: str) -> bool:
    return not request.url.startswith((base, "data:", "blob:"))
