"""Fetches from a demo shop that runs in this process, on whatever port it has."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from almazara.prices.demo import oils
from almazara.prices.demo.shop import DemoShop
from almazara.prices.fetching.protocol import Fetched, PageSource


class DemoSource:
    """A page source whose addresses lead to `shop`: the port in a listing's address may be that of an earlier one.

    Args:
        shop: The running shop.
        source: Fetches from loopback.
        stops: Whether closing stops the shop.
    """

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
