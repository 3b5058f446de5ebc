"""What the price product is asked for and answers: the values of `PriceService` and of the API."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from datetime import date as Day  # noqa: N812 - a field called date would hide its own type
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.published import Backtested, QuantileForecast
from almazara.prices.packs import price_per_litre
from almazara.prices.schema import TICK, Availability, Listing, ListingKind, NamedPrice, Observation, PriceName, Size
from almazara.words.numbers import as_amount
from almazara.words.said import Said, said

PIECE: Final = "piece"
MOST_PIECES: Final = 1000
"""Of a product, in one question."""


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
    sizes: tuple[Size, ...] = ()

    @classmethod
    def of(cls, listing: Listing, newest: Observation | None, now: datetime) -> Product:
        """A listing with its newest observation."""
        latest = None
        if newest is not None:
            per_litre = _per_litre(newest.price, listing.litres)
            ago = days_ago(newest.observed_at, now)
            latest = LatestPrice(newest.observed_at, newest.availability, newest.price, newest.currency, per_litre, ago)
        return cls(
            id=listing.listing_id,
            shop=listing.shop,
            sku=listing.sku,
            url=listing.url,
            title=listing.title,
            category=listing.category,
            kind=listing.kind,
            target_price=listing.target_price,
            tracked=listing.tracked,
            litres=listing.litres,
            latest=latest,
            sizes=listing.sizes,
        )

    def at(self, now: datetime) -> Product:
        """The same, with how old its newest observation is then."""
        if self.latest is None:
            return self
        return replace(self, latest=replace(self.latest, days_ago=days_ago(self.latest.observed_at, now)))


@dataclass(frozen=True, slots=True)
class Followed(Product):
    """A product that is followed from now on, and what must be said of the address that was given."""

    notices: list[Said] = field(default_factory=list)

    @classmethod
    def of_product(cls, product: Product, notices: list[Said]) -> Followed:
        """A product with its notices."""
        values: dict[str, Any] = {one.name: getattr(product, one.name) for one in fields(product)}
        return cls(**values, notices=notices)


@dataclass(frozen=True, slots=True)
class DataRow:
    """One observation; an unavailable one has no price. `named` are the page's other prices, in the same currency."""

    product: str
    observed_at: datetime
    availability: Availability
    price: Decimal | None
    currency: str | None
    list_price: Decimal | None
    price_per_litre: Decimal | None
    seller: str | None
    source: str
    named: tuple[NamedPrice, ...]

    @classmethod
    def of(cls, observation: Observation, litres: Decimal | None) -> DataRow:
        """An observation of a listing that holds so many litres."""
        return cls(
            product=observation.listing_id,
            observed_at=observation.observed_at,
            availability=observation.availability,
            price=observation.price,
            currency=observation.currency,
            list_price=observation.list_price,
            price_per_litre=_per_litre(observation.price, litres),
            seller=observation.seller,
            source=observation.source,
            named=observation.named,
        )


@dataclass(frozen=True, slots=True)
class DailyRow:
    """One day; `state` is observed, carried, out_of_stock or gap, the last two without a price."""

    product: str
    date: Day
    state: str
    price: Decimal | None
    currency: str | None
    price_per_litre: Decimal | None


@dataclass(frozen=True, slots=True)
class Quantile:
    """The price that is not exceeded with this probability."""

    quantile: float
    price: Decimal


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """One day ahead.

    Attributes:
        chance_of_change: That the price is then another one than the last that was known; from 0 to 1, like the others.
        chance_of_fall: That it is a lower one.
        chance_at_target: That it is the asked for `target` or less.
    """

    date: Day
    quantiles: list[Quantile]
    chance_of_change: float | None = None
    chance_of_fall: float | None = None
    chance_at_target: float | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """A forecast, with how its model did on the past beside the last value (ratios below 1 are better).

    Attributes:
        product: Id of a product, or `category:<name>`.
        unit: What a price is of: `piece`, or of a category `litre`, or `index` (the cutoff's is about 100).
        moves: What is announced of these days, and counts from its own on; see `AnnouncedMove`.
        last_price: That which was known last on the cutoff, from which changes are counted.
        target: The price whose chances are told, if one was asked for.
        probable_change: The first day of the next 90 on which the price is probably (one half or more) another one.
    """

    product: str
    model: str
    cutoff: date
    currency: str
    unit: str
    horizon: int
    levels: list[int]
    days: list[ForecastDay]
    moves: list[AnnouncedMove]
    backtest: list[Backtested]
    last_price: Decimal | None = None
    target: Decimal | None = None
    probable_change: date | None = None

    @classmethod
    def of(cls, found: QuantileForecast, target: float | None = None) -> Prediction:
        """A forecast as it is kept."""
        currency, _, unit = found.about.currency.partition("/")
        told = found.chances
        chances = (told.change, told.fall, told.at_most) if told else (None, None, None)
        days = [
            ForecastDay(
                day,
                [Quantile(q, as_amount(float(v), currency)) for q, v in zip(found.quantiles, values, strict=True)],
                *(None if of is None else round(float(of[ahead]), 3) for of in chances),
            )
            for ahead, (day, values) in enumerate(zip(found.dates, found.values, strict=True))
        ]
        return cls(
            product=found.listing_id,
            model=found.about.model,
            cutoff=date.fromisoformat(found.about.cutoff),
            currency=currency,
            unit=unit or PIECE,
            horizon=len(days),
            levels=found.levels,
            days=days,
            moves=found.moves,
            backtest=found.about.backtest,
            last_price=as_amount(found.about.last, currency),
            target=as_amount(target, currency),
            probable_change=found.probable_change,
        )


