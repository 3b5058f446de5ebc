"""Where the price of a category is going: one series out of its products', who may come and go without a jump.

Each day's change is the mean of the log price changes of the products that were known before too, and the changes are
chained: a matched-model Jevons index (Consumer Price Index Manual: Concepts and Methods, ILO, IMF and others 2020,
chapters 8 and 10). The median of the changes would stand still for ever, because on most days most prices do. The level
is that of the newest day: the median price per litre of the products known on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from almazara.prices.buying.matrix import PriceMatrix, matrix_of
from almazara.prices.buying.states import Floats
from almazara.prices.forecasting.series import SERIES_SCHEMA, DailySeries, DayState
from almazara.prices.schema import DATE, LISTING_ID, PRICE, STATE

PER_LITRE: Final = "litre"
RELATIVE: Final = "index"
MATCHED_DAYS: Final = 30
"""A product that was away longer comes back as a new one."""


@dataclass(frozen=True, slots=True)
class CategoryIndex:
    """The index of a category's products in one currency.

    Attributes:
        index_id: Its name among series.
        currency: Of the products.
        unit: `litre`: the price of one litre; `index`: no litres are known, the newest day is 100.
        first_day: Of the first value.
        values: One a day; NaN where no product's price was known.
        products: How many products' prices were known on each day.
    """

    index_id: str
    currency: str
    unit: str
    first_day: date
    values: Floats
    products: np.ndarray

    def since(self, first: date) -> CategoryIndex:
        """The index from a day on; all of it where it begins later."""
        skipped = max(0, (first - self.first_day).days)
        began = self.first_day + timedelta(days=skipped)
        return replace(self, first_day=began, values=self.values[skipped:], products=self.products[skipped:])


def category_indices(index_id: str, series: DailySeries, litres: Mapping[str, float]) -> list[CategoryIndex]:
    """The index of each currency among a category's products, that of most products first.

    Args:
        index_id: What the first is called; the others are followed by `:` and their currency.
        series: Daily series of its products.
        litres: Of the products whose litres are known.
    """
    found: list[CategoryIndex] = []
    for currency, _ in sorted(Counter(series.currencies.values()).items(), key=lambda one: (-one[1], one[0])):
        members = [listing_id for listing_id, of in series.currencies.items() if of == currency]
        matrix = matrix_of(series.frame.filter(pl.col(LISTING_ID).is_in(members)))
        if matrix is not None and not np.isnan(matrix.prices).all():
            name = f"{index_id}:{currency}" if found else index_id
            found.append(_index(name, currency, matrix, litres))
    return found


def as_series(indices: list[CategoryIndex]) -> DailySeries:
    """Indices as daily series, to be forecast like any other; `currency` is what one value is in."""
    columns: dict[str, list[object]] = {name: [] for name in SERIES_SCHEMA}
    for index in indices:
        for offset, value in enumerate(index.values):
            known = bool(np.isfinite(value))
            columns[LISTING_ID].append(index.index_id)
            columns[DATE].append(index.first_day + timedelta(days=offset))
            columns[PRICE].append(float(value) if known else None)
            columns[STATE].append(DayState.OBSERVED.value if known else DayState.GAP.value)
    currencies = {index.index_id: f"{index.currency}/{index.unit}" for index in indices}
    return DailySeries(pl.DataFrame(columns, schema=SERIES_SCHEMA), currencies, ())


def chained(prices: Floats) -> Floats:
    """Chained mean of the matched log price changes, 0 on the first day; shape (days,).

    Args:
        prices: Shape (products, days); NaN where unknown.
    """
    logs = np.log(prices)
    known = ~np.isnan(logs)
    days = np.arange(logs.shape[1])
    seen = np.maximum.accumulate(np.where(known, days, -1), axis=1)
    before = np.concatenate([np.full((len(logs), 1), -1), seen[:, :-1]], axis=1)
    matched = known & (before >= 0) & (days - before <= MATCHED_DAYS)
    earlier = np.take_along_axis(logs, np.maximum(before, 0), axis=1)
    changes = np.where(matched, logs - earlier, 0.0).sum(axis=0)
    return np.cumsum(changes / np.maximum(matched.sum(axis=0), 1))


def _index(name: str, currency: str, matrix: PriceMatrix, litres: Mapping[str, float]) -> CategoryIndex:
    known = ~np.isnan(matrix.prices)
    logs = chained(matrix.prices)
    sizes = np.array([litres.get(listing_id, np.nan) for listing_id in matrix.listing_ids])
    per_litre = matrix.prices / sizes[:, None]
    priced = ~np.isnan(per_litre)
    unit = PER_LITRE if priced.any() else RELATIVE
    anchor = int(np.flatnonzero((priced if priced.any() else known).any(axis=0))[-1])
    level = float(np.nanmedian(per_litre[:, anchor])) if priced.any() else 100.0
    values = np.where(known.any(axis=0), level * np.exp(logs - logs[anchor]), np.nan)
    return CategoryIndex(name, currency, unit, matrix.first_day, values, known.sum(axis=0))
