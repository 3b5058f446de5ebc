"""What every registered forecaster promises, tried on small made panels."""

import logging
import sys
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from almazara.errors import InputError, MissingExtraError, NotFoundError
from almazara.prices.forecasting import backtest
from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.forecaster import MIN_DAYS, TooShort, quantiles_of
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.series import daily
from almazara.prices.forecasting.tidy import FORECAST_SCHEMA, tidy
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, PRICE, QUANTILE, VALUE, Availability, Observation
from panels import frame_of, made_panel

pytestmark = pytest.mark.training

START = date(2026, 1, 1)
MADRID = ZoneInfo("Europe/Madrid")


def panel(start=START, **prices):
    """Listings by name; None is a day without a price."""
    return made_panel(prices, start)


def forecast_of(forecaster, known, horizon_days, levels):
    """The forecast as a tidy table of the listings that were not refused."""
    found = forecaster.forecast(known, horizon_days, levels)
    assert found.values.shape == (len(known.names), horizon_days, len(quantiles_of(levels)))
    refused = {one.listing_id for one in found.refused}
    assert np.isnan(found.values).any(axis=(1, 2)).tolist() == [name in refused for name in known.names]
    return tidy(known, found.values, quantiles_of(levels)).filter(pl.col(VALUE).is_not_nan())


def steps(days, seed=0, price=20.0):
    """A made price that stays for a while and then jumps."""
    rng = np.random.default_rng(seed)
    jumps = rng.random(days) < 0.15
    return list(np.round(price * np.exp(np.cumsum(jumps * rng.normal(0, 0.08, days))), 2))


def observed(day, price, currency="EUR", hour=12, zone=UTC):
    """One reading of the listing `a`, so many days after START."""
    at = datetime.combine(START + timedelta(days=day), time(hour), zone)
    return Observation("a", at, Availability.IN_STOCK, Decimal(str(price)), currency)


@pytest.fixture(scope="module")
def trained_elsewhere():
    """A tiny network that was trained before, as the LSTM is served: training it in each test would take minutes."""
    from almazara.prices.forecasting.models import lstm

    past = panel(START - timedelta(days=150), a=steps(150, seed=8), b=steps(150, seed=9))
    return lstm.LstmForecaster(lstm.train(past, lstm.LstmPlan(window_days=14, units=4, epochs=2)))


@pytest.fixture(params=list(registry.ENTRIES), scope="module")
def forecaster(request):
    if request.param == "lstm":
        return request.getfixturevalue("trained_elsewhere")
    return registry.create(request.param)


@pytest.fixture(params=list(registry.ENTRIES))
def as_created(request):
    return registry.create(request.param)


@pytest.fixture(scope="module")
def two_listings():
    return panel(a=steps(60, seed=1), b=steps(45, seed=2, price=5.0))


@pytest.fixture(scope="module")
def forecast(forecaster, two_listings):
    return forecast_of(forecaster, two_listings, 5, [50, 80])


@dataclass
class Again:
    """A second forecast of the same panel, and what else it did."""

    forecast: pl.DataFrame
    panel_before: Panel
    random_before: np.ndarray
    random_after: np.ndarray


@pytest.fixture(scope="module")
def again(forecaster, forecast, two_listings):
    panel_before, random_before = deepcopy(two_listings), np.random.get_state()[1].copy()  # noqa: NPY002
    second = forecast_of(forecaster, two_listings, 5, [50, 80])
    return Again(second, panel_before, random_before, np.random.get_state()[1].copy())  # noqa: NPY002


def test_a_forecast_has_the_promised_columns_in_the_promised_order(forecast):
    assert dict(forecast.schema) == dict(FORECAST_SCHEMA)
    assert_frame_equal(forecast, forecast.sort(LISTING_ID, DATE, QUANTILE))
    assert forecast[QUANTILE].unique().sort().to_list() == [0.1, 0.25, 0.5, 0.75, 0.9]


def test_dates_follow_each_listings_own_cutoff_without_a_hole(forecast):
    for (_, cutoff), group in forecast.group_by([LISTING_ID, CUTOFF]):
        assert group[DATE].unique().sort().to_list() == [cutoff + timedelta(days=i) for i in range(1, 6)]
    cutoffs = dict(forecast.select(LISTING_ID, CUTOFF).unique().iter_rows())
    assert cutoffs == {"a": START + timedelta(days=59), "b": START + timedelta(days=44)}


