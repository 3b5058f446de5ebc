"""Made pages of a small shop and of a search, a store, and the whole price product over them."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from almazara.app.prices import Prices, open_prices
from almazara.prices import publishing
from almazara.prices.fetching.protocol import Page
from almazara.prices.schema import Availability, Listing, ListingKind, Observation
from almazara.prices.store.registry import store_at
from almazara.runs import Progress
from almazara.settings import Settings
from page_server import PageServer, reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


def offer_page(price: str | None, title: str = "Aceite de oliva virgen extra, 5 l", **offer: object) -> bytes:
    """A product page that publishes its offer; out of stock when the price is None."""
    stock = "InStock" if price else "OutOfStock"
    described = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": title,
        "offers": {"@type": "Offer", "priceCurrency": "EUR", "availability": f"https://schema.org/{stock}", **offer},
    }
    described["offers"]["price"] = price or "39.95"  # what was asked while there was any
    shown = f"<p>{price.replace('.', ',')} €</p>" if price else "<p>Agotado</p>"
    script = f'<script type="application/ld+json">{json.dumps(described)}</script>'
    return f"<html><head><title>{title}</title>{script}</head><body><h1>{title}</h1>{shown}</body></html>".encode()


def card(asin: str, title: str, price: str | None, *, mark: str = "", struck: str | None = None) -> str:
    """One result of a search page."""
    shown = f'<span class="a-price"><span class="a-offscreen">{price} €</span></span>' if price else ""
    if struck:
        shown += f'<span class="a-price" data-a-strike="true"><span class="a-offscreen">{struck} €</span></span>'
    return (
        f'<div data-component-type="s-search-result" data-asin="{asin}" class="s-result-item">'
        f'<div data-cy="title-recipe"><a href="/x/dp/{asin}"><h2><span>{title}</span></h2></a></div>{shown}{mark}</div>'
    )


SPONSORED = '<span class="s-sponsored-label-text">Patrocinado</span>'


def search_page(*cards: str) -> bytes:
    return f"<html><head><title>Amazon.es : aceite</title></head><body>{''.join(cards)}</body></html>".encode()


def product(number: int | str = 1, url: str = "https://shop.example/1", **values: object) -> Listing:
    return Listing(f"shop.example:{number}", "shop.example", str(number), url, created_at=NOW, **values)


def search(**values: object) -> Listing:
    url = "https://www.amazon.es/s?k=aceite"
    return Listing(
        "amazon.es:5ea5c4", "amazon.es", "5ea5c4", url, "aceite", kind=ListingKind.SEARCH, created_at=NOW, **values
    )


def observed(listing_id: str, day: int, price: str | None, **values: object) -> Observation:
    """An observation so many days before NOW."""
    stock = Availability.IN_STOCK if price else Availability.UNAVAILABLE
    amount = Decimal(price) if price else None
    about = {"currency": "EUR" if price else None, "rule": "structured:json-ld", "source": "http", **values}
    return Observation(listing_id, NOW - timedelta(days=day), stock, amount, **about)


def page_of(body: bytes, url: str = "https://shop.example/1", status: int = 200, at: datetime = NOW, **headers) -> Page:
    return Page(url, url, status, {"content-type": HTML, **headers}, body, at)


def shows(server: PageServer, pages: dict[str, bytes]) -> None:
    """Let a page server show pages, and allow robots everywhere."""
    server.routes["/robots.txt"] = reply(b"User-agent: *\nAllow: /\n")
    server.routes |= {path: reply(body, Content_Type=HTML) for path, body in pages.items()}


def settings_over(home: Path, **values: object) -> Settings:
    quick = {"delay_seconds": 0, "demo": False, "open_writes": True, **values}
    return Settings(_env_file=None, home=home, **quick)


def retrain(settings: Settings, prices: Prices, progress: Progress) -> None:
    """Make all forecasts anew, as the command does."""
    publishing.retrain(settings, prices.retraining, progress, now=datetime.now(UTC))


@contextmanager
def opened(settings: Settings, *, serving: bool = False) -> Iterator:
    """The price product over settings; ended at the end."""
    prices = open_prices(settings, serving=serving)
    try:
        yield prices
    finally:
        prices.close()


@pytest.fixture
def light_children(monkeypatch):
    """For child processes, the costly forecasters are not installed."""
    folders = [str(Path(__file__).with_name("light")), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))


@pytest.fixture
def store(tmp_path):
    with closing(store_at(f"sqlite:///{tmp_path / 'prices.db'}")) as opened_store:
        yield opened_store
