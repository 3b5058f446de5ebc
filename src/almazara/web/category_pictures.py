"""Charts of a category: its index with what may come, and all its products by the litre."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from almazara.figures.chart import Axis, Chart, Line, Mark, Moment, Role, Scale, Steps
from almazara.prices.answering.categories import Category, CategoryStory, ProductLine
from almazara.prices.answers import Prediction
from almazara.prices.buying.category_index import PER_LITRE
from almazara.web.overview import money_of
from almazara.web.pictures import fan, plotted, said_of_days
from almazara.words import numbers
from almazara.words.numbers import Language
from almazara.words.said import Money, Said, said

_NAMED: Final = 6
"""Lines that are told apart by colour and dashes; more would be a tangle."""
_CROWD: Final = 100
"""Lines behind them, the next ones by price: of more nobody sees one."""
_WIDE: Final = 5
"""From so many times the cheapest litre on, the dearest one has a logarithmic axis."""


def level_of(value: float, category: Category) -> Money | float:
    """A value of the index: the money of a litre, or a number."""
    return money_of(value, category.currency) if category.unit == PER_LITRE else round(value, 1)


def unit_of(category: Category, language: Language) -> str:
    """Of the index, as axes and tables have it; that of 100 on a day has none."""
    return numbers.sign_per_litre(category.currency or "", language) if category.unit == PER_LITRE else ""


def ahead_of(story: CategoryStory) -> Prediction | None:
    """The forecast, at the level of the index that is shown; None where there is none in the same unit.

    An index without litres is 100 on its newest day, which is another one every day: the forecast's was its cutoff.
    """
    prediction, category = story.prediction, story.category
    if prediction is None or (prediction.unit, prediction.currency) != (category.unit, category.currency):
        return None
    if category.unit == PER_LITRE:
        return prediction
    then = next((row.price for row in story.index if row.date == prediction.cutoff), None)
    factor = (then or 100) / Decimal(100)
    days = [
        replace(day, quantiles=[replace(one, price=one.price * factor) for one in day.quantiles])
        for day in prediction.days
    ]
    return replace(prediction, days=days)


def index_chart(story: CategoryStory, language: Language) -> Chart:
    """The index of the last year, today, and the intervals of the days ahead."""
    prediction, category = ahead_of(story), story.category
    name = said("site.category.index").text(language)
    levels = [(row.date, plotted(row.price)) for row in story.index]
    marks: list[Mark] = [
        *(fan(prediction.days, language) if prediction else ()),
        Line(name, [day for day, _ in levels], [value for _, value in levels]),
    ]
    if story.index:
        marks.append(Moment(said("site.category.today").text(language).lower(), story.index[-1].date))
    told = said_of_days(levels, prediction, lambda value: level_of(value, category))
    axis = Axis(unit=unit_of(category, language))
    return Chart(told.text(language), Axis(Scale.DAY), axis, marks, language)


def _newest(line: ProductLine) -> float | None:
    """The last litre of a product that is known."""
    return next((value for value in reversed(line.per_litre) if value is not None), None)


def in_order(lines: Sequence[ProductLine]) -> list[ProductLine]:
    """Cheapest litre first; those of which none is known last."""
    newest = {line.product.id: _newest(line) for line in lines}
    return sorted(lines, key=lambda line: (newest[line.product.id] or math.inf, line.product.id))


def names_of(lines: Sequence[ProductLine]) -> dict[str, str]:
    """What each product is called, by id: by its title, with its id where several have the same."""
    titles = Counter(line.product.title for line in lines)
    products = [line.product for line in lines]
    return {
        one.id: one.id if one.title is None else one.title if titles[one.title] == 1 else f"{one.title} ({one.id})"
        for one in products
    }


def _corners(line: ProductLine) -> tuple[list[date], list[float | None]]:
    """The days on which its litre changes, with the first and the last, and the values: the steps between are level."""
    values, last = line.per_litre, len(line.per_litre) - 1
    at = [day for day, value in enumerate(values) if day in {0, last} or value != values[day - 1]]
    return [line.first_day + timedelta(days=day) for day in at], [values[day] for day in at]


def products_chart(story: CategoryStory, language: Language) -> Chart:
    """The litre of each product: the cheapest ones by name, the others as one crowd behind them."""
    lines = in_order(story.lines)[: _NAMED + _CROWD]
    crowd = said("site.category.others", n=len(lines) - _NAMED).text(language)
    names = names_of(lines)
    marks: list[Mark] = [
        *(Steps(crowd, *_corners(line), Role.MISSING) for line in lines[_NAMED:]),
        *(Steps(names[line.product.id], *_corners(line)) for line in lines[:_NAMED]),
    ]
    known = [value for line in lines for value in line.per_litre if value is not None]
    is_wide = bool(known) and max(known) > _WIDE * min(known)
    label = said("site.category.log").text(language) if is_wide else ""
    unit = numbers.sign_per_litre(story.category.currency or "", language)
    axis = Axis(Scale.LOG if is_wide else Scale.NUMBER, label, unit)
    return Chart(_said_of_lines(story).text(language), Axis(Scale.DAY), axis, marks, language)


def _said_of_lines(story: CategoryStory) -> Said:
    today = [line.per_litre[-1] for line in story.lines if line.per_litre and line.per_litre[-1] is not None]
    if not today:
        return said("site.category.lines_label_unknown", n=len(story.lines))
    currency = story.category.currency
    ends = {"low": money_of(min(today), currency), "high": money_of(max(today), currency)}
    return said("site.category.lines_label", n=len(story.lines), **ends)
