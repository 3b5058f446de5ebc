"""The chart of a good: the lowest price of each day, beside the price of each of its shops."""

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from almazara.figures.chart import Axis, Chart, Mark, Moment, Role, Scale, Steps
from almazara.prices.answering.good_stories import GoodStory, ShopLine
from almazara.web.overview import money_of
from almazara.web.pictures import plotted, said_of_days
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import named, said, text_of

_TOLD_APART: Final = 6
"""Shops that have a look of their own, the cheapest ones; more would be a tangle."""


def names(story: GoodStory, language: Language) -> dict[str, str]:
    """What each product's line is called: its shop, with its title where a shop has several."""
    products = story.good.products
    shops = {one.id: text_of(named("shop", one.shop), language) for one in products}
    several = Counter(shops.values())
    return {
        one.id: shops[one.id] if several[shops[one.id]] == 1 else f"{shops[one.id]}: {one.title or one.id}"
        for one in products
    }


def good_chart(story: GoodStory, language: Language) -> Chart:
    """The last year of a good: its cheapest shops by name, the others as one crowd, the lowest price over them."""
    called, order = names(story, language), {one.id: place for place, one in enumerate(story.good.products)}
    lines = sorted(story.lines, key=lambda line: order[line.product])
    crowd = said("site.good.others", n=len(lines) - _TOLD_APART).text(language)
    days = [(one.date, plotted(one.price)) for one in story.days]
    marks: list[Mark] = [
        *(Steps(crowd, *_steps(line), Role.MISSING) for line in lines[_TOLD_APART:]),
        *(Steps(called[line.product], *_steps(line)) for line in lines[:_TOLD_APART]),
    ]
    if len(lines) > 1:
        lowest = said("site.good.lowest").text(language)
        marks.append(Steps(lowest, [day for day, _ in days], [price for _, price in days], Role.BESIDE))
    if days:
        marks.append(Moment(said("site.product.today").text(language).lower(), days[-1][0]))
    told = said_of_days(days, None, lambda price: money_of(price, story.good.currency), story.recent)
    return Chart(
        told.text(language), Axis(Scale.DAY), Axis(unit=numbers.sign(story.good.currency or "")), marks, language
    )


def _steps(line: ShopLine) -> tuple[list[date], list[float | None]]:
    return [line.first_day + timedelta(days=day) for day in range(len(line.prices))], line.prices


def rows(story: GoodStory, language: Language) -> list[list[Any]]:
    """The days, newest first: the lowest price, and where it was had."""
    called = names(story, language)
    return [
        [
            one.date,
            one.price,
            None if one.product is None else called[one.product],
        ]
        for one in reversed(story.days)
    ]
