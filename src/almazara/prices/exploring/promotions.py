"""Promotions: prices that fall and come back within a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.figures.chart import Axis, Dots, Scale, Table
from almazara.figures.explored import NO_CLAUSE, Drawing, Explored
from almazara.prices.buying.states import SAME
from almazara.prices.exploring.changes import changes
from almazara.prices.exploring.market import Market
from almazara.prices.forecasting.panel import Floats
from almazara.words.numbers import sign

DROP: Final = 0.05
"""The least share of the price by which it falls for a promotion."""
RETURN_DAYS: Final = 30
"""Within which it comes back; what does not is a lower price."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A price that fell by DROP or more.

    Attributes:
        product: Row of the product.
        day: Column on which it had fallen.
        before: The price before.
        lowest: The lowest price until it was back, or within RETURN_DAYS.
        days: After how many days the price before was back; 0 where it was not within RETURN_DAYS.
        is_recent: Whether it is not back, and may still be: less than RETURN_DAYS are known after it.
    """

    product: int
    day: int
    before: float
    lowest: float
    days: int
    is_recent: bool

    @property
    def depth(self) -> float:
        """The largest share of the price before that was saved."""
        return 1 - self.lowest / self.before


def drops(market: Market) -> Iterator[Drop]:
    """Every drop that does not begin within a promotion of the same product."""
    found = changes(market)
    over: dict[int, int] = {}
    for product, day, size in zip(found.products.tolist(), found.days.tolist(), found.sizes.tolist(), strict=True):
        if size <= -DROP and day >= over.get(product, 0):
            drop = _followed(market.prices[product], product, day, size)
            over[product] = day + drop.days
            yield drop


def _followed(prices: Floats, product: int, day: int, size: float) -> Drop:
    """What became of a drop."""
    before = float(prices[day] / (1 + size))
    after = prices[day : day + RETURN_DAYS + 1]
    back = after >= before * (1 - SAME)
    days = int(back.argmax())
    lowest = float(np.nanmin(after[: days or len(after)]))
    return Drop(product, day, before, lowest, days, is_recent=not days and len(after) <= RETURN_DAYS)


def promotions(market: Market, draw: Drawing) -> Explored:
    """The drops that came back: how deep they were, and how long they lasted."""
    found = list(drops(market))
    back, recent = [drop for drop in found if drop.days], sum(drop.is_recent for drop in found)
    judged = len(found) - recent
    clause = draw.said("recent", drops=recent) if recent else NO_CLAUSE
    if not back:
        return draw.nothing(draw.said("none", drops=judged, recent=clause))
    every, starts = market.names, [market.day(drop.day) for drop in back]
    names = [every[drop.product] for drop in back]
    depths = [round(100 * drop.depth, 1) for drop in back]
    ends = [market.day(drop.day + drop.days) for drop in back]
    prices = [(round(drop.before, 2), round(drop.lowest, 2)) for drop in back]
    rows = [
        (name, start, end, *amounts, depth, drop.days)
        for name, start, end, amounts, depth, drop in zip(names, starts, ends, prices, depths, back, strict=True)
    ]
    return draw.figure(
        draw.said(
            "sentence",
            promotions=len(back),
            drops=judged,
            share=len(back) / judged,
            depth=float(np.median([drop.depth for drop in back])),
            days=float(np.median([drop.days for drop in back])),
            recent=clause,
        ),
        (Axis(Scale.DAY), Axis(label=draw.word("depth"), unit="%", from_zero=True)),
        [Dots(draw.word("promotions"), starts, depths, names)],
        Table(
            [
                *draw.words("product", "start", "end"),
                *(f"{word} ({sign(market.currency)})" for word in draw.words("before", "lowest")),
                *draw.words("depth", "days"),
            ],
            rows,
        ),
        draw.said("rule", drop=DROP, days=RETURN_DAYS),
    )
