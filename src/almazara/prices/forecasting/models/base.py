"""What a forecaster is, and what all of them share: history, refusals and the shape of a forecast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from almazara.errors import InputError
from almazara.frames import require_columns
from almazara.prices.forecasting.series import SERIES_SCHEMA
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, PRICE, QUANTILE, VALUE

MIN_DAYS = 14
"""Days with a known price below which no forecaster answers."""
MEDIAN = 0.5
SMALLEST_PRICE = 0.01
FORECAST_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    LISTING_ID: pl.String,
    CUTOFF: pl.Date,
    DATE: pl.Date,
    QUANTILE: pl.Float64,
    VALUE: pl.Float64,
}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TooShort:
    """A listing has fewer days with a known price than a forecast needs."""

    listing_id: str
    days: int
    needed: int = MIN_DAYS

    @property
    def reason(self) -> str:
        """A sentence for the person who asked."""
        return f"{self.listing_id} has {self.days} days with a known price; a forecast needs {self.needed}."


@dataclass(frozen=True, slots=True)
class FitFailed:
    """A model could not be fitted to a listing."""

    listing_id: str
    reason: str


Refusal = TooShort | FitFailed


class FittedForecaster(Protocol):
    """A model that has seen a panel."""

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """The listings of the panel that get no forecast, and why."""
        ...

    def forecast(self, horizon_days: int, levels: Sequence[int]) -> pl.DataFrame:
        """Quantiles of the price on each of the `horizon_days` days after each listing's cutoff.

        Args:
            horizon_days: How many days, 1 or more.
            levels: Interval levels in percent: 80 gives the quantiles 0.1 and 0.9. The median is always
                there.

        Returns:
            Columns of FORECAST_SCHEMA sorted by listing, date and quantile. Values are positive and do not
            fall as the quantile rises. The cutoff is the last day of the listing's series, also where that
            day has no price. The same fit gives the same answer.
        """
        ...


class Forecaster(Protocol):
    """A way to forecast daily prices."""

    name: str

    def fit(self, series: pl.DataFrame) -> FittedForecaster:
        """Learn from a panel of series (columns of series.SERIES_SCHEMA, rows in any order).

        Raises:
            ContractError: when the frame is no series frame.
        """
        ...


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
        prices = self.prices[: self.prices.size - self.stale_days]
        at = np.maximum.accumulate(np.where(np.isnan(prices), 0, np.arange(prices.size)))
        return np.asarray(prices[at], dtype=np.float64)

    @property
    def last(self) -> float:
        """The last known price."""
        return float(self.until_last_price[-1])


def histories(series: pl.DataFrame, *, needed: int = MIN_DAYS) -> tuple[list[History], tuple[Refusal, ...]]:
    """Split a panel into one history per listing (in order of listing_id), and those that are too short.

    Raises:
        ContractError: when the frame is no series frame.
    """
    require_columns(series, SERIES_SCHEMA, "series")
    long_enough: list[History] = []
    refused: list[Refusal] = []
    for (listing_id,), group in series.sort(LISTING_ID, DATE).group_by([LISTING_ID], maintain_order=True):
        prices = group[PRICE].fill_null(np.nan).to_numpy()
        seen = np.flatnonzero(~np.isnan(prices))
        if seen.size < needed:
            refused.append(TooShort(str(listing_id), int(seen.size), needed))
        else:
            long_enough.append(History(str(listing_id), group[DATE][-1], prices[seen[0] :]))
    return long_enough, tuple(refused)


def quantiles_of(levels: Iterable[int]) -> list[float]:
    """The quantiles that interval levels ask for, with the median, rising.

    Example:
        >>> quantiles_of([80, 50])
        [0.1, 0.25, 0.5, 0.75, 0.9]

    Raises:
        InputError: for a level that is not between 1 and 99.
    """
    wanted = {MEDIAN}
    for level in levels:
        if not 1 <= level <= 99:  # noqa: PLR2004
            raise InputError(f"An interval of {level} % is none: levels lie between 1 and 99.")
        wanted |= {(100 - level) / 200, (100 + level) / 200}
    return sorted(wanted)


def horizon_of(horizon_days: int) -> int:
    """The horizon, checked.

    Raises:
        InputError: when it is less than one day.
    """
    if horizon_days < 1:
        raise InputError(f"A horizon of {horizon_days} days is none: ask for 1 or more.")
    return horizon_days


def tidy(history: History, quantiles: Sequence[float], values: Floats) -> pl.DataFrame:
    """One listing's forecast as a tidy frame; crossing quantiles are sorted, prices below a cent raised.

    Args:
        history: Whose forecast it is.
        quantiles: The rising levels.
        values: Shape (horizon, len(quantiles)).
    """
    horizon, width = values.shape
    first, last = (
        pl.lit(history.cutoff).dt.offset_by("1d"),
        pl.lit(history.cutoff).dt.offset_by(f"{horizon}d"),
    )
    dates = pl.select(pl.date_range(first, last)).to_series()
    ordered = np.maximum(np.sort(values, axis=1), SMALLEST_PRICE)
    return pl.DataFrame(
        {
            LISTING_ID: pl.repeat(history.listing_id, horizon * width, eager=True),
            CUTOFF: pl.repeat(history.cutoff, horizon * width, eager=True),
            DATE: dates.gather(np.repeat(np.arange(horizon), width)),
            QUANTILE: np.tile(np.asarray(quantiles), horizon),
            VALUE: ordered.ravel(),
        },
        schema=dict(FORECAST_SCHEMA),
    )


def stacked(forecasts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Forecasts of several listings as one frame; an empty one when there is none."""
    return pl.concat(forecasts) if forecasts else pl.DataFrame(schema=dict(FORECAST_SCHEMA))
