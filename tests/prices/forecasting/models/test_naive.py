"""The baselines: whose past moves spread the last value."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from almazara.prices.forecasting.models.naive import LastValue, SeasonalNaive
from almazara.prices.schema import DATE, LISTING_ID, PRICE, QUANTILE, STATE, VALUE

START = date(2026, 1, 1)


def listing(name, prices):
    return pl.DataFrame(
        {
            LISTING_ID: name,
            DATE: [START + timedelta(days=i) for i in range(len(prices))],
            PRICE: pl.Series(prices, dtype=pl.Float64),
            STATE: "observed",
        }
    )


def width(forecast, name, day):
    """Upper less lower quantile of a listing on its day-th day, as a share of the median."""
    rows = forecast.filter(pl.col(LISTING_ID) == name).sort(DATE, QUANTILE)[VALUE].to_numpy().reshape(-1, 3)
    low, middle, high = rows[day - 1]
    return (high - low) / middle


restless = [10.0 * 1.2 ** (day // 3 % 2) for day in range(120)]


def test_the_median_is_the_last_price_on_every_day():
    forecast = LastValue().fit(listing("a", restless)).forecast(20, [80])
    assert forecast.filter(pl.col(QUANTILE) == 0.5)[VALUE].to_numpy() == pytest.approx(restless[-1])


def test_a_short_history_borrows_the_moves_of_the_others():
    standing = [10.0] * 20
    alone = LastValue().fit(listing("young", standing)).forecast(7, [80])
    beside = LastValue().fit(pl.concat([listing("young", standing), listing("old", restless)])).forecast(7, [80])
    assert width(alone, "young", 7) == 0
    assert width(beside, "young", 7) > 0.1


def test_a_long_history_speaks_for_itself():
    panel = pl.concat([listing("calm", [10.0] * 700), listing("restless", restless * 5)])
    forecast = LastValue().fit(panel).forecast(7, [80])
    assert width(forecast, "calm", 7) == 0
    assert width(forecast, "restless", 7) > 0.1


def test_beyond_the_data_the_spread_grows_as_a_random_walk():
    prices = list(10 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.02, 20))))
    forecast = LastValue().fit(listing("a", prices)).forecast(400, [80])
    low = forecast.filter(pl.col(QUANTILE) == 0.1)[VALUE].log() - np.log(prices[-1])
    assert low[399] / low[99] == pytest.approx(2)


def test_a_stale_price_is_spread_as_if_the_days_without_reading_were_ahead():
    stale = listing("a", restless).with_columns(
        pl.when(pl.col(DATE) > START + timedelta(days=110)).then(None).otherwise(pl.col(PRICE)).alias(PRICE)
    )
    fresh = listing("a", restless[:111])
    old = LastValue().fit(stale).forecast(3, [80])
    new = LastValue().fit(fresh).forecast(12, [80])
    assert width(old, "a", 1) == pytest.approx(width(new, "a", 10), rel=0.05)


def test_the_seasonal_baseline_repeats_the_last_week():
    week = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]
    forecast = SeasonalNaive().fit(listing("a", week * 4)).forecast(14, [80])
    assert forecast.filter(pl.col(QUANTILE) == 0.5)[VALUE].to_numpy() == pytest.approx(week * 2)
