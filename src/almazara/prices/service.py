"""The questions of the price product: what is followed, its history, its forecast, and whether the scraper is well."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from almazara.errors import NotFoundError, UnavailableError
from almazara.figures.explored import Explored
from almazara.live import Live
from almazara.locks import thread_lock
from almazara.prices.alerts import alerting, delivery
from almazara.prices.alerts.delivery import Delivered, Notifier, RecordedEvent
from almazara.prices.alerts.rules import AlertRule
from almazara.prices.answering import (
    advising,
    categories,
    good_stories,
    history,
    issued_forecasts,
    overview,
    predicting,
    story,
    troubles,
)
from almazara.prices.answering.announced_moves import KeptMove, announce, announced_moves
from almazara.prices.answering.baskets import BasketAnswer, basket_answer
from almazara.prices.answering.categories import Category, CategoryStory
from almazara.prices.answering.good_stories import GoodRow, GoodStory
from almazara.prices.answering.issued_forecasts import IssuedQuery, IssuedRow
from almazara.prices.answering.kept_answers import KeptAnswers
from almazara.prices.answering.known import Known
from almazara.prices.answering.overview import OverviewRow, RowState
from almazara.prices.answering.remembered import Remembered
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
    cursor_at,
    placed,
)
from almazara.prices.buying.basket_address import BasketAddress
from almazara.prices.buying.cheapest import cheapest
from almazara.prices.buying.goods import declare_apart, declare_same, undeclare
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.collecting import runs
from almazara.prices.collecting.following import follow
from almazara.prices.collecting.runs import RunView
from almazara.prices.collecting.scraper_health import HealthReport
from almazara.prices.collecting.tracking import never_sent
from almazara.prices.exploring.market import Market
from almazara.prices.forecasting import issued
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import forget_move
from almazara.prices.publishing import Published
from almazara.prices.schema import EPOCH, Observation, Run
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import Language
from almazara.words.said import said

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
    _remembered: Remembered = field(init=False)
    _kept: KeptAnswers = field(default_factory=KeptAnswers, init=False)
    _declaring: AbstractContextManager[bool] = field(default_factory=thread_lock, init=False)

    def __post_init__(self) -> None:
        self._remembered = Remembered(self.store, self.timezone)

    def products(self, *, category: str | None = None, tracked: bool | None = None) -> list[Product]:
        """Products in order of id, each with its newest price."""
        known = self._known()
        return known.shown(known.listings(category=category, tracked=tracked))

    def page_of_products(
        self, limit: int, cursor: str | None = None, *, category: str | None = None, tracked: bool | None = None
    ) -> tuple[list[Product], str | None]:
        """One page of the same, and where the next begins; InputError for a cursor that was not given out."""
        known, begins = self._known(), placed(cursor)[0] if cursor else ""
        asked = [one for one in known.listings(category=category, tracked=tracked) if one.listing_id >= begins]
        return known.shown(asked[:limit]), cursor_at(asked[limit].listing_id, EPOCH) if len(asked) > limit else None

    def not_followed(self, category: str | None = None) -> int:
        """How many products and searches are kept and not followed, such as imports."""
        return len(self._known().listings(category=category, tracked=False))

    def product(self, listing_id: str) -> Product:
        """One product.

        Raises:
            NotFoundError: when it is not known.
        """
        listing = self._known().listing(listing_id)
        return Product.of(listing, self.store.latest([listing_id]).get(listing_id), self.clock())

    def add_product(
        self, text: str, *, marketplace: str | None, category: str | None, target_price: Decimal | None
    ) -> tuple[Followed, bool]:
        """Follow a product; returns it, and whether it is new. See `following.follow` for the errors."""
        meant, is_new = follow(
            self.store,
            text,
            marketplace=marketplace,
            category=category,
            target_price=target_price,
            now=self.clock(),
            loopback_ports=self.loopback_ports,
        )
        unseen = never_sent(text, meant)
        notices = [said("prices.follow.never_sent", part=unseen[:_SHOWN])] if unseen else []
        return Followed.of_product(self.product(meant.listing_id), notices), is_new

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
        known = self._known()
        return history.index(known, query, self._kept.indices_in(known))

    def overview(
        self,
        *,
        category: str | None = None,
        shop: str | None = None,
        litres: float | None = None,
        state: RowState | None = None,
    ) -> list[OverviewRow]:
        """All followed products, or those of a category, shop, size or state, by price per litre."""
        asked = {"category": category, "shop": shop, "litres": litres, "state": state}
        return overview.shown(overview.chosen(self.overview_rows(), asked), self.clock())

    def page_of_overview(self, start: int, limit: int, asked: Mapping[str, object]) -> tuple[list[OverviewRow], int]:
        """So many of the rows that `asked` chooses, after the first `start`; and how many there are."""
        found = overview.chosen(self.overview_rows(), asked)
        return overview.shown(found[start : start + limit], self.clock()), len(found)

    def overview_rows(self) -> list[OverviewRow]:
        """All rows as they are kept, with how old readings were then: for who asks for nothing of that."""
        return self._kept.overview(self._known())

    def market(self) -> Market:
        """The prices of two years, to be explored."""
        return self._kept.market(self._known())

    def explored(self, language: Language) -> list[Explored]:
        """All figures of these prices; see `KeptAnswers.explored`."""
        return self._kept.explored(self._known(), language)

    def predict(self, listing_id: str, days: int, levels: Sequence[int], target: float | None = None) -> Prediction:
        """A product's kept forecast; see `predicting.predict`."""
        return predicting.predict(self._whole(), listing_id, days, levels, target)

    def predict_category(
        self, category: str, days: int, levels: Sequence[int], currency: str | None = None, target: float | None = None
    ) -> Prediction:
        """The kept forecast of a category's index; see `predicting.predict_category`."""
        return predicting.predict_category(self._whole(), category, days, levels, currency=currency, target=target)

    def announced_moves(self) -> list[KeptMove]:
        """The moves of prices that are announced, in order of their days."""
        return announced_moves(self._known())

    def announce(self, moves: Sequence[AnnouncedMove]) -> list[KeptMove]:
        """Keep announced moves; of equal ones there is one. InputError where too many would be kept."""
        return announce(self._known(), moves)

    def withdraw(self, move_id: str) -> None:
        """Keep an announced move no longer; NotFoundError when there is none."""
        forget_move(self.store, move_id)

    def advice(self, listing_id: str, deadline_days: int, quantity: int, language: Language = Language.ES) -> Advice:
        """Buy now or wait, in words of a language; see `advise`."""
        return advising.advice(self._known(), listing_id, deadline_days, quantity, language)

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
        known = self._known()
        found = story.story(known, listing_id, deadline_days, quantity, language)
        return replace(found, good=good_stories.good_of_product(known, listing_id))

    def goods(self) -> list[GoodRow]:
        """The goods that are sold at several places, each with its offers, cheapest first; kept as the overview is."""
        return [good_stories.at(row, self.clock()) for row in self.good_rows()]

    def page_of_goods(self, start: int, limit: int) -> tuple[list[GoodRow], int]:
        """So many of the goods after the first `start`, and how many there are in all."""
        rows = self.good_rows()
        return [good_stories.at(row, self.clock()) for row in rows[start : start + limit]], len(rows)

    def good_rows(self) -> list[GoodRow]:
        """All goods as they are kept, with how old readings were then."""
        return self._kept.goods(self._known())

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
        """All categories in order of name."""
        return self._kept.categories(self._known())

    def category_story(self, category: str, language: Language = Language.ES) -> CategoryStory:
        """Everything about a category at once.

        Raises:
            NotFoundError: when it has no products.
        """
        known = self._known()
        return categories.shown(self._kept.category_story(known, category, language), known.now)

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
            troubles.health_of_whole(known, self._runs(None, _RUNS)),
            known.now,
            timezone=known.timezone,
            policies=known.policies,
            drifts=drifts,
            language=language,
        )

    def alert_rules(self) -> list[AlertRule]:
        """The alert rules, those that target prices stand for among them, oldest first."""
        return alerting.rules(self.store, self._known().listings(tracked=True))

    def add_alert_rule(self, make: Callable[[str, datetime], AlertRule]) -> AlertRule:
        """Keep a rule that is made of a new id and the moment; see `alerting.add_rule`."""
        return alerting.add_rule(self.store, make)

    def remove_alert_rule(self, rule_id: str) -> None:
        """Forget a rule, or the target price that it stands for; see `alerting.remove_rule`."""
        alerting.remove_rule(self.store, rule_id)

    def alert_events(self, limit: int, language: Language | None = None) -> list[RecordedEvent]:
        """What rules found, newest first; see `delivery.recorded`."""
        return delivery.recorded(self.store, limit, language)

    def health(self) -> HealthReport:
        """Whether the scraper is well, from the runs of the last week and what was read last."""
        return troubles.health(Known(self._remembered, None, self.clock()), self._runs(None, _RUNS))

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

    def _known(self) -> Known:
        """What there is to answer from now."""
        try:
            return self._whole()
        except UnavailableError:
            return Known(self._remembered, None, self.clock())

    def _whole(self) -> Known:
        """The same; UnavailableError when what is published is damaged, and no version before it is whole."""
        try:
            published = self.live.current
        except NotFoundError:  # nothing was published yet
            published = None
        return Known(self._remembered, published, self.clock())
