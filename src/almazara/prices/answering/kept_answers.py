"""Answers that are made of many histories, kept until what they are made of has changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from almazara.figures.explored import Explored
from almazara.live import Kept, KeptEach
from almazara.prices.answering import categories, good_stories, history, overview
from almazara.prices.answering.categories import Category, CategoryStory
from almazara.prices.answering.good_stories import GoodRow, GoodRows
from almazara.prices.answering.known import Known
from almazara.prices.answering.overview import Overview, OverviewRow
from almazara.prices.buying.category_index import CategoryIndex
from almazara.prices.exploring.explore import explore
from almazara.prices.exploring.market import Market, open_market
from almazara.words.numbers import Language

_EXPLORED_DAYS: Final = 730
_CATEGORIES: Final = 500
_STORIES: Final = 20
"""Each holds a year of all its products."""


@dataclass(eq=False)
class KeptAnswers:
    """Readings are as old in them as they were when the answer was made; threads may share them."""

    _overview: Kept[Overview] = field(default_factory=Kept, init=False)
    _goods: Kept[GoodRows] = field(default_factory=Kept, init=False)
    _categories: KeptEach[Category] = field(default_factory=lambda: KeptEach(_CATEGORIES), init=False)
    _stories: KeptEach[CategoryStory] = field(default_factory=lambda: KeptEach(_STORIES), init=False)
    _indices: KeptEach[list[CategoryIndex]] = field(default_factory=lambda: KeptEach(_CATEGORIES), init=False)
    _market: Kept[Market] = field(default_factory=Kept, init=False)
    _explored: KeptEach[list[Explored]] = field(default_factory=lambda: KeptEach(len(Language)), init=False)

    def overview(self, known: Known) -> list[OverviewRow]:
        """The rows of all products, made anew each day, with each version or announced move, where one has changed."""
        state = known.read.revision, known.today, known.published, known.announced.moves
        return self._overview.gone_on(state, lambda before: overview.overview(known, before)).rows

    def goods(self, known: Known) -> list[GoodRow]:
        """The rows of all goods, made anew each day, and where a good has changed."""
        state = known.read.revision, known.today
        return self._goods.gone_on(state, lambda before: good_stories.good_rows(known, before)).rows

    def categories(self, known: Known) -> list[Category]:
        """All categories, each made anew when one of its products has changed."""

        def kept(name: str) -> Category:
            return self._categories.of(name, known.state_of(name), lambda: categories.category(known, name))

        return [kept(name) for name in categories.names(known)]

    def category_story(self, known: Known, category: str, language: Language) -> CategoryStory:
        """The page of a category; NotFoundError when it has no products."""
        return self._stories.of(
            (category, language),
            known.state_of(category),
            lambda: categories.category_story(known, category, language),
        )

    def indices_in(self, known: Known) -> Callable[[str], list[CategoryIndex]]:
        """What gives the indices of a category; NotFoundError from it for one without prices."""
        return lambda name: self._indices.of(name, known.state_of(name), lambda: history.indices(known, name))

    def market(self, known: Known) -> Market:
        """The prices of two years, to be explored; opened once for each day and revision of the store."""

        def opened() -> Market:
            listings = known.listings()
            panel = known.panel([one.listing_id for one in listings], days=_EXPLORED_DAYS)
            return open_market(panel, listings, ZoneInfo(known.timezone))

        return self._market.of((known.read.revision, known.today), opened)

    def explored(self, known: Known, language: Language) -> list[Explored]:
        """All figures of these prices, made anew each day, with each published version and after imports of the past.

        They tell of two years: a reading more is not waited for, but where nothing was published yet.
        """
        of = known.read.revision
        state = known.today, known.published or of, of.past, of.listings
        return self._explored.of(language, state, lambda: explore(self.market(known), language))
