"""Which products and indices the announced moves of prices are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from almazara.prices.buying.category_index import category_of
from almazara.prices.forecasting.announced import AnnouncedMove, groups_of
from almazara.prices.schema import Listing


@dataclass(frozen=True, slots=True)
class Announced:
    """What moves many prices at once, beside the listings by id."""

    moves: Sequence[AnnouncedMove]
    listings: Mapping[str, Listing]

    def of(self, name: str) -> list[AnnouncedMove]:
        """The moves that concern a listing, by its id, shop or category; or an index, by its category."""
        if not self.moves:  # as nearly always, for each of thousands of products
            return []
        listing = self.listings.get(name)
        groups = {category_of(name)} if listing is None else groups_of(name, listing.shop, listing.category)
        return [one for one in self.moves if one.concerns(groups)]

    def of_each(self, names: Iterable[str]) -> list[list[AnnouncedMove]]:
        """The moves of each of some listings or indices."""
        return [self.of(name) for name in names]

    def of_all(self, names: Iterable[str]) -> list[AnnouncedMove]:
        """The moves that concern every one of some: what the cheapest of them will cost is known of no other."""
        found = self.of_each(names)
        return [one for one in self.moves if found and all(one in some for some in found)]
