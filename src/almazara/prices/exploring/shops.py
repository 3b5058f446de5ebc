"""Shops and products beside each other, by the litre: who is cheapest, and on how many days."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Bars, Line, Scale, Table
from almazara.figures.explored import Drawing, Explored, percent_of, tied
from almazara.prices.buying.states import SAME
from almazara.prices.exploring.market import Comparable, Market, comparable, known_or_none
from almazara.prices.forecasting.panel import Days, Floats
from almazara.words.numbers import sign_per_litre
from almazara.words.said import Said, named, said

_MOST: Final = 8
"""Lines and bars of a chart."""
_NOTHING: Final = np.empty((0, 0))


def shop_prices(beside: Comparable) -> tuple[list[str], Floats]:
    """The shops in order of name, and the cheapest litre of each by day: (shops, days), NaN where none is known."""
    market = beside.market
    shops = sorted({listing.shop for listing in market.listings})
    of = np.array([shops.index(listing.shop) for listing in market.listings])
    per_litre = market.per_litre
    return shops, np.array([np.fmin.reduce(per_litre[of == number], axis=0) for number in range(len(shops))])


def days_cheapest(prices: Floats) -> tuple[Days, int]:
    """On how many days each row is lowest, all that are alike, of the days on which two or more are known."""
    compared = prices[:, (~np.isnan(prices)).sum(axis=0) > 1]
    if not compared.size:
        return np.zeros(len(prices), dtype=np.int64), 0
    lowest = np.fmin.reduce(compared, axis=0)
    return (compared <= lowest * (1 + SAME)).sum(axis=1), compared.shape[1]


def shops_over_time(market: Market, draw: Drawing) -> Explored:
    """The cheapest litre of each shop, day by day."""
    beside = comparable(market)
    shops, prices = shop_prices(beside) if beside else ([], _NOTHING)
    wins, days = days_cheapest(prices)
    if beside is None or not days:
        return draw.nothing(said("exploring.no-shops"))
    order = np.argsort(-wins, kind="stable")[:_MOST].tolist()
    dates = [beside.market.day(column) for column in range(prices.shape[1])]
    shown = [(shops[row], known_or_none(np.round(prices[row], 3))) for row in order]
    unit = sign_per_litre(market.currency, draw.language)
    rows = [(day, shop, price) for shop, course in shown for day, price in zip(dates, course, strict=True) if price]
    return draw.figure(
        _won(beside, shops, wins, days, draw),
        (Axis(Scale.DAY), Axis(label=draw.word("per_litre"), unit=unit)),
        [Line(shop, dates, course) for shop, course in shown],
        Table([*draw.words("day", "shop"), f"{draw.word('per_litre')} ({unit})"], rows),
        said("exploring.comparable", products=len(beside.market.listings)),
    )


def cheapest_shops(market: Market, draw: Drawing) -> Explored:
    """On how many days each shop has the cheapest litre."""
    beside = comparable(market)
    shops, prices = shop_prices(beside) if beside else ([], _NOTHING)
    return _winners(beside, shops, prices, draw) or draw.nothing(said("exploring.no-shops"))


def cheapest_products(market: Market, draw: Drawing) -> Explored:
    """On how many days each product is the cheapest litre."""
    beside = comparable(market)
    names, prices = (beside.market.names, beside.market.per_litre) if beside else ([], _NOTHING)
    return _winners(beside, names, prices, draw) or draw.nothing(said("exploring.no-products"))


def _winners(beside: Comparable | None, names: Sequence[str], prices: Floats, draw: Drawing) -> Explored | None:
    """Bars of the days on which each was cheapest; None where there is nothing to compare."""
    wins, days = days_cheapest(prices)
    if beside is None or not days:
        return None
    order = [row for row in np.argsort(-wins, kind="stable").tolist() if wins[row]][:_MOST]
    shown, counts = [names[row] for row in order], wins[order].tolist()
    rows = [(name, count, percent_of(count, days)) for name, count in zip(shown, counts, strict=True)]
    return draw.figure(
        _won(beside, names, wins, days, draw),
        (Axis(Scale.NAME), Axis(label=draw.word("days_cheapest"), from_zero=True)),
        [Bars(draw.word("days_cheapest"), shown, counts)],
        Table(draw.words("name", "days_cheapest", "share_of_days"), rows),
        said("exploring.comparable", products=len(beside.market.listings)),
    )


def _won(beside: Comparable, names: Sequence[str], wins: Days, days: int, draw: Drawing) -> Said:
    """Who was cheapest on most days."""
    most = int(wins.max())
    name = tied(names, (wins == most).tolist())
    return draw.said("sentence", what=what(beside), name=name, days=most, all=days, share=most / days)


def what(beside: Comparable) -> Said | str:
    """What is compared: a category, and the grade of its oil where titles tell it."""
    category = named("category", beside.category)
    if beside.grade is None:
        return category
    return said("exploring.of-grade", category=category, grade=said(f"exploring.grade.{beside.grade}"))
