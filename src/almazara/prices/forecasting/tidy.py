"""Forecasts as tidy tables: the border between the arrays of models and what is scored, written or read by others."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from almazara.prices.forecasting.panel import Floats, Panel
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, QUANTILE, VALUE

FORECAST_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    LISTING_ID: pl.String,
    CUTOFF: pl.Date,
    DATE: pl.Date,
    QUANTILE: pl.Float64,
    VALUE: pl.Float64,
}


def tidy(panel: Panel, values: Floats, quantiles: Sequence[float]) -> pl.DataFrame:
    """Forecast values, shape (listings, days ahead, quantiles), as a frame of FORECAST_SCHEMA in the same order."""
    count, horizon, width = values.shape
    rows = np.repeat(np.arange(count), horizon * width)
    cutoffs = pl.Series(panel.cutoffs, dtype=pl.Date).gather(rows)
    ahead = pl.Series(np.tile(np.repeat(np.arange(1, horizon + 1), width), count))
    return pl.DataFrame(
        {
            LISTING_ID: pl.Series(panel.names, dtype=pl.String).gather(rows),
            CUTOFF: cutoffs,
            DATE: cutoffs + ahead * timedelta(days=1),
            QUANTILE: np.tile(np.asarray(quantiles), count * horizon),
            VALUE: values.ravel(),
        },
        schema=dict(FORECAST_SCHEMA),
    )
