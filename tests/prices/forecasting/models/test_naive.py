"""The baselines: whose past moves spread the last value."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from almazara.prices.forecasting.models.naive import LastValue, SeasonalNaive
from almazara.prices.forecasting.panel import Panel

START = date(2026, 1, 1)


def panel(**listings):
    """Listings that begin on START."""
    days = [len(prices) for prices in listings.values()]
    rows = [[*prices, *[np.nan] * (max(days) - len(prices))] for prices in listings.values()]
    return replace(Panel.whole(list(listings), START, np.array(rows)), ends=np.array(days) - 1)


def forecast(model, known, horizon):
    """Shape (listings, horizon, 3): the 80 % interval and the median."""
    return model.forecast(known, horizon, [80]).values


def width(values, day):
    """Upper less lower quantile of a listing on its day-th day, as a share of the median."""
    low, middle, high = values[day - 1]
    return (high - low) / middle


restless = [10.0 * 1.2 ** (day // 3 % 2) for day in range(120)]


def test_the_median_is_the_last_price_on_every_day():
    [values] = forecast(LastValue(), panel(a=restless), 20)
    assert values[:, 1] == pytest.approx(restless[-1])


def test_a_short_history_borrows_the_moves_of_the_others():
    standing = [10.0] * 20
    [alone] = forecast(LastValue(), panel(young=standing), 7)
    beside, _ = forecast(LastValue(), panel(young=standing, old=restless), 7)
    assert width(alone, 7) == 0
    assert width(beside, 7) > 0.1


def test_a_long_history_speaks_for_itself():
    calm, lively = forecast(LastValue(), panel(calm=[10.0] * 700, restless=restless * 5), 7)
    assert width(calm, 7) == 0
    assert width(lively, 7) > 0.1


def test_beyond_the_data_the_spread_grows_as_a_random_walk():
    prices = list(10 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.02, 20))))
    [values] = forecast(LastValue(), panel(a=prices), 400)
    low = np.log(values[:, 0]) - np.log(prices[-1])
    assert low[399] / low[99] == pytest.approx(2)


def test_a_stale_price_is_spread_as_if_the_days_without_reading_were_ahead():
    [old] = forecast(LastValue(), panel(a=[*restless[:111], *[np.nan] * 9]), 3)
    [new] = forecast(LastValue(), panel(a=restless[:111]), 12)
    assert width(old, 1) == pytest.approx(width(new, 10), rel=0.05)


def test_the_seasonal_baseline_repeats_the_last_week():
    week = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]
    [values] = forecast(SeasonalNaive(), panel(a=week * 4), 14)
    assert values[:, 1] == pytest.approx(week * 2)
