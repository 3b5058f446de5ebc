"""The values of the price product and the column names of its frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

# Columns of tidy price frames (long format, one row per listing and day or per forecast quantile).
LISTING_ID: Final = "listing_id"
DATE: Final = "date"
PRICE: Final = "price"
CURRENCY: Final = "currency"
CUTOFF: Final = "cutoff"
QUANTILE: Final = "quantile"
VALUE: Final = "value"
MODEL: Final = "model"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
"""The least time between two observations."""
IMPORTED: Final = "import"
"""The source of an observation that somebody else's history of changes gave: its price holds until the next one."""
LONGEST_CONDITION: Final = 200
MOST_NAMED: Final = 20
"""Named prices of one observation."""


class Availability(StrEnum):
    """What a reading says of the stock."""

    IN_STOCK = "in_stock"
    LIMITED = "limited"
    PREORDER = "preorder"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class PriceName(StrEnum):
    """What a page calls a price that is another one than that of the featured offer."""

    COUPON = "coupon"
    CLUB = "club"
    SUBSCRIPTION = "subscription"
    BASKET = "basket"
    DELIVERED = "delivered"
    SELLER = "seller"


class ListingKind(StrEnum):
    """A followed page shows one product, or a search whose results are followed."""

    PRODUCT = "product"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Size:
    """What one unit holds from a moment (aware, UTC) on; no litres where that is not surely said."""

    since: datetime
    litres: Decimal | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that we follow.

    Attributes:
        listing_id: `shop:sku`, for example `amazon.es:B00EXAMPLE`; unique, safe in a URL path.
        shop: Host of the shop without `www.`.
        sku: The ASIN on Amazon; elsewhere twelve hexadecimal digits made from the page's address.
        title: Title by which a later reading is checked, or None before the first reading.
        category: A short word of the user's choosing, for example `olive-oil`.
        target_price: Price at or below which the user wants to hear of it, in the listing's currency.
        tracked: Whether runs read it; history stays when it is no longer tracked.
        litres: Litres that one unit of the listing holds, or None where that cannot be read surely.
        sizes: What it held before, the first of them from ever on, and what it holds; empty while that never changed.
        created_at: When it was added (UTC).
        gtin: The number under which all shops sell the same goods, as its page publishes it; see `gtin.gtin_of`.
        good: The good that somebody declared it to be; see `buying.goods`. Its own id: like no other.
    """

    listing_id: str
    shop: str
    sku: str
    url: str
    title: str | None = None
    category: str | None = None
    kind: ListingKind = ListingKind.PRODUCT
    target_price: Decimal | None = None
    tracked: bool = True
    litres: Decimal | None = None
    created_at: datetime | None = None
    sizes: tuple[Size, ...] = ()
    gtin: str | None = None
    good: str | None = None


class Sized(Protocol):
    """What holds litres, and may have held others; see `Listing`."""

    @property
    def litres(self) -> Decimal | None:
        """Of one unit, now."""

    @property
    def sizes(self) -> Sequence[Size]:
        """In order of time; empty while it never changed."""


def litres_at(one: Sized, moment: datetime) -> Decimal | None:
    """The litres of one unit at a moment."""
    return next((size.litres for size in reversed(one.sizes) if size.since <= moment), one.litres)


def litres_daily(one: Sized, first_day: date, days: int, zone: tzinfo) -> NDArray[np.float64]:
    """The litres of one unit on each of some calendar days of a zone; NaN where not known.

    On the day of a change it is the new size, since the day's last reading counts.
    """
    found = np.full(days, np.nan if one.litres is None else float(one.litres))
    for size in one.sizes:
        changed = max(0, (size.since.astimezone(zone).date() - first_day).days)
        found[changed:] = np.nan if size.litres is None else float(size.litres)
    return found


@dataclass(frozen=True, slots=True)
class NamedPrice:
    """A price of one unit that the page shows beside the featured one, in the same currency.

    Attributes:
        condition: The page's own words of what it asks for, at most LONGEST_CONDITION characters; of `seller`, who
            sells.
    """

    name: PriceName
    price: Decimal
    condition: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What one reading of a listing said; never changed once kept.

    Attributes:
        observed_at: Moment of the reading (aware, UTC, microseconds kept); with listing_id the identity.
        availability: What was said of the stock; `unavailable` has no price.
        price: Price of the featured new offer for one unit of the listing, or None when unavailable.
        currency: ISO 4217 code, None exactly when price is None.
        list_price: Struck price that the page shows beside it, or None.
        rule: Name of the rule that read the page, or `import`.
        source: Where it came from: `http`, `replay`, `scrapy`, `search`, `import`, `demo`.
        named: Other prices of the page; none while there is no price.
    """

    listing_id: str
    observed_at: datetime
    availability: Availability
    price: Decimal | None = None
    currency: str | None = None
    list_price: Decimal | None = None
    seller: str | None = None
    rule: str = ""
    source: str = ""
    named: tuple[NamedPrice, ...] = ()


@dataclass(frozen=True, slots=True)
class Readings:
    """What daily series are made of: a listing's observations as columns, side by side, in any order of time.

    Attributes:
        moments: Ticks since EPOCH.
        prices: Exact decimals without exponent; empty where it was unavailable.
        currencies: ISO 4217 codes; empty where there is no price.
        imported: Whether it is of a history of changes; see IMPORTED.
    """

    moments: NDArray[np.int64]
    prices: Sequence[str]
    currencies: Sequence[str]
    imported: NDArray[np.bool_]

    @classmethod
    def of(cls, observations: Sequence[Observation]) -> "Readings":
        """The columns of one listing's observations."""
        return cls(
            np.array([(one.observed_at - EPOCH) // TICK for one in observations], dtype=np.int64),
            ["" if one.price is None else f"{one.price:f}" for one in observations],
            [one.currency or "" for one in observations],
            np.array([one.source == IMPORTED for one in observations], dtype=np.bool_),
        )


@dataclass(frozen=True, slots=True)
class Revision:
    """What a store has of each kind: texts, each another one after every change of its kind, whoever made it.

    Attributes:
        any: Of observations or listings.
        past: Observations that are not newer than all that their listing had: those of an import of the past.
        listings: Listings.
    """

    any: str = ""
    past: str = ""
    listings: str = ""


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Problem:
    """One listing of a run that gave no observation, and why.

    Attributes:
        causes: What shop or reader name: how a page was blocked (`BlockKind`), or what is missing on it.
    """

    listing_id: str
    outcome: str
    reason: str
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over listings (or one retraining); counts by outcome.

    Attributes:
        run_id: Unique name, sortable by time.
        kind: `scrape` or `retrain`.
        shop: The shop it reads, or `*`.
        pending: Listing ids still to be read, so that an interrupted run can resume.
        counts: requested, observed, unchanged, unavailable, blocked, unreadable, refused, held.
        problems: Each listing that gave no observation.
        rules: Observations by the rule that read them; None where they were not counted.
    """

    run_id: str
    kind: str
    shop: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None = None
    pending: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    rules: Mapping[str, int] | None = None
