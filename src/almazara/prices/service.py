"""The questions of the price product: what is followed, its history, its forecast, and whether the scraper is well."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.live import Kept, Live
from almazara.locks import thread_lock
from almazara.prices.alerts import alerting, delivery
from almazara.prices.alerts.delivery import Delivered, Notifier, RecordedEvent
from almazara.prices.alerts.rules import AlertRule
from almazara.prices.answering import categories, good_stories, history, issued_forecasts, overview, story, troubles
from almazara.prices.answering.baskets import BasketAnswer, basket_answer
from almazara.prices.answering.categories import Category, CategoryStory
from almazara.prices.answering.good_stories import GoodRow, GoodStory
from almazara.prices.answering.issued_forecasts import IssuedQuery, IssuedRow
from almazara.prices.answering.known import ADVISED_DAYS, Known
from almazara.prices.answering.overview import OverviewRow, RowState
from almazara.prices.answering.story import Story
from almazara.prices.answering.troubles import HeldReading, UnreadPage
from almazara.prices.answers import (
    Advice,
    Cheapest,
    DailyRow,
    DataPage,
    DataQuery,
    DataRow,
    Followed,
    IndexRow,
    Prediction,
    Product,
)
from almazara.prices.buying.advice import Question, advise
from almazara.prices.buying.basket_address import BasketAddress
from almazara.prices.buying.category_index import index_id
from almazara.prices.buying.cheapest import cheapest
from almazara.prices.buying.goods import declare_apart, declare_same, undeclare
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.collecting import runs, scraper_health
from almazara.prices.collecting.collection import SEARCHES_READ
from almazara.prices.collecting.runs import RunView
from almazara.prices.collecting.tracking import listing_from, never_sent, page_key
from almazara.prices.exploring.market import Market, open_market
from almazara.prices.forecasting import issued
from almazara.prices.publishing import Published
from almazara.prices.schema import Listing, Observation, Run
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import Language
from almazara.words.said import said

_EXPLORED_DAYS: Final = 730
_RUNS: Final = 200  # as many say whether the scraper is well; after each of its runs there is a retraining
_SHOWN: Final = 100  # characters of what was typed


@dataclass(eq=False)
class PriceService:
    """Answers from the store and the kept forecasts; nothing here fetches a page or fits a model.

    Attributes:
        is_idle: Whether nobody is at the work of a name: a shop that is read, or `runs.RETRAIN`.
    """

    store: ObservationStore
    live: Live[Published]
    _: KW_ONLY
    timezone: str
    clock: Callable[[], datetime]
    loopback_ports: frozenset[int] = frozenset()
    is_idle: Callable[[str], bool] = lambda _name: False
    _newest: Kept[tuple[list[Listing], dict[str, Observation]]] = field(default_factory=Kept, init=False)
    _overview: Kept[list[OverviewRow]] = field(default_factory=Kept, init=False)
    _market: Kept[Market] = field(default_factory=Kept, init=False)
    _categories: Kept[list[Category]] = field(default_factory=Kept, init=False)
    _category: Kept[CategoryStory] = field(default_factory=Kept, init=False)
    _goods: Kept[list[GoodRow]] = field(default_factory=Kept, init=False)
    _declaring: AbstractContextManager[bool] = field(default_factory=thread_lock, init=False)

    def products(self, *, category: str | None = None, tracked: bool | None = None) -> list[Product]:
        """Products in order of id, each with its newest price."""
        now = self.clock()
        listings, newest = self._listed()
        asked = (one for one in listings if category in {None, one.category} and tracked in {None, one.tracked})
        return [Product.of(one, newest.get(one.listing_id), now) for one in asked]

    def product(self, listing_id: str) -> Product:
        """One product.

        Raises:
            NotFoundError: when it is not known.
        """
        known = self._known()
        return known.shown([known.listing(listing_id)])[0]

    def add_product(
        self, text: str, *, marketplace: str | None, category: str | None, target_price: Decimal | None
    ) -> tuple[Followed, bool]:
        """Follow a product, with what is given now also where it is known; returns it, and whether it is new.

        It is known by its number or its page, also where an import or an earlier version gave it another number.

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
        known = self.store.listing(meant.listing_id) or self._of_page(meant)
        if known is not None:
            meant = replace(
                known,
                url=meant.url,
                category=meant.category or known.category,
                target_price=known.target_price if meant.target_price is None else meant.target_price,
                tracked=True,
            )
        self.store.save_listing(meant)
        unseen = never_sent(text, meant)
        notices = [said("prices.follow.never_sent", part=unseen[:_SHOWN])] if unseen else []
        return Followed.of_product(self.product(meant.listing_id), notices), known is None

    def _of_page(self, meant: Listing) -> Listing | None:
        """The listing of the same page, where there is one under another number."""
        key = page_key(meant.url)
        same = (one for one in self.store.listings() if one.shop == meant.shop and one.url and page_key(one.url) == key)
        return next(same, None)

    def remove_product(self, listing_id: str) -> None:
        """Follow a product no longer; its history stays."""
        self.store.save_listing(replace(self._known().listing(listing_id), tracked=False))

    def data(self, query: DataQuery) -> DataPage:
        """One page of observations.

        Raises:
            InputError: for a limit, span or cursor that cannot be used.
            NotFoundError: for an unknown product.
        """
        return history.data(self._known(), query)

    def rows(self, observations: Sequence[Observation]) -> list[DataRow]:
        """Observations as the API shows them."""
        return history.rows(self._known(), observations)

    def daily(self, query: DataQuery) -> tuple[list[DailyRow], str | None]:
        """One page of daily values, and where the next begins; what is not known is marked, never filled silently."""
        return history.daily(self._known(), query)

    def index(self, query: DataQuery) -> tuple[list[IndexRow], str | None]:
        """One page of a category's index, and where the next begins.

        Raises:
            InputError: without a category, or for a limit, span or cursor that cannot be used.
            NotFoundError: for a category without prices.
        """
        return history.index(self._known(), query)

    def overview(
        self,
        *,
        category: str | None = None,
        shop: str | None = None,
        litres: float | None = None,
        state: RowState | None = None,
    ) -> list[OverviewRow]:
        """All followed products, or those of a category, shop, size or state, by price per litre.

        It is made once for each day, published version and revision of the store.
        """
        known = self._known()
        made_of = (self.store.revision(), known.today, known.published)
        rows = self._overview.of(made_of, lambda: overview.overview(known))
        asked = {"category": category, "shop": shop, "litres": litres, "state": state}
        return overview.shown(overview.chosen(rows, asked), known.now)

    def market(self) -> Market:
        """The prices of two years, to be explored; opened once for each day and revision of the store."""
        known = self._known()

        def opened() -> Market:
            listings = self.store.listings()
            panel = known.series([one.listing_id for one in listings], days=_EXPLORED_DAYS).panel
            return open_market(panel, listings, ZoneInfo(self.timezone))

        return self._market.of((self.store.revision(), known.today), opened)

    def predict(self, listing_id: str, horizon_days: int, levels: Sequence[int]) -> Prediction:
        """A product's kept forecast.

        Raises:
            InputError: when its history is too short or there is none, or the horizon or a level is not kept.
            NotFoundError: when the product is unknown, or was not forecast yet.
        """
        known = self._known()
        listing = known.product(listing_id)
        is_forecast = listing_id in known.forecasts.index.forecasts
        if not is_forecast and not self.store.history(listing_id, limit=1):
            raise InputError(f"{listing_id} was not read yet: without a history there is nothing to forecast from.")
        return Prediction.of(self.live.current.forecasts.of(listing.listing_id, horizon_days, levels))

    def predict_category(
        self, category: str, horizon_days: int, levels: Sequence[int], currency: str | None = None
    ) -> Prediction:
        """The kept forecast of a category's index, in the currency of most of its products where none is given.

        Raises:
            InputError: when its history is too short, or the horizon or a level is not kept.
            NotFoundError: when there is no forecast of it.
        """
        forecasts, name = self.live.current.forecasts, index_id(category)
        own = Prediction.of(forecasts.of(name, horizon_days, levels))
        if currency in {None, own.currency}:
            return own
        return Prediction.of(forecasts.of(f"{name}:{currency}", horizon_days, levels))

    def advice(self, listing_id: str, deadline_days: int, quantity: int, language: Language = Language.ES) -> Advice:
        """Buy now or wait, in words of a language; see `advise`."""
        known = self._known()
        listing = known.product(listing_id)
        beside = known.products(listing.category) if listing.category else known.shown([listing])
        own = next(one for one in beside if one.id == listing_id)
        prices = known.series([listing_id], days=ADVISED_DAYS).panel
        return advise(Question(own, beside, prices, known.today, deadline_days, quantity), known.policies, language)

    def story(
        self,
        listing_id: str,
        deadline_days: int = DEADLINE_DAYS,
        quantity: int = 1,
        language: Language = Language.ES,
    ) -> Story:
        """Everything about a product at once; see `advise` for the question that its advice answers.

        Raises:
            InputError: when it is a search, or for a deadline or quantity out of range.
            NotFoundError: when it is not known.
        """
        found = story.story(self._known(), listing_id, deadline_days, quantity, language)
        goods = (row for row in self.goods() if any(one.id == listing_id for one in row.products))
        return replace(found, good=next(goods, None))

    def goods(self) -> list[GoodRow]:
        """The goods that are sold at several places, each with its offers, cheapest first; kept as the overview is."""
        known = self._known()
        rows = self._goods.of((self.store.revision(), known.today), lambda: good_stories.good_rows(known))
        return [good_stories.at(row, known.now) for row in rows]

    def good(
        self,
        key: str,
        deadline_days: int = DEADLINE_DAYS,
        quantity: int = 1,
        language: Language = Language.ES,
    ) -> GoodStory:
        """Everything about a good at once; see `good_story` for the key and the errors."""
        return good_stories.good_story(self._known(), key, deadline_days, quantity, language)

    def basket(self, asked: BasketAddress) -> BasketAnswer:
        """The cheapest split of a basket over shops; InputError when it holds too much."""
        return basket_answer(self._known(), asked)

    def declare_good(self, products: Sequence[str]) -> GoodStory:
        """Make one good of products, or of a single one a good of its own; see `declare_same` for the errors."""
        with self._declaring:  # what others declare meanwhile would be read half done
            if len(products) == 1:
                declare_apart(self.store, products[0])
                return self.good(products[0])
            return self.good(declare_same(self.store, products).good_id)

    def undeclare(self, product: str) -> None:
        """Forget what was declared of a product; NotFoundError when it is not known."""
        with self._declaring:
            undeclare(self.store, product)

    def categories(self) -> list[Category]:
        """All categories, kept as the overview is."""
        known = self._known()
        return self._categories.of((self.store.revision(), known.today), lambda: categories.categories(known))

    def category_story(self, category: str, language: Language = Language.ES) -> CategoryStory:
        """Everything about a category at once, the last one that was asked for kept as the overview is.

        Raises:
            NotFoundError: when it has no products.
        """
        known = self._known()
        made_of = (category, language, self.store.revision(), known.today, known.published)
        found = self._category.of(made_of, lambda: categories.category_story(known, category, language))
        return categories.shown(found, known.now)

    def cheapest(self, category: str, language: Language = Language.ES) -> Cheapest:
        """The cheapest litre of a category.

        Raises:
            NotFoundError: when the category has no products.
        """
        known = self._known()
        products = known.products(category)
        if not products:
            raise history.no_category(known, category)
        return cheapest(category, products, language)

    def forecast_scores(self, days: int, language: Language = Language.EN) -> issued.ForecastReport:
        """How the published forecasts did over the last `days` days that have ended, and what has drifted."""
        return issued.report(self.store, self._known().today, days, language)

    def issued(self, query: IssuedQuery) -> tuple[list[IssuedRow], str | None]:
        """One page of the published forecasts against what came, and where the next begins.

        Raises:
            InputError: for a cursor that was not given out.
            NotFoundError: for an unknown product.
        """
        return issued_forecasts.issued_forecasts(self._known(), query)

    def alert(self, notifier: Notifier, language: Language = Language.ES) -> tuple[int, Delivered]:
        """Keep new alert events and send what is due; see `alerting.alert`."""
        known = self._known()
        drifts = issued.drift(self.store, known.today)
        return alerting.alert(
            self.store,
            notifier,
            self.health(),
            known.now,
            timezone=known.timezone,
            policies=known.policies,
            drifts=drifts,
            language=language,
        )

    def alert_rules(self) -> list[AlertRule]:
        """The alert rules, those that target prices stand for among them, oldest first."""
        return alerting.rules(self.store)

    def add_alert_rule(self, make: Callable[[str, datetime], AlertRule]) -> AlertRule:
        """Keep a rule that is made of a new id and the moment; see `alerting.add_rule`."""
        return alerting.add_rule(self.store, make)

    def remove_alert_rule(self, rule_id: str) -> None:
        """Forget a rule, or the target price that it stands for; see `alerting.remove_rule`."""
        alerting.remove_rule(self.store, rule_id)

    def alert_events(self, limit: int, language: Language | None = None) -> list[RecordedEvent]:
        """What rules found, newest first; see `delivery.recorded`."""
        return delivery.recorded(self.store, limit, language)

    def health(self) -> scraper_health.HealthReport:
        """Whether the scraper is well, from the runs of the last week and what was read last."""
        listings, newest = self._listed()
        searched = self.store.documents(SEARCHES_READ)
        searches_read = {search: datetime.fromisoformat(document["at"]) for search, document in searched.items()}
        recent = self._runs(None, _RUNS)
        return scraper_health.assess(listings, newest, recent, now=self.clock(), searches_read=searches_read)

    def runs(self, kind: str | None, limit: int) -> list[RunView]:
        """The newest runs, or those of a kind, newest first."""
        return [runs.view(run.run_id, [run]) for run in self._runs(kind, limit)]

    def run(self, run_id: str, kind: str) -> RunView:
        """One run; see `runs.find`."""
        return runs.find(self.store, run_id, kind, self.is_idle)

    def _runs(self, kind: str | None, limit: int) -> list[Run]:
        return [runs.as_it_stands(self.store, run, self.is_idle) for run in self.store.runs(kind=kind, limit=limit)]

    def held(self, limit: int) -> list[HeldReading]:
        """The readings that wait for a second one to agree, newest first."""
        return troubles.held_readings(self._known(), limit)

    def unread(self, limit: int) -> list[UnreadPage]:
        """The followed pages that gave no price when they were last asked for; those that failed for longest first."""
        return troubles.unread_pages(self._known(), limit)

    def _listed(self) -> tuple[list[Listing], dict[str, Observation]]:
        """All listings and the newest observation of each, read once for each revision of the store."""
        return self._newest.of(self.store.revision(), lambda: (self.store.listings(), self.store.latest()))

    def _known(self) -> Known:
        """What there is to answer from now."""
        try:
            published = self.live.current
        except NotFoundError:  # nothing was published yet
            published = None
        return Known(self.store, published, self.clock(), self.timezone)
