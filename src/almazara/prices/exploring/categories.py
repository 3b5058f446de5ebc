"""Where the prices of categories have gone, beside each other."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Line, Scale, Table
from almazara.figures.explored import Drawing, Explored
from almazara.prices.buying.category_index import category_indices
from almazara.prices.exploring.market import Market, change, known_or_none
from almazara.prices.forecasting.panel import Floats
from almazara.words.said import named, said

_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Course:
    """The index of a category, 100 on its first known day; NaN on days without a price."""

    category: str
    first_day: date
    values: Floats

    @property
    def days(self) -> list[date]:
        """Of the values."""
        return [self.first_day + timedelta(days=number) for number in range(len(self.values))]

    @property
    def change(self) -> float:
        """Of the last known value, as a share of the first."""
        return round(float(self.values[~np.isnan(self.values)][-1]) / 100 - 1, 6)


def courses(market: Market) -> list[Course]:
    """The course of each category, that of most products first; with fewer than two known days there is none."""
    rows: dict[str, list[int]] = {}
    for row, listing in enumerate(market.listings):
        if listing.category:
            rows.setdefault(listing.category, []).append(row)
    found = []
    for category, members in sorted(rows.items(), key=lambda one: (-len(one[1]), one[0])):
        for index in category_indices(category, market.of(members).panel, {}):
            known = np.flatnonzero(~np.isnan(index.values))
            if len(known) > 1:
                since = index.since(index.first_day + timedelta(days=int(known[0])))
                found.append(Course(category, since.first_day, 100 * since.values / since.values[0]))
    return found


def category_courses(market: Market, draw: Drawing) -> Explored:
    """The index of each category over time."""
    found = courses(market)[:_MOST]
    if not found:
        return draw.nothing(said("exploring.no-category"))
    names = {one.category: draw.written(named("category", one.category)) for one in found}
    lines = [Line(names[one.category], one.days, known_or_none(one.values)) for one in found]
    rows = [
        (day, names[one.category], round(value, 2))
        for one in found
        for day, value in zip(one.days, one.values.tolist(), strict=True)
        if value == value  # noqa: PLR0124 - only NaN differs from itself
    ]
    high, low = max(found, key=lambda one: one.change), min(found, key=lambda one: one.change)
    sentence = draw.said(
        "one" if len(found) == 1 else "sentence" if high.change > low.change else "alike",
        first=found[0].days[0],
        last=found[0].days[-1],
        high=names[high.category],
        rise=change(high.change),
        low=names[low.category],
        fall=change(low.change),
    )
    axes = Axis(Scale.DAY), Axis(label=draw.word("index"))
    return draw.figure(sentence, axes, lines, Table(draw.words("day", "category", "index"), rows), draw.said("rule"))
