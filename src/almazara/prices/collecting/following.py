"""Follows what a user names: anew, or under the number by which it is kept already."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from almazara.errors import InputError
from almazara.prices.collecting.tracking import is_asin, listing_from, of_same_page
from almazara.prices.pages.amazon.marketplaces import CURRENCIES
from almazara.prices.schema import Listing
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import said


def follow(
    store: ObservationStore,
    text: str,
    *,
    marketplace: str | None,
    category: str | None,
    target_price: Decimal | None,
    now: datetime,
    loopback_ports: frozenset[int],
) -> tuple[Listing, bool]:
    """Follow what a text means, with what is given now also where it is known; returns it, and whether it is new.

    It is known by its id, its number or its page, also where an import or an earlier version gave it another number.

    Raises:
        InputError: when the text names no product or search, or one that is kept without an address.
    """
    kept = store.listing(text.strip()) if is_key(text.strip()) else None
    meant = listing_from(
        address_of(kept) if kept else text,
        marketplace=marketplace,
        category=category,
        target_price=target_price,
        now=now,
        loopback_ports=loopback_ports,
    )
    known = kept or store.listing(meant.listing_id) or of_same_page(meant, store.listings())
    if known is not None:
        meant = replace(
            known,
            url=meant.url,
            category=meant.category or known.category,
            target_price=known.target_price if meant.target_price is None else meant.target_price,
            tracked=True,
        )
    store.save_listing(meant)
    return meant, known is None


def address_of(kept: Listing) -> str:
    """Where a kept product can be read; an InputError where neither its address nor an ASIN says it."""
    if kept.url:
        return kept.url
    if kept.shop in CURRENCIES and is_asin(kept.sku):
        return f"https://www.{kept.shop}/dp/{kept.sku}"
    raise InputError(said("prices.follow.no_address", product=kept.listing_id))
