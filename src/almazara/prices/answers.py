"""What the price product is asked for and answers: the values of `PriceService` and of the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from datetime import date as Day  # noqa: N812 - a field called date would hide its own type
from decimal import Decimal

from almazara.prices.forecasting import Backtested
from almazara.prices.schema import Availability, ListingKind, Observation


@dataclass(frozen=True, slots=True)
class LatestPrice:
    """The newest observation of a product; amounts are decimal strings in JSON."""

    observed_at: datetime
    availability: Availability
    price: Decimal | None
    currency: str | None
    price_per_litre: Decimal | None
    days_ago: float


@dataclass(frozen=True, slots=True)
class Product:
    """A followed product or search."""

    id: str
    shop: str
    sku: str
    url: str
    title: str | None
    category: str | None
    kind: ListingKind
    target_price: Decimal | None
    tracked: bool
    litres: Decimal | None
    latest: LatestPrice | None


@dataclass(frozen=True, slots=True)
class DataRow:
    """One observation; an unavailable one has no price."""

    product: str
    observed_at: datetime
    availability: Availability
    price: Decimal | None
    currency: str | None
    list_price: Decimal | None
    price_per_litre: Decimal | None
    seller: str | None
    source: str


@dataclass(frozen=True, slots=True)
class DailyRow:
    """One day; `state` is observed, carried, out_of_stock or gap, the last two without a price."""

    product: str
    date: Day
    state: str
    price: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Quantile:
    """The price that is not exceeded with this probability."""

    quantile: float
    price: float


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """One day ahead."""

    date: Day
    quantiles: list[Quantile]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A product's forecast, with how its model did on the past beside the last value (ratios below 1 are better)."""

    product: str
    model: str
    cutoff: date
    currency: str
    horizon: int
    levels: list[int]
    days: list[ForecastDay]
    backtest: list[Backtested]


@dataclass(frozen=True, slots=True)
class DataQuery:
    """What part of the history is asked for: one product, a category, or all; start <= observed_at < end."""

    product: str | None = None
    category: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 1000
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class DataPage:
    """Some observations in order of listing and time, and where the next page begins, None at the end."""

    observations: list[Observation]
    next_cursor: str | None
