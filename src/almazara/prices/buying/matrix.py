"""A panel of daily series as one array: rows are listings, columns are days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from almazara.prices.buying.states import Floats
from almazara.prices.schema import DATE, LISTING_ID, PRICE


@dataclass(frozen=True, slots=True)
class PriceMatrix:
    """Daily prices.

    Attributes:
        listing_ids: Of the rows.
        first_day: Of column 0.
        prices: Shape (listings, days); NaN where no price is known.
    """

    listing_ids: tuple[str, ...]
    first_day: date
    prices: Floats

    @property
    def last_day(self) -> date:
        """Day of the last column."""
        return self.first_day + timedelta(days=self.prices.shape[1] - 1)


def matrix_of(frame: pl.DataFrame) -> PriceMatrix | None:
    """The array of a series frame (listing_id, date, price; days may be missing), or None of one without rows."""
    first = frame[DATE].min()
    if not isinstance(first, date):
        return None
    listing_ids = frame[LISTING_ID].unique().sort()
    row = frame[LISTING_ID].replace_strict(listing_ids, range(len(listing_ids)), return_dtype=pl.Int64).to_numpy()
    column = (frame[DATE] - first).dt.total_days().to_numpy()
    prices = np.full((len(listing_ids), int(column.max()) + 1), np.nan)
    prices[row, column] = frame[PRICE].to_numpy()
    return PriceMatrix(tuple(listing_ids), first, prices)
