"""Small markets of made prices, for the exploration."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from almazara.prices.exploring.market import Market, open_market
from almazara.prices.forecasting.panel import Panel
from almazara.prices.schema import Listing

FIRST = date(2026, 3, 2)
"""A Monday."""


def made_panel(prices: Sequence[Sequence[float | None]], currencies: Sequence[str | None] | None = None) -> Panel:
    """Rows of daily prices from FIRST on, None where not known; the products are called a, b, c ..."""
    table = np.array([[np.nan if price is None else price for price in row] for row in prices], dtype=float)
    names = tuple(chr(97 + row) for row in range(len(prices)))
    ends = np.full(len(names), table.shape[1] - 1)
    return Panel(names, FIRST, table, np.zeros_like(ends), ends, tuple(currencies or ["EUR"] * len(names)))


def made_market(
    prices: Sequence[Sequence[float | None]],
    currencies: Sequence[str | None] | None = None,
    **about: Mapping[str, object],
) -> Market:
    """The market of such rows; `about` says of products by name what their listings hold beside what all have."""
    listings = [
        Listing(
            name,
            **{
                "shop": "shop.example",
                "sku": name,
                "url": f"https://shop.example/{name}",
                "title": f"Oil {name}",
                "category": "oil",
                "litres": Decimal(1),
                **about.get(name, {}),
            },
        )
        for name in (chr(97 + row) for row in range(len(prices)))
    ]
    return open_market(made_panel(prices, currencies), listings)
