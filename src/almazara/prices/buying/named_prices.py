"""The prices that pages show beside the featured one: a history of one of them, and what is known of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from almazara.prices.pages.request import folded
from almazara.prices.schema import Availability, Observation, PriceName


@dataclass(frozen=True, slots=True)
class NamedPriceRow:
    """One named price of a product, over some time.

    Attributes:
        condition: The page's words of what it asks for, when it was read last; of `seller`, who sells.
        price: When it was read last, at `seen_at`.
        shown: Whether the newest reading shows it.
        low: The lowest that it was, at `low_at` for the last time.
    """

    name: PriceName
    condition: str
    price: Decimal
    currency: str
    seen_at: datetime
    shown: bool
    low: Decimal
    low_at: datetime


def as_featured(reading: Observation, name: PriceName, seller: str = "") -> Observation:
    """A reading with the lowest price of a name in place of the featured one; without any where it shows none.

    Args:
        reading: What was read.
        name: Which price.
        seller: A part of its condition, whatever its case and accents.
    """
    whose = folded(seller)
    found = [one for one in reading.named if one.name is name and whose in folded(one.condition)]
    if found:
        least = min(found, key=lambda one: (one.price, one.condition))
        sells = least.condition if name is PriceName.SELLER else reading.seller
        return replace(reading, price=least.price, list_price=None, seller=sells)
    return replace(reading, price=None, currency=None, list_price=None, named=(), availability=Availability.UNAVAILABLE)


def named_rows(history: Sequence[Observation]) -> list[NamedPriceRow]:
    """The named prices of one product's readings, those that are shown now first; each seller is one of its own."""
    ordered = sorted(history, key=lambda one: one.observed_at)
    rows: dict[tuple[PriceName, str], NamedPriceRow] = {}
    for reading in ordered:
        for key, row in _of(reading):
            known = rows.get(key)
            if known is not None and known.currency == row.currency and known.low < row.low:
                row = replace(row, low=known.low, low_at=known.low_at)  # noqa: PLW2901 - the row as it counts
            rows[key] = row
    last = ordered[-1].observed_at if ordered else None
    found = (replace(row, shown=row.seen_at == last) for row in rows.values())
    return sorted(found, key=lambda row: (not row.shown, list(PriceName).index(row.name), row.price, row.condition))


def _of(reading: Observation) -> Iterable[tuple[tuple[PriceName, str], NamedPriceRow]]:
    for one in reading.named:
        key = one.name, one.condition if one.name is PriceName.SELLER else ""
        at = reading.observed_at
        yield key, NamedPriceRow(one.name, one.condition, one.price, str(reading.currency), at, True, one.price, at)
