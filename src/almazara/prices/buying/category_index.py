"""Where the price of a category is going: one series out of its products', who may come and go without a jump.

Each day's change is the mean of the log price changes of the products that were known before too, and the changes are
chained: a matched-model Jevons index (Consumer Price Index Manual: Concepts and Methods, ILO, IMF and others 2020,
chapters 8 and 10). The median of the changes would stand still for ever, because on most days most prices do. The level
is that of the newest day: the median price per litre of the products known on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from almazara.prices.answers import IndexRow
from almazara.prices.forecasting.panel import Days, Floats, Panel
from almazara.prices.forecasting.series import regular
from almazara.prices.money import CURRENCIES, most_used
from almazara.prices.schema import Sized, litres_daily
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import as_amount

PER_LITRE: Final = "litre"
RELATIVE: Final = "index"
MATCHED_DAYS: Final = 30
"""A product that was away longer comes back as a new one."""
_AT_ONCE: Final = 500
_INDEX: Final = "category:"


@dataclass(frozen=True, slots=True)
class CategoryIndex:
    """The index of a category's products in one currency.

    Attributes:
        unit: `litre`: the price of one litre; `index`: no litres are known, the newest day is 100.
        values: One a day; NaN where no product's price was known.
        products: How many products' prices were known on each day.
    """

    index_id: str
    currency: str
    unit: str
    first_day: date
    values: Floats
    products: Days

    def since(self, first: date) -> CategoryIndex:
        """The index from a day on; all of it where it begins later."""
        skipped = max(0, (first - self.first_day).days)
        began = self.first_day + timedelta(days=skipped)
        return replace(self, first_day=began, values=self.values[skipped:], products=self.products[skipped:])

    def on(self, day: date) -> float | None:
        """Its value on a day, None where it has none."""
        at = (day - self.first_day).days
        value = float(self.values[at]) if 0 <= at < self.values.size else math.nan
        return None if math.isnan(value) else round(value, 4)

    def rows(self) -> Iterator[IndexRow]:
        """Its days as they are answered."""
        for day, (value, products) in enumerate(zip(self.values.tolist(), self.products.tolist(), strict=True)):
            price = None if math.isnan(value) else as_amount(value, self.currency)
            date_ = self.first_day + timedelta(days=day)
            yield IndexRow(self.index_id, date_, price, self.currency, self.unit, products)


def index_id(category: str) -> str:
    """What a category's index is called beside the listings."""
    return f"{_INDEX}{category}"


def category_of(index: str) -> str:
    """The category of an index, by its name: that of its own currency, or of another one, which follows it."""
    category, _, currency = index.removeprefix(_INDEX).rpartition(":")
    return category if category and currency in CURRENCIES else index.removeprefix(_INDEX)


def category_index(store: ObservationStore, category: str, *, until: date, timezone: str) -> list[CategoryIndex]:
    """The index of each currency among a category's products, over their whole history."""
    listings = {one.listing_id: one for one in store.listings(category=category)}
    panel = regular(store.readings(list(listings)), until=until, timezone=timezone).panel
    return indices_of(category, at_present_sizes(panel, listings, ZoneInfo(timezone)), listings)


def indices_of(category: str, panel: Panel, held: Mapping[str, Sized]) -> list[CategoryIndex]:
    """The index of each currency among a category's products, whose prices are of what they hold now."""
    litres = {name: float(one.litres) for name, one in held.items() if one.litres is not None}
    return category_indices(index_id(category), panel, litres)


def at_present_sizes(panel: Panel, held: Mapping[str, Sized], zone: tzinfo) -> Panel:
    """A panel in which a price of before a product's size changed is that of as many litres as it holds now.

    A price of which the litres are not known, beside others of the product that are, is none.
    """
    changed = [row for row, name in enumerate(panel.names) if held[name].sizes and held[name].litres]
    if not changed:
        return panel
    prices = panel.prices.copy()
    for row in changed:
        one = held[panel.names[row]]
        prices[row] *= float(one.litres or 0) / litres_daily(one, panel.first_day, prices.shape[1], zone)
    return replace(panel, prices=prices)


def category_indices(name: str, panel: Panel, litres: Mapping[str, float]) -> list[CategoryIndex]:
    """The index of each currency among a category's products, that of most products first.

    The names of the others are followed by `:` and their currency. `litres` holds the products whose litres are known.
    """
    found: list[CategoryIndex] = []
    for currency in most_used(panel.currencies):
        members = panel.of([row for row, of in enumerate(panel.currencies) if of == currency])
        if not np.isnan(members.prices).all():
            found.append(_index(f"{name}:{currency}" if found else name, currency, members, litres))
    return found


def panel_of(indices: Sequence[CategoryIndex]) -> Panel:
    """Indices side by side, to be forecast like any panel; the currency is what one value is in."""
    shown = sorted((one for one in indices if one.values.size), key=lambda one: one.index_id)
    if not shown:
        return Panel.empty()
    first = min(one.first_day for one in shown)
    begins = np.array([(one.first_day - first).days for one in shown])
    ends = begins + [one.values.size - 1 for one in shown]
    prices = np.full((len(shown), int(ends.max()) + 1), np.nan)
    for row, one, begin, end in zip(prices, shown, begins, ends, strict=True):
        row[begin : end + 1] = one.values
    names, currencies = zip(*((one.index_id, f"{one.currency}/{one.unit}") for one in shown), strict=True)
    return Panel(names, first, prices, begins, ends, currencies)


def chained(prices: Floats) -> Floats:
    """Chained mean of the matched log changes of prices (products, days), 0 on the first day; shape (days,)."""
    total, known = np.zeros(prices.shape[1]), np.zeros(prices.shape[1], dtype=np.int64)
    for start in range(0, len(prices), _AT_ONCE):  # of all products at once they take several times their memory
        changes, _ = matched_changes(prices[start : start + _AT_ONCE])
        total += np.nansum(changes, axis=0)
        known += (~np.isnan(changes)).sum(axis=0)
    return np.cumsum(total / np.maximum(known, 1))


def matched_changes(prices: Floats) -> tuple[Floats, Days]:
    """How each price differs from the one known before it, and how many days lie between them.

    Args:
        prices: Shape (products, days); NaN where not known.

    Returns:
        Log changes, NaN where the price is not known or none was in the MATCHED_DAYS before; and days, of the same
        shape.
    """
    logs = np.log(prices)
    days = np.arange(logs.shape[1])
    seen = np.maximum.accumulate(np.where(np.isnan(logs), -1, days), axis=1)
    before = np.concatenate([np.full((len(logs), 1), -1), seen[:, :-1]], axis=1)
    matched = (before >= 0) & (days - before <= MATCHED_DAYS)
    earlier = np.take_along_axis(logs, np.maximum(before, 0), axis=1)
    return np.where(matched, logs - earlier, np.nan), days - before


def _index(name: str, currency: str, members: Panel, litres: Mapping[str, float]) -> CategoryIndex:
    known = ~np.isnan(members.prices)
    logs = chained(members.prices)
    sizes = np.array([litres.get(listing_id, np.nan) for listing_id in members.names])
    per_litre = members.prices / sizes[:, None]
    priced = ~np.isnan(per_litre)
    unit = PER_LITRE if priced.any() else RELATIVE
    anchor = int(np.flatnonzero((priced if priced.any() else known).any(axis=0))[-1])
    level = float(np.nanmedian(per_litre[:, anchor])) if priced.any() else 100.0
    values = np.where(known.any(axis=0), level * np.exp(logs - logs[anchor]), np.nan)
    return CategoryIndex(name, currency, unit, members.first_day, values, known.sum(axis=0))
