"""The questions of a buyer, over the store and what was learned: now or later, which product, where prices go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.live import Live
from almazara.prices.answers import MOST_PIECES, Advice, Cheapest, IndexRow, Product
from almazara.prices.buying import cheapest as switching
from almazara.prices.buying.policy import LONGEST_DEADLINE, AdvicePolicies
from almazara.prices.buying.published import Published
from almazara.prices.schema import Listing
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore

if TYPE_CHECKING:
    from almazara.prices.buying.category_index import CategoryIndex


_PREFIX: Final = "category:"
_REMEMBERED: Final = timedelta(days=400)


def index_id(category: str) -> str:
    """What a category's index is called beside the listings."""
    return f"{_PREFIX}{category}"


def category_index(store: ObservationStore, category: str, *, until: date, timezone: str) -> list[CategoryIndex]:
    """The index of each currency among a category's products, over their whole history.

    Args:
        store: The histories.
        category: Its name.
        until: The last day.
        timezone: Of the days.
    """
    from almazara.prices.buying.category_index import category_indices
    from almazara.prices.forecasting.series import daily

    listings = store.listings(category=category)
    observations = (o for listing in listings for o in store.history(listing.listing_id))
    litres = {one.listing_id: float(one.litres) for one in listings if one.litres is not None}
    return category_indices(index_id(category), daily(observations, until=until, timezone=timezone), litres)


class Advisor:
    """Answers a buyer; nothing here learns."""

    def __init__(
        self, store: ObservationStore, live: Live[Published], *, timezone: str, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._live = live
        self._zone = timezone
        self._clock = clock

    def advice(self, listing: Listing, deadline_days: int, quantity: int, products: Sequence[Product]) -> Advice:
        """Buy now or wait.

        Args:
            listing: What is to be bought.
            deadline_days: Within how many days.
            quantity: How many.
            products: Of its category, itself among them.

        Raises:
            InputError: for a deadline or quantity out of range.
        """
        import numpy as np

        from almazara.prices.buying import advice
        from almazara.prices.forecasting.series import daily

        if not 1 <= deadline_days <= LONGEST_DEADLINE:
            raise InputError(f"deadline_days is {deadline_days}: ask for 1 to {LONGEST_DEADLINE}.")
        if not 1 <= quantity <= MOST_PIECES:
            raise InputError(f"quantity is {quantity}: ask for 1 to {MOST_PIECES}.")
        observations = self._store.history(listing.listing_id, self._clock() - _REMEMBERED)
        series = daily(observations, until=self._today(), timezone=self._zone)
        prices = series.frame["price"].to_numpy().astype(np.float64)
        own = next(one for one in products if one.id == listing.listing_id)
        shown = prices.size and not np.isnan(prices[-1]) and own.latest is not None
        return advice.advise(
            advice.Asked(
                listing_id=listing.listing_id,
                group=listing.category,
                prices=prices if prices.size else np.full(1, np.nan),
                last_day=self._today(),
                price=own.latest.price if shown and own.latest else None,
                currency=series.currencies.get(listing.listing_id),
                deadline_days=deadline_days,
                quantity=quantity,
            ),
            self.policies(),
            switching.switch(own, products, quantity),
        )

    def policies(self) -> AdvicePolicies:
        """What was learned; nothing before the first retraining."""
        try:
            return self._live.current.policies
        except NotFoundError:
            return AdvicePolicies()

    def cheapest(self, category: str, products: Sequence[Product]) -> Cheapest:
        """The cheapest litre of a category.

        Raises:
            NotFoundError: when the category has no products.
        """
        if not products:
            raise _no_category(category)
        return switching.cheapest(category, products)

    def index(self, category: str) -> list[IndexRow]:
        """The days of a category's index; of its currency with most products first, then of the others.

        Raises:
            NotFoundError: when none of its products has a price.
        """
        indices = (
            category_index(self._store, category, until=self._today(), timezone=self._zone) if is_key(category) else []
        )
        if not indices:
            raise _no_category(category)
        return [
            IndexRow(
                index.index_id,
                index.first_day + timedelta(days=day),
                round(float(value), 4) if value == value else None,  # noqa: PLR0124 - NaN is no day's price
                index.currency,
                index.unit,
                int(products),
            )
            for index in indices
            for day, (value, products) in enumerate(zip(index.values, index.products, strict=True))
        ]

    def _today(self) -> date:
        return self._clock().astimezone(ZoneInfo(self._zone)).date()


def _no_category(category: str) -> NotFoundError:
    return NotFoundError(f"There is no category {category[:100]!r} with prices: GET /productos shows the categories.")