def test_quantiles_are_positive_and_never_cross(forecaster):
    falling = panel(a=[max(0.02, 3.0 - 0.05 * i) for i in range(60)], b=steps(60))
    forecast = forecast_of(forecaster, falling, 30, [50, 80, 98])
    assert forecast[VALUE].min() > 0
    steps_up = forecast.select(pl.col(VALUE).diff().over(LISTING_ID, DATE)).drop_nulls().to_series()
    assert (steps_up >= 0).all()


def test_a_wider_level_gives_a_wider_interval(forecast):
    of_a = forecast.filter(pl.col(LISTING_ID) == "a")
    mean = {q: of_a.filter(pl.col(QUANTILE) == q)[VALUE].mean() for q in (0.1, 0.25, 0.75, 0.9)}
    assert mean[0.9] - mean[0.1] > mean[0.75] - mean[0.25]


def test_a_second_fit_gives_the_same_forecast(forecast, again):
    assert_frame_equal(forecast, again.forecast)


def test_fitting_and_forecasting_leave_the_panel_untouched(again, two_listings):
    for name in ("prices", "begins", "ends"):
        assert np.array_equal(getattr(two_listings, name), getattr(again.panel_before, name), equal_nan=True)


def test_the_global_random_generator_is_left_as_it_was(again):
    assert (again.random_after == again.random_before).all()


