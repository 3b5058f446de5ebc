"""Shops that publish their offer for machines: JSON-LD, microdata, Open Graph."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages.outcome import Outcome, Unreadable
from almazara.prices.pages.request import PageRequest


def read(tree: LexborHTMLParser, request: PageRequest) -> Outcome:
    """Read a page of any shop."""
    return Unreadable(("offer",), "The page publishes no offer.", request.sku)
