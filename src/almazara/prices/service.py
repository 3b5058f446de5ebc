"""The questions of the price product: what is followed, its history, its forecast, and whether the scraper is well."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.live import Live
from almazara.prices.alerts import alerting
from almazara.prices.alerts.delivery import Delivered, Notifier
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
    Prediction,
    Product,
    Quantile,
    cursor_at,
)
from almazara.prices.buying.advice import Question, advise
from almazara.prices.buying.category_index import CategoryIndex, category_index, index_id
from almazara.prices.buying.cheapest import cheapest
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.collecting import scraper_health
from almazara.prices.collecting.collection import SEARCHES_READ
from almazara.prices.collecting.tracking import listing_from
from almazara.prices.forecasting import issued
from almazara.prices.forecasting.series import regular
from almazara.prices.publishing import Published
from almazara.prices.schema import TICK, Listing, ListingKind, Observation
from almazara.prices.store.observations import is_key
from almazara.prices.store.protocol import ObservationStore

MAX_ROWS: Final = 10_000
_ADVISED_FROM: Final = timedelta(days=400)


@dataclass(eq=False)
class PriceService:
    """Answers from the store and the kept forecasts; nothing here fetches a page or fits a model."""

    store: ObservationStore
    live: Live[Published]
    _: KW_ONLY
    timezone: str
    clock: Callable[[], datetime]
    loopback_ports: frozenset[int] = frozenset()

    def products(self, *, category: str | None = None, tracked: bool | None = None) -> list[Product]:
        """Products in order of id, each with its newest price."""
        if category is not None and not is_key(category):
            return []
        listings = self.store.listings(category=category, tracked=tracked)
        latest = self.store.latest([listing.listing_id for listing in listings]) if listings else {}
        return [Product.of(one, latest.get(one.listing_id), self.clock()) for one in listings]

    def product(self, listing_id: str) -> Product:
        """One product.

        Raises:
            NotFoundError: when it is not known.
        """
        listing = self._listing(listing_id)
        return Product.of(listing, self.store.latest([listing_id]).get(listing_id), self.clock())

    def add_product(
        self, text: str, *, marketplace: str | None, category: str | None, target_price: Decimal | None
    ) -> tuple[Product, bool]:
        """Follow a product, with what is given now also where it is known; returns it, and whether it is new.

        Raises:
            InputError: when the text names no product or search.
        """
        meant = listing_from(
            text,
            marketplace=marketplace,
            category=category,
            target_price=target_price,
            now=self.clock(),
            loopback_ports=self.loopback_ports,
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
                return DataPage(kept, cursor_at(kept[-1].listing_id, kept[-1].observed_at + TICK))
        return DataPage(found, None)

    def rows(self, observations: Sequence[Observation]) -> list[DataRow]:
        """Observations as the API shows them."""
        litres = {listing.listing_id: listing.litres for listing in self.store.listings()}
        return [DataRow.of(observation, litres.get(observation.listing_id)) for observation in observations]

    def daily(self, query: DataQuery) -> tuple[list[DailyRow], str | None]:
        """One page of daily values, and where the next begins; what is not known is marked, never filled silently."""
        _check(query)
        first, until = query.days(ZoneInfo(self.timezone))
        rows: list[DailyRow] = []
        for listing_id, begins in self._remaining(query):
            for row in self._days(listing_id, begins.date() if begins else first, until):
                if len(rows) == query.limit:
                    return rows, cursor_at(row.product, datetime.combine(row.date, time.min, UTC))
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
        first, until = query.days(ZoneInfo(self.timezone))
        at, moment = query.begins
        begins = (at, moment.date() if moment else date.min)
        rows = [
            row
            for index in self._indices(query.category)
            for row in index.rows()
            if (first or row.date) <= row.date <= (until or row.date) and (row.product, row.date) >= begins
        ]
        following = rows[query.limit] if len(rows) > query.limit else None
        cursor = cursor_at(following.product, datetime.combine(following.date, time.min, UTC)) if following else None
        return rows[: query.limit], cursor

    def predict(self, listing_id: str, horizon_days: int, levels: Sequence[int]) -> Prediction:
        """A product's kept forecast.

        Raises:
            InputError: when its history is too short or there is none, or the horizon or a level is not kept.
            NotFoundError: when the product is unknown, or was not forecast yet.
        """
        listing = self._product_listing(listing_id)
        found = self._published()
        is_forecast = found is not None and listing_id in found.forecasts.index.forecasts
        if not is_forecast and not self.store.history(listing_id, limit=1):
            raise InputError(f"{listing_id} was not read yet: without a history there is nothing to forecast from.")
        return self._prediction(listing.listing_id, horizon_days, levels)

    def predict_category(
        self, category: str, horizon_days: int, levels: Sequence[int], currency: str | None = None
    ) -> Prediction:
        """The kept forecast of a category's index, in the currency of most of its products where none is given.

        Raises:
            InputError: when its history is too short, or the horizon or a level is not kept.
            NotFoundError: when there is no forecast of it.
        """
        name = index_id(category)
        own = self._prediction(name, horizon_days, levels)
        return own if currency in {None, own.currency} else self._prediction(f"{name}:{currency}", horizon_days, levels)

    def advice(self, listing_id: str, deadline_days: int, quantity: int) -> Advice:
        """Buy now or wait; see `advise`."""
        listing = self._product_listing(listing_id)
        beside = self.products(category=listing.category) if listing.category else [self.product(listing_id)]
        own = next(one for one in beside if one.id == listing_id)
        readings = self.store.readings([listing_id], self.clock() - _ADVISED_FROM)
        history = regular(readings, until=self._today(), timezone=self.timezone).panel
        return advise(Question(own, beside, history, self._today(), deadline_days, quantity), self._policies())

    def cheapest(self, category: str) -> Cheapest:
        """The cheapest litre of a category.

        Raises:
            NotFoundError: when the category has no products.
        """
        products = self.products(category=category)
        if not products:
            raise _no_category(category)
        return cheapest(category, products)

    def _policies(self) -> AdvicePolicies:
        """What was learned of waiting; nothing before the first retraining."""
        found = self._published()
        return found.policies if found else AdvicePolicies()

    def _published(self) -> Published | None:
        try:
            return self.live.current
        except NotFoundError:
            return None

    def _prediction(self, listing_id: str, horizon_days: int, levels: Sequence[int]) -> Prediction:
        found = self.live.current.forecasts.of(listing_id, horizon_days, levels)
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

    def forecast_scores(self, days: int) -> issued.ForecastReport:
        """How the published forecasts did over the last `days` days that have ended, and what has drifted."""
        return issued.report(self.store, self._today(), days)

    def alert(self, notifier: Notifier) -> tuple[int, Delivered]:
        """Keep new alert events and send what is due; returns how many were new, and what was sent."""
        drifts, now = issued.drift(self.store, self._today()), self.clock()
        return alerting.alert(self.store, notifier, self.health(), now, policies=self._policies(), drifts=drifts)

    def _today(self) -> date:
        return self.clock().astimezone(ZoneInfo(self.timezone)).date()

    def health(self) -> scraper_health.HealthReport:
        """Whether the scraper is well, from the runs and readings of the last week."""
        now = self.clock()
        listings = self.store.listings(tracked=True)
        since = now - scraper_health.WINDOW
        latest = self.store.latest([listing.listing_id for listing in listings]) if listings else {}
        recent = self.store.histories(list(latest), since)
        readings = [o for listing_id, newest in latest.items() for o in recent.get(listing_id, [newest])]
        searched = self.store.documents(SEARCHES_READ)
        searches_read = {search: datetime.fromisoformat(document["at"]) for search, document in searched.items()}
        return scraper_health.assess(
            listings, readings, self.store.runs(kind="scrape"), now=now, searches_read=searches_read
        )

    def _indices(self, category: str) -> list[CategoryIndex]:
        if is_key(category) and (
            found := category_index(self.store, category, until=self._today(), timezone=self.timezone)
        ):
            return found
        raise _no_category(category)

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

    def _remaining(self, query: DataQuery) -> Iterator[tuple[str, datetime | None]]:
        """The listings that are asked for from the cursor on, the cursor's own with the moment where it goes on."""
        at, begins = query.begins
        if query.product is not None:
            asked = [self._listing(query.product)]
        else:
            can_be = query.category is None or is_key(query.category)
            asked = self.store.listings(category=query.category) if can_be else []
        for listing in asked:
            if listing.listing_id >= at:
                yield listing.listing_id, begins if listing.listing_id == at else None

    def _days(self, listing_id: str, first: date | None, until: date | None) -> Iterator[DailyRow]:
        today = self._today()
        readings = self.store.readings([listing_id])
        series = regular(readings, until=min(until or today, today), timezone=self.timezone)
        for _, day, price, state in series.days():
            if first is None or day >= first:
                yield DailyRow(listing_id, day, state, price, None if price is None else series.panel.currencies[0])


def _no_category(category: str) -> NotFoundError:
    return NotFoundError(f"There is no category {category[:100]!r} with prices: GET /productos shows the categories.")


def _check(query: DataQuery) -> None:
    if not 1 <= query.limit <= MAX_ROWS:
        raise InputError(f"limit is {query.limit}: ask for 1 to {MAX_ROWS} rows.")
    if query.product is not None and query.category is not None:
        raise InputError("Give a product or a category, not both.")
    if query.start and query.end and query.start >= query.end:
        raise InputError("start must be before end.")
