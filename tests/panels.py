"""Daily series in tests: panels made of lists of prices, and the days of a series as a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.series import DailySeries
from almazara.prices.schema import DATE, LISTING_ID, PRICE

STATE = "state"


def made_panel(
    prices: Mapping[str, Sequence[float | None]], start: date, currencies: Sequence[str | None] | None = None
) -> Panel:
    """Listings that begin on one day; None is a day without a price."""
    names, widths = sorted(prices), [len(prices[name]) for name in sorted(prices)]
    values = np.full((len(names), max(widths)), np.nan)
    for row, name in zip(values, names, strict=True):
        row[: len(prices[name])] = [np.nan if price is None else price for price in prices[name]]
    known = tuple(currencies) if currencies else (None,) * len(names)
    return replace(Panel.whole(names, start, values), ends=np.array(widths) - 1, currencies=known)


def frame_of(series: DailySeries) -> pl.DataFrame:
    """The days of a series, one row each."""
    schema = {LISTING_ID: pl.String, DATE: pl.Date, PRICE: pl.Float64, STATE: pl.String}
    return pl.DataFrame([(*day, state.value) for *day, state in series.days()], schema=schema, orient="row")
