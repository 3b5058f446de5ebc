"""Categories: where the litre goes, which is the cheapest of each grade, and the page of one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from almazara.prices.answering.history import no_category
from almazara.prices.answering.known import YEAR, Known
from almazara.prices.answering.story import forecast_notices
from almazara.prices.answers import Cheapest, IndexRow, Offered, Prediction, Product
from almazara.prices.buying.category_index import RELATIVE, CategoryIndex, at_present_sizes, index_id, indices_of
from almazara.prices.buying.cheapest import cheapest
from almazara.prices.buying.lookalikes import per_litre
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.forecasting.panel import Panel
from almazara.prices.schema import ListingKind
from almazara.words.numbers import Language, as_amount
from almazara.words.said import Said, said


@dataclass(frozen=True, slots=True)
class Category:
    """A category of products, by the index of the currency of most of them; None where that has no price.

    Attributes:
        products: How many there are, in `shops`.
        unit: `litre`: the index is the price of one; `index`: the newest day is 100.
        index: Today; `index_30` and `index_90` so many days ago.
        cheapest: The cheapest litre of each currency and grade.
    """

    category: str
    products: int
    shops: list[str]
    currency: str | None
    unit: str | None
    index: Decimal | None
    index_30: Decimal | None
    index_90: Decimal | None
    cheapest: list[Offered]


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product's price per litre, one a day from `first_day` on; None where it is not known."""

    product: Product
    first_day: date
    per_litre: list[float | None]


@dataclass(frozen=True, slots=True)
class CategoryStory:
    """The page of a category.

    Attributes:
        notices: What a page must say of what is missing or late.
        index: The last year, of the currency of most products.
        prediction: Of the index, to 30 days from today where that is kept.
        lines: The last year of the products of that currency whose litres are known.
    """

    category: Category
    notices: list[Said]
    index: list[IndexRow]
    prediction: Prediction | None
    lines: list[ProductLine]
    cheapest: Cheapest


@dataclass(frozen=True, slots=True)
class _Read:
    """A category as it is read: its products, their daily prices, and the indices made of these."""

    name: str
    products: list[Product]
    panel: Panel
    indices: list[CategoryIndex]


def names(known: Known) -> list[str]:
    """All categories that have products, in order."""
    return sorted({one.category for one in known.listings() if one.category and one.kind is ListingKind.PRODUCT})


def category(known: Known, name: str) -> Category:
    """One category."""
    return _category(_read(known, name), known.today)


def category_story(known: Known, category: str, language: Language = Language.ES) -> CategoryStory:
    """The page of one category.

    Raises:
        NotFoundError: when it has no products.
    """
    read = _read(known, category)
    if not read.products:
        raise no_category(known, category)
    main = next(iter(read.indices), None)
    since = known.today - timedelta(days=YEAR - 1)
    story = CategoryStory(
        category=_category(read, known.today),
        notices=[],
        index=list(main.since(since).rows()) if main else [],
        prediction=known.prediction(index_id(category), DEADLINE_DAYS),
        lines=_lines(read, main.currency, since) if main else [],
        cheapest=cheapest(category, read.products, language),
    )
    return replace(story, notices=list(_notices(known, story, len(read.indices))))


def shown(story: CategoryStory, now: datetime) -> CategoryStory:
    """One that was made earlier, with how old its readings are now."""
    return replace(story, lines=[replace(line, product=line.product.at(now)) for line in story.lines])


def _notices(known: Known, story: CategoryStory, currencies: int) -> Iterator[Said]:
    """What a page must say of what is missing or late; `currencies` are those that prices are in."""
    category, days = story.category, [row.date for row in story.index if row.price is not None]
    if not days:
        yield said("prices.category.no_price")
        return
    if category.index is None:
        yield said("prices.category.unread", since=days[-1])
    if category.unit == RELATIVE:
        yield said("prices.category.no_litres")
    if category.products == 1:
        yield said("prices.category.one_product")
    if currencies > 1:
        yield said("prices.category.currencies", n=currencies, currency=category.currency or "")
    yield from forecast_notices(known, index_id(category.category), story.prediction, len(days))


def _read(known: Known, category: str) -> _Read:
    products = [one for one in known.products(category) if one.kind is ListingKind.PRODUCT]
    held = {one.id: one for one in products}
    panel = at_present_sizes(known.panel(list(held)), held, ZoneInfo(known.timezone))
    return _Read(category, products, panel, indices_of(category, panel, held))


def _category(read: _Read, today: date) -> Category:
    main = next(iter(read.indices), None)
    now, month, quarter = (_level(main, today - timedelta(days=ago)) for ago in (0, 30, 90))
    return Category(
        category=read.name,
        products=len(read.products),
        shops=sorted({one.shop for one in read.products}),
        currency=main.currency if main else None,
        unit=main.unit if main else None,
        index=now,
        index_30=month,
        index_90=quarter,
        cheapest=cheapest(read.name, read.products).cheapest,
    )


def _level(index: CategoryIndex | None, day: date) -> Decimal | None:
    return as_amount(index.on(day), index.currency) if index else None


def _lines(read: _Read, currency: str, since: date) -> list[ProductLine]:
    products, skipped = {one.id: one for one in read.products}, max(0, (since - read.panel.first_day).days)
    first_day, prices = read.panel.first_day + timedelta(days=skipped), read.panel.prices[:, skipped:]
    rows = zip(read.panel.names, read.panel.currencies, prices, strict=True)
    return [
        ProductLine(products[name], first_day, per_litre(row, products[name].litres))
        for name, of, row in rows
        if of == currency and products[name].litres is not None
    ]
