"""Follows what a user names: anew, or under the number by which it is kept already."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from almazara.errors import InputError
from almazara.prices.collecting.tracking import is_asin, listing_from, needs_marketplace, of_same_page
from almazara.prices.pages.amazon.marketplaces import CURRENCIES
from almazara.prices.schema import Listing
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import said

_LAST_MARKETPLACE: Final = "marketplace", "last"


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


def marketplace_for(store: ObservationStore, text: str, given: str | None) -> tuple[str | None, bool]:
    """The marketplace of an ASIN or a search, and whether it is the last one that was given, as none is now."""
    if given or not needs_marketplace(text):
        return given, False
    kept = store.document(*_LAST_MARKETPLACE)
    return (kept["shop"], True) if kept else (None, False)


def keep_marketplace(store: ObservationStore, text: str, shop: str) -> None:
    """Keep the shop in which an ASIN or a search was looked for, for the next one that does not say it."""
    if needs_marketplace(text):
        store.put_document(*_LAST_MARKETPLACE, {"shop": shop})


def address_of(kept: Listing) -> str:
    """Where a kept product can be read; an InputError where neither its address nor an ASIN says it."""
    if kept.url:
        return kept.url
    if kept.shop in CURRENCIES and is_asin(kept.sku):
        return f"https://www.{kept.shop}/dp/{kept.sku}"
    raise InputError(said("prices.follow.no_address", product=kept.listing_id))