@dataclass(frozen=True, slots=True)
class DataQuery:
    """What part of the history is asked for: one product, a category, or all; start <= observed_at < end.

    With `price` it is that of a named price: the readings that show it, with it in place of the featured one.
    """

    product: str | None = None
    category: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 1000
    cursor: str | None = None
    price: PriceName | None = None

    @property
    def begins(self) -> tuple[str, datetime | None]:
        """The product and the moment with which the page begins; refuses a cursor that was not given out."""
        return placed(self.cursor) if self.cursor else ("", None)

    def days(self, zone: ZoneInfo) -> tuple[date | None, date | None]:
        """The first and the last day, as far as they are given; refuses a moment outside the calendar."""
        try:
            first = self.start.astimezone(zone).date() if self.start else None
            return first, (self.end - TICK).astimezone(zone).date() if self.end else None
        except OverflowError as error:
            raise InputError(
                said("prices_refused.asked.outside", name=said("prices_refused.asked.start_or_end"))
            ) from error


def cursor_at(listing_id: str, moment: datetime) -> str:
    """A cursor: the product and moment with which the next page begins."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {listing_id}".encode()).decode().rstrip("=")


def placed(cursor: str) -> tuple[str, datetime]:
    """The product and moment of a cursor; refuses one that was not given out."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, listing_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(" ", 1)
        return listing_id, datetime.fromisoformat(moment).astimezone(UTC)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InputError(said("prices.error.cursor")) from error


@dataclass(frozen=True, slots=True)
class DataPage:
    """Some observations in order of listing and time, and where the next page begins, None at the end."""

    observations: list[Observation]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One day of a category's index; `unit` is litre (the price of one), or index (the newest day is 100)."""

    product: str
    date: Day
    price: Decimal | None
    currency: str
    unit: str
    products: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that can be bought by the litre now; `grade` is what its title says of an oil's quality."""

    product: str
    title: str | None
    url: str
    grade: str | None
    price_per_litre: Decimal
    currency: str
    litres: Decimal


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The cheapest litre of each currency and grade of a category, all its offers, and what the comparison assumes."""

    category: str
    cheapest: list[Offered]
    offers: list[Offered]
    assumes: str


@dataclass(frozen=True, slots=True)
class Switch:
    """The cheapest comparable litre beside a product's own; `saving` is for the litres of the quantity asked for."""

    offer: Offered
    own_price_per_litre: Decimal
    switch: bool
    saving: Decimal
    saving_percent: float
    assumes: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and what is expected of it; see `Advice`. `why` is the code of what decided."""

    action: str
    why: str
    target_price: Decimal | None
    until: Day | None
    expected_saving_percent: float
    chance_of_paying_more: float


@dataclass(frozen=True, slots=True)
class Advice:
    """Buy now, or wait for a price until a day; what is expected of following it, and why, in words.

    Attributes:
        action: `buy`, `wait`, or `unknown` where the price, or enough of what it was before, is not known.
        why: The code of what decided.
        price: Of one, now.
        target_price: Buy as soon as it is at or below this; None without `wait`.
        until: Buy on this day at the latest; None without `wait`.
        expected_saving: In money, for the quantity; 0 without `wait`.
        expected_saving_percent: Of the price now.
        saving_low: In money, for the quantity: eight in ten such waits saved from this, which may be less than nothing,
            up to `saving_high`; None without `wait`, and where it is not known.
        chance_of_paying_more: Than now, by following the advice: 0 without `wait`.
        message: The advice in one sentence.
        reasons: Sentences with true figures.
        told: The message and the reasons, in order, as codes and figures.
        cheapest: The cheapest comparable litre, where litres are known.
    """

    product: str
    action: str
    why: str
    price: Decimal | None
    currency: str | None
    as_of: Day | None
    deadline_days: int
    quantity: int
    target_price: Decimal | None
    until: Day | None
    expected_saving: Decimal
    expected_saving_percent: float
    saving_low: Decimal | None
    saving_high: Decimal | None
    chance_of_paying_more: float
    message: str
    reasons: list[str]
    told: list[Said]
    cheapest: Switch | None


def days_ago(moment: datetime, now: datetime) -> float:
    """How long ago it is, to about a minute."""
    return round((now - moment) / timedelta(days=1), 3)


def per_litre_daily(price: float | None, litres: float, currency: str | None) -> Decimal | None:
    """A day's price of one litre; none where there is no price, or the litres are NaN: not known."""
    return None if price is None or math.isnan(litres) else as_amount(price / litres, currency)


def _per_litre(price: Decimal | None, litres: Decimal | None) -> Decimal | None:
    return price_per_litre(price, litres) if price and litres else None
