"""The prices that are explored: side by side, in one currency, with what is known of each product."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, tzinfo
from functools import cached_property

import numpy as np

from almazara.prices.buying.category_index import matched_changes
from almazara.prices.buying.cheapest import grade
from almazara.prices.forecasting.panel import Days, Floats, Panel
from almazara.prices.schema import Listing, litres_daily
from almazara.words.said import Said, said


@dataclass(frozen=True)
class Market:
    """Products whose prices are in one currency.

    Attributes:
        panel: Their prices; no row is without any.
        listings: Of each row.
        currency: ISO 4217 code; empty where there is no product.
        elsewhere: How many products are left out because their prices are in another currency.
        zone: Whose calendar days count.
    """

    panel: Panel
    listings: Sequence[Listing]
    currency: str
    elsewhere: int
    zone: tzinfo

    @property
    def prices(self) -> Floats:
        """Shape (products, days); NaN where not known."""
        return self.panel.prices

    @cached_property
    def changes(self) -> tuple[Floats, Days]:
        """Log changes of the prices, and since how many days; see `matched_changes`."""
        return matched_changes(self.prices)

    @property
    def names(self) -> list[str]:
        """What each product is called."""
        return [listing.title or listing.listing_id for listing in self.listings]

    @property
    def per_litre(self) -> Floats:
        """The price of a litre; NaN where not known."""
        days = self.prices.shape[1]
        litres = [litres_daily(listing, self.panel.first_day, days, self.zone) for listing in self.listings]
        return self.prices / np.array(litres) if litres else self.prices

    def day(self, column: int) -> date:
        """The day of a column of the prices."""
        return self.panel.first_day + timedelta(days=column)

    def of(self, rows: Sequence[int]) -> "Market":
        """Some of the products, over the days from the first to the last of theirs."""
        listings = [self.listings[row] for row in rows]
        return replace(self, panel=self.panel.of(rows), listings=listings)


def open_market(panel: Panel, listings: Iterable[Listing], zone: tzinfo = UTC) -> Market:
    """The products that are listed and have a price, in the currency of most of them."""
    known = {listing.listing_id: listing for listing in listings}
    priced = [
        row
        for row, (name, prices) in enumerate(zip(panel.names, panel.prices, strict=True))
        if name in known and not np.isnan(prices).all()
    ]
    currencies = Counter(panel.currencies[row] or "" for row in priced)
    currency = min(currencies, key=lambda code: (-currencies[code], code), default="")
    rows = [row for row in priced if (panel.currencies[row] or "") == currency]
    listed = [known[panel.names[row]] for row in rows]
    return Market(panel.of(rows), listed, currency, len(priced) - len(rows), zone)


def known_or_none(values: Floats) -> list[float | None]:
    """Values as charts take them."""
    return [None if math.isnan(value) else value for value in values.tolist()]


def change(share: float) -> Said:
    """A change with its sign."""
    return said(f"exploring.change.{'up' if share > 0 else 'down' if share < 0 else 'none'}", share=abs(share))


@dataclass(frozen=True, slots=True)
class Comparable:
    """Products of one category and grade, whose litres can be compared."""

    market: Market
    category: str
    grade: str | None


def comparable(market: Market) -> Comparable | None:
    """The products by the litre of the category and grade that most shops, and of these most products, sell."""
    groups: dict[tuple[str, str | None], list[int]] = {}
    for row, listing in enumerate(market.listings):
        if listing.litres and listing.category:
            groups.setdefault((listing.category, grade(listing.title)), []).append(row)
    if not groups:
        return None

    def size(group: tuple[str, str | None]) -> tuple[int, int]:
        return len({market.listings[row].shop for row in groups[group]}), len(groups[group])

    category, of_grade = max(sorted(groups, key=str), key=size)
    return Comparable(market.of(groups[category, of_grade]), category, of_grade)