def test_fitting_and_forecasting_say_nothing(forecaster, two_listings, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        forecaster.forecast(two_listings, 3, [80])
    assert caplog.text + "".join(capfd.readouterr()) == ""


def test_a_constant_series_gives_the_constant(as_created):
    forecast = forecast_of(as_created, panel(a=[9.95] * 40), 14, [80])
    assert forecast[VALUE].to_numpy() == pytest.approx(9.95, abs=0.005)


def test_a_short_series_is_refused_and_its_neighbor_is_not(forecaster):
    known = panel(short=steps(MIN_DAYS - 1), enough=steps(40))
    assert forecaster.forecast(known, 3, [80]).refused == (TooShort("short", MIN_DAYS - 1, MIN_DAYS),)
    assert forecast_of(forecaster, known, 3, [80])[LISTING_ID].unique().to_list() == ["enough"]


def test_days_without_a_price_do_not_count_as_history(forecaster):
    found = forecaster.forecast(panel(a=[5.0, None, None] * 13), 3, [80])
    assert found.refused == (TooShort("a", 13, MIN_DAYS),)


def test_a_panel_of_short_series_gives_an_empty_forecast(forecaster):
    forecast = forecast_of(forecaster, panel(short=[1.0] * 3), 3, [80])
    assert forecast.is_empty()
    assert dict(forecast.schema) == dict(FORECAST_SCHEMA)


def test_gaps_inside_and_at_both_ends_are_taken(forecaster):
    prices = [None, None, *steps(20), None, None, *steps(20, price=21.0), None]
    forecast = forecast_of(forecaster, panel(a=prices), 3, [80])
    assert forecast[VALUE].is_finite().all()
    assert forecast[CUTOFF].unique().to_list() == [START + timedelta(days=44)]


def test_the_shortest_history_gives_finite_values_over_a_long_horizon(forecaster):
    forecast = forecast_of(forecaster, panel(a=steps(MIN_DAYS, seed=4)), 60, [80])
    assert forecast.height == 60 * 3
    assert forecast[VALUE].is_finite().all()


def test_no_fold_hands_the_future_to_a_model(forecaster, two_listings):
    plan = backtest.BacktestPlan(horizon_days=5, folds=1)
    known = (next(backtest.folds(two_listings, plan)).cutoff - START).days + 1
    prices = two_listings.prices.copy()
    prices[:, known:] *= 100
    changed = replace(two_listings, prices=prices)
    now, then = (next(backtest.folds(one, plan)) for one in (two_listings, changed))
    assert (now.actual != then.actual).all()
    assert_frame_equal(*(forecast_of(forecaster, fold.train, 5, [80]) for fold in (now, then)))


def test_a_history_of_a_single_price_is_refused(forecaster):
    found = forecaster.forecast(panel(a=[5.0], enough=steps(40)), 3, [80])
    assert found.refused == (TooShort("a", 1, MIN_DAYS),)


def test_one_price_that_differs_from_all_others_is_taken(forecaster):
    forecast = forecast_of(forecaster, panel(a=[10.0] * 20 + [11.0] + [10.0] * 20), 7, [80])
    median = forecast.filter(pl.col(QUANTILE) == 0.5)[VALUE]
    assert median.is_between(8, 12).all()


@pytest.mark.parametrize("factor", [1e9, 1e-4])
def test_huge_and_tiny_prices_are_forecast_in_their_own_size(forecaster, factor):
    prices = steps(45, seed=5, price=1000.0)
    forecast = forecast_of(forecaster, panel(a=[price * factor for price in prices]), 7, [80])
    assert forecast[VALUE].is_finite().all()
    assert forecast[VALUE].is_between(min(prices) * factor / 10, max(prices) * factor * 10).all()


def test_days_on_which_nothing_was_read_are_bridged(forecaster):
    read = [observed(day, price) for day, price in enumerate(steps(60, seed=6)) if day % 9 and not 30 <= day < 42]
    series = daily(read)
    forecast = forecast_of(forecaster, series.panel, 7, [80])
    assert frame_of(series)[PRICE].null_count() > 0
    assert forecast[DATE].unique().sort().to_list() == [START + timedelta(days=i) for i in range(60, 67)]


def test_days_of_23_and_25_hours_are_days_like_others(forecaster):
    prices = steps(330, seed=7)
    aware = [observed(day, prices[day], hour=day % 2 * 23, zone=MADRID) for day in [*range(60, 120), *range(280, 320)]]
    plain = [observed(day, prices[day]) for day in [*range(60, 120), *range(280, 320)]]
    here, there = (daily(read, timezone=zone) for read, zone in ((aware, "Europe/Madrid"), (plain, "UTC")))
    assert {date(2026, 3, 29), date(2026, 10, 25)} <= set(frame_of(here)[DATE])
    assert_frame_equal(frame_of(here), frame_of(there))
    forecast = forecast_of(forecaster, here.panel, 5, [80])
    assert forecast[DATE].unique().sort().to_list() == [START + timedelta(days=i) for i in range(320, 325)]


def test_prices_before_a_change_of_currency_are_refused(forecaster):
    before = [observed(day, 1000 + day, "HUF") for day in range(40)]
    after = [observed(day, 3 + day % 3 / 10) for day in range(40, 80)]
    both, one = (daily(read).panel for read in (before + after, after))
    assert_frame_equal(forecast_of(forecaster, both, 5, [80]), forecast_of(forecaster, one, 5, [80]))
    young = forecaster.forecast(daily(before + after[: MIN_DAYS - 1]).panel, 5, [80])
    assert young.refused == (TooShort("a", MIN_DAYS - 1, MIN_DAYS),)


@pytest.mark.parametrize(("horizon", "levels"), [(0, [80]), (-1, [80]), (5, [0]), (5, [100])])
def test_an_impossible_question_is_refused(forecaster, two_listings, horizon, levels):
    with pytest.raises(InputError):
        forecaster.forecast(two_listings, horizon, levels)


def test_every_forecaster_bears_the_name_it_is_registered_by():
    assert [registry.create(name).name for name in registry.ENTRIES] == list(registry.ENTRIES)


def test_an_unknown_forecaster_is_not_found():
    with pytest.raises(NotFoundError, match="last_value"):
        registry.create("oracle")


@pytest.mark.parametrize("name", ["ets", "lstm", "prophet"])
def test_a_missing_library_is_named_with_its_extra(monkeypatch, name):
    entry = registry.ENTRIES[name]
    monkeypatch.setitem(sys.modules, entry.library, None)
    monkeypatch.setitem(sys.modules, f"{entry.library}.models", None)
    monkeypatch.delitem(sys.modules, f"almazara.prices.forecasting.models.{entry.module}", raising=False)
    with pytest.raises(MissingExtraError, match="pip install"):
        registry.create(name)


def test_all_forecasters_are_installed_where_the_suite_runs():
    assert registry.installed() == list(registry.ENTRIES)
