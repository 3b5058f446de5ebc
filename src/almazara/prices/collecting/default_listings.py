"""What is followed before anyone has chosen: searches for olive oil on amazon.es, in many formats and qualities.

They are searches and no ASINs: an ASIN would be listed only where we are sure that it exists, and for how long it
goes on naming the same article nobody can be sure.
"""

from datetime import datetime
from typing import Final

from almazara.prices.collecting.tracking import listing_from
from almazara.prices.schema import Listing
from almazara.prices.store.protocol import ObservationStore

MARKETPLACE: Final = "amazon.es"
CATEGORY: Final = "olive-oil"
SEARCHES: Final = (
    "aceite de oliva virgen extra 5 l",
    "aceite de oliva virgen extra 3 l",
    "aceite de oliva virgen extra 1 l",
    "aceite de oliva virgen extra 750 ml",
    "aceite de oliva virgen extra 500 ml",
    "aceite de oliva virgen extra 250 ml",
    "aceite de oliva virgen extra lata 2,5 l",
    "aceite de oliva virgen extra pack 3 x 1 l",
    "aceite de oliva virgen extra pack 6 botellas 750 ml",
    "aceite de oliva virgen extra picual",
    "aceite de oliva virgen extra arbequina",
    "aceite de oliva virgen extra hojiblanca",
    "aceite de oliva virgen extra cornicabra",
    "aceite de oliva virgen extra coupage",
    "aceite de oliva virgen extra ecológico",
    "aceite de oliva virgen extra temprano",
    "aceite de oliva virgen extra sin filtrar",
    "aceite de oliva virgen 5 l",
    "aceite de oliva suave 5 l",
    "aceite de oliva intenso 1 l",
    "aceite de orujo de oliva 5 l",
)


def default_listings(now: datetime) -> list[Listing]:
    """The default track list, added at `now` (aware)."""
    return [
        listing_from(f"search: {words}", marketplace=MARKETPLACE, category=CATEGORY, target_price=None, now=now)
        for words in SEARCHES
    ]


def follow_defaults(store: ObservationStore, now: datetime) -> int:
    """Follow the default track list, what is known of it already staying as it is; returns its length."""
    listings = default_listings(now)
    for listing in listings:
        if store.listing(listing.listing_id) is None:
            store.save_listing(listing)
    return len(listings)
