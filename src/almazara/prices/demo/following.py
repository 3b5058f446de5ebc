"""Follows the demo's shops: their past days are read once, through the real pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from almazara.prices import pages
from almazara.prices.collecting.collection import interpret
from almazara.prices.demo import oils
from almazara.prices.fetching.protocol import Fetched, Page, PageSource
from almazara.prices.fetching.registry import page_source
from almazara.prices.schema import Listing, Observation
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import open_store
from almazara.runs import Progress
from almazara.settings import Settings

if TYPE_CHECKING:
    from almazara.prices.demo.shop import DemoShop

DEMO_DAYS: Final = 150


class DemoSource:
    """A page source whose addresses lead to `shop`, which by themselves lead nowhere."""

    name = oils.SHOP

    def __init__(self, shop: DemoShop, source: PageSource, *, stops: bool) -> None:
        self._shop = shop
        self._source = source
        self._stops = stops

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Fetch a page; see `PageSource.fetch`."""
        return self._source.fetch(self._here(url), validators)

    def report_block(self, url: str) -> None:
        """Leave the shop alone for a moment."""
        self._source.report_block(self._here(url))

    def close(self) -> None:
        """Give connections back, and stop the shop where it was started for this."""
        self._source.close()
        if self._stops:
            self._shop.stop()

    def _here(self, url: str) -> str:
        parts = urlsplit(url)
        return f"{self._shop.url}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def open_demo_shop() -> DemoShop:
    """The demo shop, serving on a free port of this machine."""
    from almazara.prices.demo.shop import DemoShop

    return DemoShop(today=lambda: datetime.now(UTC).date()).start()


def demo_source(settings: Settings, shop: DemoShop, *, stops: bool) -> PageSource:
    """Fetches from an open demo shop; with `stops`, closing the source closes the shop."""
    source = page_source(settings, loopback_ports=frozenset({shop.port}), patient=False)
    return DemoSource(shop, source, stops=stops)


def follow_demo(settings: Settings, progress: Progress) -> bool:
    """Follow the demo shop while nothing else is followed, and read its past days, once, through the real pipeline.

    Returns:
        Whether it is followed and was not read today.
    """
    store = open_store(settings)
    try:
        if not _may_follow_demo(settings, store):
            return False
        with open_demo_shop() as shop:
            listings = oils.demo_listings()
            for listing in listings:
                known = store.listing(listing.listing_id)
                since, good = (known.created_at, known.good) if known else (datetime.now(UTC), None)
                store.save_listing(replace(listing, created_at=since, good=good))
            latest = store.latest([listing.listing_id for listing in listings]).values()
            newest = min((o.observed_at for o in latest), default=None) if len(latest) == len(listings) else None
            _read_demo_past(store, demo_source(settings, shop, stops=False), listings, newest, progress)
        return newest is None or newest.date() < datetime.now(UTC).date()
    finally:
        store.close()


def _may_follow_demo(settings: Settings, store: ObservationStore) -> bool:
    return settings.demo and all(listing.shop in oils.SHOPS for listing in store.listings(tracked=True))


def follows_demo(settings: Settings, store: ObservationStore) -> bool:
    """Whether the demo shop is followed; it is left, its history stays, as soon as anything real is followed."""
    followed = store.listings(category=oils.CATEGORY, tracked=True)
    if _may_follow_demo(settings, store):
        return bool(followed)
    for listing in followed:
        store.save_listing(replace(listing, tracked=False))
    return False


def _read_demo_past(
    store: ObservationStore, source: PageSource, listings: list[Listing], newest: datetime | None, progress: Progress
) -> None:
    """Read the days before today that were not read yet: all of them the first time."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    missed = DEMO_DAYS if newest is None else min(DEMO_DAYS, (noon.date() - newest.date()).days - 1)
    for number in range(missed):
        at = noon - timedelta(days=missed - number)
        observed: list[Observation] = []
        for listing in listings:
            fetched = source.fetch(oils.as_of(listing.url, at.date()))
            if isinstance(fetched, Page):
                outcome = pages.read(fetched.body, url=listing.url, status=fetched.status)
                observed += interpret(listing, outcome, at, oils.SHOP).observations
        store.append(observed)
        progress("reading the demo shop's past", number + 1, missed)
    source.close()
