"""The page of a category: where its litre goes, which is the cheapest of each grade, and all its products."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from almazara.figures.chart import Chart, Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.prices.alerts.rules import AlertRule
from almazara.prices.answering.categories import Category, CategoryStory, ProductLine
from almazara.prices.answering.history import MAX_ROWS
from almazara.prices.answering.overview import LEVEL, chosen
from almazara.prices.answers import Offered
from almazara.prices.buying.category_index import PER_LITRE
from almazara.prices.buying.policy import DEADLINE_DAYS
from almazara.prices.buying.states import SAME
from almazara.prices.service import PriceService
from almazara.web.alerts import Watch, alerts, routes
from almazara.web.category_pictures import (
    ahead_of,
    in_order,
    index_chart,
    level_of,
    names_of,
    products_chart,
    unit_of,
)
from almazara.web.explore.drawn import first_rows
from almazara.web.forms import guard
from almazara.web.overview import SHOWN, category_address, line, money_of, service
from almazara.web.page import drawn, page, reader_of
from almazara.web.products import forecast_by, interval
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Money, Said, named, said, text_of

_AGO: Final = (30, 90)
_HEIGHT: Final = 320


@dataclass(frozen=True, slots=True)
class _Pictured:
    """A chart as the page shows it, with its first rows, of as many, and where all are downloaded."""

    chart: Chart
    table: Table
    downloads: list[tuple[str, str]]
    total: int

    @property
    def picture(self) -> Markup:
        """Its key and its drawing."""
        return drawn(legend(self.chart) + draw(self.chart, height=_HEIGHT))


@dataclass(frozen=True, slots=True)
class _Grade:
    """The cheapest litre of a grade, beside the others of it."""

    grade: Said
    offer: Offered
    litre: str
    beside: Said


async def category(request: Request) -> Response:
    """One category."""
    values = await run_in_threadpool(_described, request)
    return page(request, "category.html", here="prices", may_write=guard(request).may_write(request), **values)


def _described(request: Request) -> dict[str, Any]:
    prices, language = service(request), reader_of(request).language
    name = request.path_params["category"]
    story, rows = prices.category_story(name, language), chosen(prices.overview_rows(), {"category": name})
    followed = {row.product.id for row in rows}
    unfollowed = (one.product for one in story.lines if one.product.id not in followed)
    return {
        "name": named("category", name),
        "id": name,
        "headline": _headline(story.category),
        "lead": _against(story.category),
        "notices": story.notices,
        "facts": list(_facts(story, language)),
        "horizon": DEADLINE_DAYS,
        "index": _index(story, language) if story.index else None,
        "model": _model(story),
        "several": story.category.products > 1,
        "per_litre": story.category.unit == PER_LITRE,
        "grades": list(_grades(story, language)),
        "lines": _lines(story, language) if len(story.lines) > 1 else None,
        "rows": [line(row, language) for row in rows[:SHOWN]],
        "whole": f"/precios?{urlencode({'category': name})}" if len(rows) > SHOWN else None,
        "unfollowed": list(islice(unfollowed, SHOWN)),
        "alerts": alerts(_watch_of(name), _rules(prices, name), story.category.currency),
        "demo": request.app.state.prices.demo_shop is not None,
    }


def _word(code: str, language: Language, **figures: float) -> str:
    return said(f"site.category.{code}", **figures).text(language)


def _changes(category: Category) -> dict[int, float]:
    """By what share it costs more than so many days ago, where both are known."""
    before = zip(_AGO, (category.index_30, category.index_90), strict=True)
    return {days: float(category.index / then) - 1 for days, then in before if then and category.index is not None}


def _headline(category: Category) -> Said:
    """Where the litre goes, in a few words."""
    if category.index is None:
        return said("site.category.unknown")
    change = next(iter(_changes(category).values()), None)
    way = "alone" if change is None else "level" if abs(change) <= SAME else "up" if change > 0 else "down"
    if category.unit != PER_LITRE:
        return said(f"site.category.index_{way}")
    return said(f"site.category.{way}", price=level_of(float(category.index), category))


def _against(category: Category) -> Said | None:
    """Today beside what it cost before."""
    if category.index is None:
        return None
    match [_clause(change, days) for days, change in _changes(category).items()]:
        case [first, second]:
            return said("site.category.costs_both", first=first, second=second)
        case [first]:
            return said("site.category.costs", first=first)
        case _:
            return said("site.category.nothing_before")


def _clause(change: float, days: int) -> Said:
    if abs(change) <= SAME:
        return said("site.category.same", days=days)
    return said(f"site.category.{'more' if change > 0 else 'less'}", share=abs(change), days=days)


def _facts(story: CategoryStory, language: Language) -> Iterator[tuple[str, str, str]]:
    """The index now, before and ahead, and of how many products it is made; none that is not known."""
    one, prediction = story.category, ahead_of(story)
    values = ((_word("today", language), one.index), *zip(_before(language), (one.index_30, one.index_90), strict=True))
    for name, value in values:
        if value is not None:
            yield name, _level(float(value), one, language), ""
    if prediction is not None:
        low, high = interval(prediction)
        between = said("site.category.between", low=level_of(low, one), high=_level(high, one, language)).text(language)
        yield _word("ahead", language, n=DEADLINE_DAYS), between, _word("in_cases", language, level=LEVEL / 100)
    shops = _word("in_shops", language, n=len(one.shops))
    yield _word("products", language), numbers.number(one.products, 0, language), shops


def _before(language: Language) -> list[str]:
    return [_word("ago", language, n=days) for days in _AGO]


def _level(value: float, category: Category, language: Language) -> str:
    level = level_of(value, category)
    if isinstance(level, Money):
        return numbers.per_litre(level.amount, level.currency, language)
    return numbers.plain(level, language)


def _index(story: CategoryStory, language: Language) -> _Pictured:
    """The index of the last year, and what may come."""
    value = "litre_column" if story.category.unit == PER_LITRE else "index_column"
    unit = unit_of(story.category, language)
    columns = [
        _word("day", language),
        _word(value, language) + (f" ({unit})" if unit else ""),
        _word("counted", language),
    ]
    levels = [None if row.price is None else level_of(float(row.price), story.category) for row in story.index]
    amounts = [level.amount if isinstance(level, Money) else level for level in levels]
    rows = [[row.date, amount, row.products] for row, amount in zip(story.index, amounts, strict=True)][::-1]
    asked = {"category": story.category.category, "index": "true", "start": story.index[0].date.isoformat()}
    shown = first_rows(Table(columns, rows))
    return _Pictured(index_chart(story, language), shown, _downloads(asked), len(rows))


def _model(story: CategoryStory) -> Said | None:
    prediction = ahead_of(story)
    return forecast_by(prediction) if prediction else None


def _downloads(asked: dict[str, str]) -> list[tuple[str, str]]:
    """Where rows of /data are had as CSV and as JSON."""
    query = urlencode({**asked, "limit": str(MAX_ROWS)})
    return [("CSV", f"/data?{query}&format=csv"), ("JSON", f"/data?{query}")]


def _lines(story: CategoryStory, language: Language) -> _Pictured:
    """All products by the litre."""
    names, lines = names_of(story.lines), in_order(story.lines)
    unit = numbers.sign_per_litre(story.category.currency or "", language)
    newest, lowest, highest = (f"{_word(name, language)} ({unit})" for name in ("newest", "lowest", "highest"))
    columns = [
        _word("product", language),
        _word("shop", language),
        newest,
        lowest,
        _word("lowest_day", language),
        highest,
    ]
    rows: list[list[Any]] = [
        [names[one.product.id], text_of(named("shop", one.product.shop), language), *_extremes(one)]
        for one in lines[:SHOWN]
    ]
    first = min(one.first_day for one in lines)
    asked = {"category": story.category.category, "daily": "true", "start": first.isoformat()}
    return _Pictured(products_chart(story, language), Table(columns, rows), _downloads(asked), len(lines))


def _extremes(one: ProductLine) -> list[Any]:
    """Its newest litre, its lowest with its day, and its highest; None where none is known."""
    known = [(value, day) for day, value in enumerate(one.per_litre) if value is not None]
    if not known:
        return [None] * 4
    low, low_day = min(known)
    newest, lowest, highest = (money_of(value, None).amount for value in (known[-1][0], low, max(known)[0]))
    return [newest, lowest, one.first_day + timedelta(days=low_day), highest]


def _grades(story: CategoryStory, language: Language) -> Iterator[_Grade]:
    """The cheapest litre of each grade and currency, beside the dearest of these."""
    for one in story.cheapest.cheapest:
        peers = [o for o in story.cheapest.offers if (o.currency, o.grade) == (one.currency, one.grade)]
        dearest = numbers.per_litre(peers[-1].price_per_litre, one.currency, language)
        litre = numbers.per_litre(one.price_per_litre, one.currency, language)
        beside = "site.category.up_to" if len(peers) > 1 else "site.category.the_only"
        grade = said(f"exploring.grade.{one.grade}") if one.grade else said("site.category.no_grade")
        yield _Grade(grade, one, litre, said(beside, n=len(peers), dearest=dearest))


def _watch_of(name: str) -> Watch:
    return Watch(category_address(name), {"category": name, "index": name})


def _rules(prices: PriceService, name: str) -> list[AlertRule]:
    return [one for one in prices.alert_rules() if name in {one.category, one.index}]


_PATH: Final = "/precios/categoria/{category:text}"
PAGES: Final = (
    *routes(_PATH, lambda request: _watch_of(request.path_params["category"])),
    Route(_PATH, category),
)
