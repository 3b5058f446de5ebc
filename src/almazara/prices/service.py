"""The questions of the price product: what is followed, its history, its forecast, and whether the scraper is well."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.live import Live
from almazara.prices.answers import (
    PIECE,
    Advice,
    Cheapest,
    DailyRow,
    DataPage,
    DataQuery,
    DataRow,
    ForecastDay,
    IndexRow,
    LatestPrice,
    Prediction,
    Product,
    Quantile,
)
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.buying.published import Published
from almazara.prices.buying.questions import Advisor, index_id
from almazara.prices.collecting import scraper_health
from almazara.prices.collecting.collection import SEARCHES_READ
from almazara.prices.collecting.tracking import listing_from
from almazara.prices.forecasting import watch
from almazara.prices.forecasting.scores import Drift
from almazara.prices.packs import price_per_litre
from almazara.prices.schema import DATE, PRICE, STATE, Listing, ListingKind, Observation
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore

MAX_ROWS: Final = 10_000
_TICK: Final = timedelta(microseconds=1)
_JUDGED_READINGS: Final = 200


class PriceService:
    """Answers from the store and the kept forecasts; nothing here fetches a page or fits a model."""

    def __init__(
        self,
        store: ObservationStore,
        live: Live[Published],
        *,
        timezone: str,
        clock: Callable[[], datetime],
        loopback: bool = False,
    ) -> None:
        self.store = store
        self._live = live
        self._zone = timezone
        self._clock = clock
        self._loopback = loopback
        self._advisor = Advisor(store, live, timezone=timezone, clock=clock)

    def products(self, *, category: str | None = None, tracked: bool | None = None) -> list[Product]:
        """Products in order of id, each with its newest price."""
        if category is not None and not is_key(category):
            return []
        listings = self.store.listings(category=category, tracked=tracked)
        latest = self.store.latest([listing.listing_id for listing in listings]) if listings else {}
        return [self._product(listing, latest.get(listing.listing_id)) for listing in listings]

    def product(self, listing_id: str) -> Product:
        """One product.

        Raises:
            NotFoundError: when it is not known.
        """
        listing = self._listing(listing_id)
        return self._product(listing, self.store.latest([listing_id]).get(listing_id))

    def add_product(
        self, text: str, *, marketplace: str | None, category: str | None, target_price: Decimal | None
    ) -> tuple[Product, bool]:
        """Follow a product; one that is known already is followed again, with what is given now.

        Returns:
            The product, and whether it is new.

        Raises:
            InputError: when the text names no product or search.
        """
        meant = listing_from(
            text,
            marketplace=marketplace,
            category=category,
            target_price=target_price,
            now=self._clock(),
            loopback=self._loopback,
        )
        known = self.store.listing(meant.listing_id)
        if known is not None:
            meant = replace(
                known,
                url=meant.url,
                category=meant.category or known.category,
                target_price=known.target_price if meant.target_price is None else meant.target_price,
                tracked=True,
            )
        self.store.save_listing(meant)
        return self.product(meant.listing_id), known is None

    def remove_product(self, listing_id: str) -> None:
        """Follow a product no longer; its history stays."""
        self.store.save_listing(replace(self._listing(listing_id), tracked=False))

    def data(self, query: DataQuery) -> DataPage:
        """One page of observations.

        Raises:
            InputError: for a limit, span or cursor that cannot be used.
            NotFoundError: for an unknown product.
        """
        _check(query)
        found: list[Observation] = []
        for listing_id, begins in self._remaining(query):
            room = query.limit + 1 - len(found)
            found += self.store.history(listing_id, begins or query.start, query.end, limit=room)
            if len(found) > query.limit:
                kept = found[: query.limit]
                return DataPage(kept, _encoded(kept[-1].listing_id, kept[-1].observed_at + _TICK))
        return DataPage(found, None)

    def rows(self, observations: Sequence[Observation]) -> list[DataRow]:
        """Observations as the API shows them."""
        litres = {listing.listing_id: listing.litres for listing in self.store.listings()}
        return [_row(observation, litres.get(observation.listing_id)) for observation in observations]

    def daily(self, query: DataQuery) -> tuple[list[DailyRow], str | None]:
        """One page of daily values, and where the next begins; what is not known is marked, never filled silently."""
        _check(query)
        first, until = self._span(query)
        rows: list[DailyRow] = []
        for listing_id, begins in self._remaining(query):
            for row in self._days(listing_id, begins.date() if begins else first, until):
                if len(rows) == query.limit:
                    return rows, _encoded(row.product, datetime.combine(row.date, time.min, UTC))
                rows.append(row)
        return rows, None

    def index(self, query: DataQuery) -> tuple[list[IndexRow], str | None]:
        """One page of a category's index, and where the next begins.

        Raises:
            InputError: without a category, or for a limit, span or cursor that cannot be used.
            NotFoundError: for a category without prices.
        """
        _check(query)
        if query.category is None:
            raise InputError("An index is one of a category: give category, and no product.")
        first, until = self._span(query)
        at, moment = _decoded(query.cursor) if query.cursor else ("", None)
        begins = (at, moment.date() if moment else date.min)
        rows = [
            row
            for row in self._advisor.index(query.category)
            if (first or row.date) <= row.date <= (until or row.date) and (row.product, row.date) >= begins
        ]
        following = rows[query.limit] if len(rows) > query.limit else None
        cursor = _encoded(following.product, datetime.combine(following.date, time.min, UTC)) if following else None
        return rows[: query.limit], cursor

    def predict(self, listing_id: str, horizon_days: int, levels: Sequence[int]) -> Prediction:
        """A product's kept forecast.

        Raises:
            InputError: when its history is too short or there is none, or the horizon or a level is not kept.
            NotFoundError: when the product is unknown, or was not forecast yet.
        """
        listing = self._product_listing(listing_id)
        if not self.store.history(listing_id, limit=1):
            raise InputError(f"{listing_id} was not read yet: without a history there is nothing to forecast from.")
        return self._prediction(listing.listing_id, horizon_days, levels)

    def predict_category(
        self, category: str, horizon_days: int, levels: Sequence[int], currency: str | None = None
    ) -> Prediction:
        """The kept forecast of a category's index.

        Args:
            category: Its name.
            horizon_days: Days ahead.
            levels: Intervals in percent.
            currency: Another than that of most of its products.

        Raises:
            InputError: when its history is too short, or the horizon or a level is not kept.
            NotFoundError: when there is no forecast of it.
        """
        name = index_id(category)
        own = self._prediction(name, horizon_days, levels)
        return own if currency in {None, own.currency} else self._prediction(f"{name}:{currency}", horizon_days, levels)

    def advice(self, listing_id: str, deadline_days: int, quantity: int) -> Advice:
        """Buy now or wait; see `Advisor.advice`."""
        listing = self._product_listing(listing_id)
        beside = self.products(category=listing.category) if listing.category else [self.product(listing_id)]
        return self._advisor.advice(listing, deadline_days, quantity, beside)

    def cheapest(self, category: str) -> Cheapest:
        """The cheapest litre of a category; see `Advisor.cheapest`."""
        return self._advisor.cheapest(category, self.products(category=category))

    def policies(self) -> AdvicePolicies:
        """What was learned of waiting; nothing before the first retraining."""
        return self._advisor.policies()

    def _prediction(self, listing_id: str, horizon_days: int, levels: Sequence[int]) -> Prediction:
        found = self._live.current.forecasts.of(listing_id, horizon_days, levels)
        days = [
            ForecastDay(day, [Quantile(q, round(float(v), 4)) for q, v in zip(found.quantiles, values, strict=True)])
            for day, values in zip(found.dates, found.values, strict=True)
        ]
        return Prediction(
            product=listing_id,
            model=found.about.model,
            cutoff=date.fromisoformat(found.about.cutoff),
            currency=found.about.currency.partition("/")[0],
            unit=found.about.currency.partition("/")[2] or PIECE,
            horizon=horizon_days,
            levels=sorted(set(levels)),
            days=days,
            backtest=found.about.backtest,
        )

    def forecast_scores(self, days: int) -> watch.ForecastReport:
        """How the published forecasts did over the last `days` days that have ended, and what has drifted."""
        return watch.report(self.store, self._today(), days)

    def drift(self) -> list[Drift]:
        """In what the published forecasts have become worse than they promise."""
        return watch.drift(self.store, self._today())

    def _today(self) -> date:
        return self._clock().astimezone(ZoneInfo(self._zone)).date()

    def health(self) -> scraper_health.HealthReport:
        """Whether the scraper is well, from the runs and readings of the last week."""
        now = self._clock()
        listings = self.store.listings(tracked=True)
        since = now - timedelta(days=scraper_health.HealthLimits().window_days)
        latest = self.store.latest([listing.listing_id for listing in listings]) if listings else {}
        recent = (o for one in listings for o in self.store.history(one.listing_id, since, limit=_JUDGED_READINGS))
        searched = self.store.documents(SEARCHES_READ)
        searches_read = {search: datetime.fromisoformat(document["at"]) for search, document in searched.items()}
        return scraper_health.assess(
            listings,
            [*latest.values(), *recent],
            self.store.runs(kind="scrape"),
            now=now,
            searches_read=searches_read,
        )

    def _span(self, query: DataQuery) -> tuple[date | None, date | None]:
        """First and last day of a query."""
        zone = ZoneInfo(self._zone)
        try:
            first = query.start.astimezone(zone).date() if query.start else None
            until = (query.end - _TICK).astimezone(zone).date() if query.end else None
        except OverflowError as error:
            raise InputError("start or end lies outside the calendar.") from error
        return first, until

    def _product_listing(self, listing_id: str) -> Listing:
        listing = self._listing(listing_id)
        if listing.kind is ListingKind.SEARCH:
            raise InputError(f"{listing_id} is a search: ask for a product that it found; /data names them.")
        return listing

    def _listing(self, listing_id: str) -> Listing:
        listing = self.store.listing(listing_id) if is_key(listing_id) else None
        if listing is None:
            raise NotFoundError(f"There is no product {listing_id[:100]!r}: GET /productos lists those that are known.")
        return listing

    def _asked(self, query: DataQuery) -> list[Listing]:
        if query.product is not None:
            return [self._listing(query.product)]
        if query.category is not None and not is_key(query.category):
            return []
        return self.store.listings(category=query.category)

    def _remaining(self, query: DataQuery) -> Iterator[tuple[str, datetime | None]]:
        """The listings that are asked for from the cursor on, the cursor's own with the moment where it goes on."""
        at, begins = _decoded(query.cursor) if query.cursor else ("", None)
        for listing in self._asked(query):
            if listing.listing_id >= at:
                yield listing.listing_id, begins if listing.listing_id == at else None

    def _days(self, listing_id: str, first: date | None, until: date | None) -> Iterator[DailyRow]:
        import polars as pl  # only here: it takes a third of the memory of a server that is not asked for days

        from almazara.prices.forecasting.series import daily

        observations = self.store.history(listing_id)
        if not observations:
            return
        today = self._today()
        series = daily(observations, until=min(until or today, today), timezone=self._zone)
        frame = series.frame if first is None else series.frame.filter(pl.col(DATE) >= first)
        currency = series.currencies.get(listing_id)
        for day, price, state in frame.select(DATE, PRICE, STATE).iter_rows():
            yield DailyRow(listing_id, day, state, price, currency if price is not None else None)

    def _product(self, listing: Listing, newest: Observation | None) -> Product:
        latest = None
        if newest is not None:
            per_litre = price_per_litre(newest.price, listing.litres) if newest.price and listing.litres else None
            days = (self._clock() - newest.observed_at) / timedelta(days=1)
            latest = LatestPrice(
                newest.observed_at, newest.availability, newest.price, newest.currency, per_litre, round(days, 3)
            )
        return Product(
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
        )


def _row(observation: Observation, litres: Decimal | None) -> DataRow:
    return DataRow(
        product=observation.listing_id,
        observed_at=observation.observed_at,
        availability=observation.availability,
        price=observation.price,
        currency=observation.currency,
        list_price=observation.list_price,
        price_per_litre=price_per_litre(observation.price, litres) if observation.price and litres else None,
        seller=observation.seller,
        source=observation.source,
    )


def _check(query: DataQuery) -> None:
    if not 1 <= query.limit <= MAX_ROWS:
        raise InputError(f"limit is {query.limit}: ask for 1 to {MAX_ROWS} rows.")
    if query.product is not None and query.category is not None:
        raise InputError("Give a product or a category, not both.")
    if query.start and query.end and query.start >= query.end:
        raise InputError("start must be before end.")


def _encoded(listing_id: str, moment: datetime) -> str:
    """A cursor: the product and moment with which the next page begins."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {listing_id}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[str, datetime]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, listing_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(" ", 1)
        begins = datetime.fromisoformat(moment).astimezone(UTC)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InputError("The cursor is none that was given out: take next_cursor as it came.") from error
    return listing_id, begins
