"""What there is to answer one question from: the store, the published version, the moment and its calendar day."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.prices.answering.remembered import Read, Remembered
from almazara.prices.answers import Prediction, Product
from almazara.prices.buying.concerned import Announced
from almazara.prices.buying.goods import Good
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.forecasting.continued import since
from almazara.prices.forecasting.kept_moves import kept_moves
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.published import HORIZON_DAYS, Forecasts
from almazara.prices.forecasting.series import DailySeries, regular
from almazara.prices.publishing import Published
from almazara.prices.schema import Listing, ListingKind
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import said

YEAR: Final = 365
"""As many days of history are shown on a page."""
LEVELS: Final = (50, 80, 95)
"""The intervals that a page shows, in percent."""
ADVISED_DAYS: Final = 400
"""As much of a history as advice looks at, with what is carried into it."""


@dataclass(frozen=True)
class Known:
    """What is known at one moment; `published` is None before the first retraining."""

    remembered: Remembered
    published: Published | None
    now: datetime

    @property
    def store(self) -> ObservationStore:
        """Where everything is kept."""
        return self.remembered.store

    @property
    def timezone(self) -> str:
        """IANA name of the zone whose calendar days count."""
        return self.remembered.timezone

    @cached_property
    def read(self) -> Read:
        """All listings and their newest observations, the same for the whole question."""
        return self.remembered.read()

    @cached_property
    def goods(self) -> list[Good]:
        """What is sold at several places; see `buying.goods`."""
        return self.remembered.goods(self.read)

    @property
    def today(self) -> date:
        """The calendar day."""
        return self.now.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def policies(self) -> AdvicePolicies:
        """What was learned of waiting."""
        return self.published.policies if self.published else AdvicePolicies()

    @cached_property
    def announced(self) -> Announced:
        """What moves prices, and is announced."""
        return Announced(kept_moves(self.store), self.read.listings)

    @cached_property
    def moved(self) -> Announced:
        """The same, and what has moved whole shops: neither makes a price high or low."""
        return Announced((*self.announced.moves, *self.policies.seen), self.read.listings)

    @cached_property
    def forecasts(self) -> Forecasts:
        """What is forecast, with what is announced: published are prices without moves to come."""
        published = self.published.forecasts if self.published else Forecasts.none()
        return published.counting(self.announced.of)

    def listing(self, listing_id: str) -> Listing:
        """One listing.

        Raises:
            NotFoundError: when it is not known.
        """
        listing = self.store.listing(listing_id) if is_key(listing_id) else None
        if listing is None:
            raise NotFoundError(said("prices.error.no_product", product=listing_id[:100]))
        return listing

    def product(self, listing_id: str) -> Listing:
        """One listing that is no search.

        Raises:
            InputError: when it is a search.
            NotFoundError: when it is not known.
        """
        listing = self.listing(listing_id)
        if listing.kind is ListingKind.SEARCH:
            raise InputError(said("prices.error.is_search", product=listing_id))
        return listing

    def listings(self, *, category: str | None = None, tracked: bool | None = None) -> list[Listing]:
        """Listings in order of id."""
        every = self.read.listings.values()
        return [one for one in every if category in {None, one.category} and tracked in {None, one.tracked}]

    def products(self, category: str) -> list[Product]:
        """The products of a category in order of id, each with its newest price."""
        return self.shown(self.listings(category=category))

    def shown(self, listings: Sequence[Listing]) -> list[Product]:
        """Listings, each with its newest price."""
        newest = self.read.newest
        return [Product.of(one, newest.get(one.listing_id), self.now) for one in listings]

    def state_of(self, category: str) -> Hashable:
        """What is another one as soon as something has changed of which a category's answers are made."""
        newest = tuple(self.read.newest.get(one.listing_id) for one in self.listings(category=category))
        revision = self.read.revision
        return revision.past, revision.listings, newest, self.today, self.published, self.announced.moves

    def panel(self, listing_ids: Sequence[str], days: int | None = None) -> Panel:
        """The daily prices of many listings up to today; of what was read in so many days, or ever."""
        series, asked = self.remembered.series(self.today), set(listing_ids)
        rows = [row for row, name in enumerate(series.panel.names) if name in asked]
        if days is None:
            return series.panel.of(rows)
        return since(series, rows, self.today - timedelta(days=days))

    def prediction(self, name: str, days: int) -> Prediction | None:
        """The forecast of a listing or index to so many days from today, as far as it is kept; however old it is."""
        about = self.forecasts.index.forecasts.get(name)
        if about is None:
            return None
        ahead = (self.today - date.fromisoformat(about.cutoff)).days + days
        return Prediction.of(self.forecasts.of(name, min(max(ahead, 1), HORIZON_DAYS), LEVELS))

    def series(self, listing_ids: Sequence[str], *, until: date | None = None, days: int | None = None) -> DailySeries:
        """Daily series of few listings up to a day, or today; of what was read in so many days, or ever."""
        start = None if days is None else self.now - timedelta(days=days)
        return regular(self.store.readings(listing_ids, start), until=until or self.today, timezone=self.timezone)
