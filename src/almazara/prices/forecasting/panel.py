"""Daily prices of several listings side by side, as arrays: what models, backtests and advice read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Flags = NDArray[np.bool_]
_NO_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one listing up to its cutoff.

    Attributes:
        prices: One value per day, the last one on the cutoff; NaN where there is no price. Begins with a
            price.
    """

    listing_id: str
    cutoff: date
    prices: Floats

    @property
    def stale_days(self) -> int:
        """How many days before the cutoff the last price was known: a forecast reaches that much further."""
        return int(np.argmax(~np.isnan(self.prices[::-1])))

    @property
    def until_last_price(self) -> Floats:
        """The prices up to the last known one; days in between without a price hold the one before them."""
        return filled_forward(self.prices[None, : self.prices.size - self.stale_days]).ravel()

    @property
    def last(self) -> float:
        """The last known price."""
        return float(self.until_last_price[-1])


@dataclass(frozen=True, slots=True)
class Panel:
    """Daily prices of several listings.

    Attributes:
        names: Listing of each row, rising.
        first_day: Of column 0.
        prices: Shape (listings, days); NaN where no price is known.
        begins: Column of each listing's first day.
        ends: Column of each listing's last day, its cutoff.
        currencies: What each listing's prices are in; None where that is not known.
    """

    names: tuple[str, ...]
    first_day: date
    prices: Floats
    begins: Days
    ends: Days
    currencies: tuple[str | None, ...]

    @classmethod
    def whole(cls, names: Sequence[str], first_day: date, prices: Floats) -> Panel:
        """Listings each of which runs over all days."""
        ends = np.full(len(names), prices.shape[1] - 1)
        return cls(tuple(names), first_day, prices, np.zeros_like(ends), ends, (None,) * len(names))

    @classmethod
    def empty(cls) -> Panel:
        """No listings."""
        return cls.whole((), _NO_DAY, np.empty((0, 0)))

    @property
    def last_day(self) -> date:
        """Of the last column."""
        return self.first_day + timedelta(days=self.prices.shape[1] - 1)

    def sha256(self) -> str:
        """Of the listings, days and prices, in hexadecimal: what was made of equal panels was made of the same data."""
        digest = hashlib.sha256(repr((self.names, self.first_day, self.currencies)).encode())
        for array in (self.begins, self.ends, self.prices):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @property
    def cutoffs(self) -> list[date]:
        """The last day of each listing."""
        return [self.first_day + timedelta(days=end) for end in self.ends.tolist()]

    def histories(self) -> list[History]:
        """The rows one by one; each must hold a price."""
        known = ~np.isnan(self.prices)
        return [
            History(name, cutoff, self.prices[row, known[row].argmax() : end + 1])
            for row, (name, cutoff, end) in enumerate(zip(self.names, self.cutoffs, self.ends, strict=True))
        ]

    def of(self, rows: Days | Sequence[int]) -> Panel:
        """Some of the listings, over the days from the first to the last of theirs."""
        if not len(rows):
            return Panel.empty()
        begins, ends = self.begins[rows], self.ends[rows]
        first, last = int(begins.min()), int(ends.max())
        return Panel(
            tuple(self.names[row] for row in rows),
            self.first_day + timedelta(days=first),
            self.prices[rows, first : last + 1],
            begins - first,
            ends - first,
            tuple(self.currencies[row] for row in rows),
        )

    def running(self, day: date) -> Days:
        """Rows of the listings whose series hold a day."""
        at = (day - self.first_day).days
        return np.flatnonzero((self.begins <= at) & (at <= self.ends))

    def until(self, day: date) -> Panel:
        """What was known on a day: the listings whose series have begun, up to it."""
        begun = self.of(np.flatnonzero(self.begins <= (day - self.first_day).days))
        width = (day - begun.first_day).days + 1
        return replace(begun, prices=begun.prices[:, :width], ends=begun.ends.clip(max=width - 1))

    def prices_on(self, day: date) -> dict[str, float]:
        """The known prices of one day by listing."""
        at = (day - self.first_day).days
        return self._known(self.prices[:, at]) if 0 <= at < self.prices.shape[1] else {}

    def last_prices(self) -> dict[str, float]:
        """The last known price of each listing that has one."""
        return self._known(filled_forward(self.prices)[:, -1]) if self.names else {}

    def _known(self, prices: Floats) -> dict[str, float]:
        known = np.flatnonzero(~np.isnan(prices))
        return {self.names[row]: float(prices[row]) for row in known}


def filled_forward(prices: Floats) -> Floats:
    """Each NaN replaced by the value before it in its row; those before the first value stay."""
    at = np.maximum.accumulate(np.where(np.isnan(prices), 0, np.arange(prices.shape[1])), axis=1)
    return np.asarray(np.take_along_axis(prices, at, axis=1))
