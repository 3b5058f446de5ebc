"""How many products are at their lowest price of the last months, day by day."""

import numpy as np

from almazara.figures.chart import Axis, Line, Scale, Table
from almazara.figures.explored import Drawing, Explored, percent_of
from almazara.prices.buying.states import MIN_DAYS, SAME, WINDOW_DAYS
from almazara.prices.exploring.market import Market
from almazara.prices.forecasting.panel import Days, Floats


def low_counts(prices: Floats) -> tuple[Days, Days]:
    """How many products are at their low on each day, and of how many that can be told; shape (days,) both.

    A product is told of whose price of the day is known, and MIN_DAYS of the last WINDOW_DAYS. It is at its low where
    none of these was lower, and one was higher.
    """
    lowest, highest = trailing(prices, np.fmin, WINDOW_DAYS), trailing(prices, np.fmax, WINDOW_DAYS)
    known = np.cumsum(~np.isnan(prices), axis=1)
    known[:, WINDOW_DAYS:] = known[:, WINDOW_DAYS:] - known[:, :-WINDOW_DAYS]
    told = ~np.isnan(prices) & (known >= MIN_DAYS)
    at_low = told & (prices <= lowest * (1 + SAME)) & (highest > lowest * (1 + SAME))
    return at_low.sum(axis=0), told.sum(axis=0)


def trailing(prices: Floats, least: np.ufunc, days: int) -> Floats:
    """The smallest or largest known value among so many days up to each, by doubling: no window is looked through."""
    found, width = prices, 1
    while width < days:
        step = min(width, days - width)
        shifted = np.full_like(found, np.nan)
        shifted[:, step:] = found[:, :-step]
        found, width = least(found, shifted), width + step
    return found


def at_low(market: Market, draw: Drawing) -> Explored:
    """The share of products at their low, on each day on which that can be told of any."""
    lows, told = low_counts(market.prices)
    there = np.flatnonzero(told)
    if not len(there):
        return draw.nothing(draw.said("none", days=MIN_DAYS))
    days = [market.day(column) for column in there.tolist()]
    counts, of = lows[there].tolist(), told[there].tolist()
    shares = [percent_of(count, products) for count, products in zip(counts, of, strict=True)]
    most = max(range(len(days)), key=lambda place: counts[place] / of[place])
    sentence = draw.said(
        "sentence",
        last=days[-1],
        lows=counts[-1],
        products=of[-1],
        share=counts[-1] / of[-1],
        most_day=days[most],
        most_lows=counts[most],
        most_products=of[most],
    )
    axes = Axis(Scale.DAY), Axis(label=draw.word("share_at_low"), unit="%", from_zero=True)
    rows = list(zip(days, counts, of, shares, strict=True))
    table = Table(draw.words("day", "at_low", "products", "share_at_low"), rows)
    rule = draw.said("rule", window=WINDOW_DAYS, days=MIN_DAYS)
    return draw.figure(sentence, axes, [Line(draw.word("share_at_low"), days, shares)], table, rule)
