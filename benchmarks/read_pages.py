"""Pages per second on one core: `read` beside BeautifulSoup (html.parser) with the same selectors, in one run.

Run: python benchmarks/read_pages.py [folder of saved pages, plain or gzip] [--pages 40]

BeautifulSoup gets decoded text, parses it once, and evaluates each selector of Amazon's rule tables that `read`
evaluates on a page whose price it finds; it checks nothing. `read` does all of its checks.
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bs4 import BeautifulSoup

from almazara.prices.pages import read
from almazara.prices.pages.amazon import rules
from almazara.prices.pages.outcome import Offer

PAGES = Path(__file__).resolve().parents[2] / "shared/data/prices/pages"
HOSTS = {
    "ca": "amazon.ca",
    "com": "amazon.com",
    "comau": "amazon.com.au",
    "combr": "amazon.com.br",
    "comtr": "amazon.com.tr",
    "couk": "amazon.co.uk",
    "de": "amazon.de",
    "es": "amazon.es",
    "fr": "amazon.fr",
    "it": "amazon.it",
    "nl": "amazon.nl",
    "sa": "amazon.sa",
}
EVERY = (*rules.PRICE_RULES.values(), *(selector for _, selector in rules.OTHER_PRICES))
UNTIL_FOUND = (
    rules.TITLES,
    rules.AVAILABILITIES,
    rules.LIST_PRICES,
    rules.UNIT_PRICES,
    rules.SELLERS,
    rules.RATINGS,
    rules.REVIEW_COUNTS,
)


def product_pages(folder: Path, most: int) -> list[tuple[str, str]]:
    """(address, text) of Amazon product pages, spread over the folder."""
    paths = [path for path in sorted(folder.glob("*_product_*")) if path.name.split("_")[0] in HOSTS]
    chosen = paths[:: max(len(paths) // most, 1)][:most]
    return [(f"https://www.{HOSTS[path.name.split('_')[0]]}/", text_of(path)) for path in chosen]


def text_of(path: Path) -> str:
    body = path.read_bytes()
    return (gzip.decompress(body) if path.suffix == ".gz" else body).decode("utf-8", "replace")


def with_beautiful_soup(html: str) -> list[str]:
    soup = BeautifulSoup(html, "html.parser")
    texts = [node.get_text(" ", strip=True) for selector in EVERY for node in soup.select(selector)]
    for selectors in UNTIL_FOUND:
        found = next((node for selector in selectors if (node := soup.select_one(selector))), None)
        texts.append(found.get_text(" ", strip=True) if found else "")
    return texts


def processor_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(pages: Sequence[tuple[str, str]]) -> None:
    offers = sum(isinstance(read(html, url=url), Offer) for url, html in pages)
    ours = min(processor_seconds(lambda: [read(html, url=url) for url, html in pages]) for _ in range(3))
    soup = processor_seconds(lambda: [with_beautiful_soup(html) for _, html in pages])
    size = sum(len(html) for _, html in pages) / len(pages) / 1000
    print(f"{len(pages)} product pages of {size:.0f} kB on average, {offers} with an offer; processor time, one core")
    print(f"read                          {len(pages) / ours:8.1f} pages/s")
    print(f"BeautifulSoup, same selectors {len(pages) / soup:8.1f} pages/s")
    print(f"ratio                         {soup / ours:8.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Pages per second, beside BeautifulSoup.")
    parser.add_argument("folder", type=Path, nargs="?", default=PAGES)
    parser.add_argument("--pages", type=int, default=40)
    arguments = parser.parse_args()
    compare(product_pages(arguments.folder, arguments.pages))
