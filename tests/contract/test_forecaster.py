"""What every registered forecaster promises, tried on small made panels."""

import logging
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from almazara.errors import ContractError, InputError, MissingExtraError, NotFoundError
from almazara.prices import backtest
from almazara.prices.forecasters import registry
from almazara.prices.forecasters.base import FORECAST_SCHEMA, MIN_DAYS, TooShort
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, PRICE, QUANTILE, STATE, VALUE

START = date(2026, 1, 1)


def panel(**prices):
    """A series frame of listings by name; None is a day without a price."""
    frames = [
        pl.DataFrame(
            {
                LISTING_ID: [name] * len(values),
                DATE: [START + timedelta(days=i) for i in range(len(values))],
                PRICE: pl.Series(values, dtype=pl.Float64),
                STATE: ["gap" if v is None else "observed" for v in values],
            }
        )
        for name, values in prices.items()
    ]
    return pl.concat(frames)


def steps(days, seed=0, price=20.0):
    """A made price that stays for a while and then jumps."""
    rng = np.random.default_rng(seed)
    jumps = rng.random(days) < 0.15
    return list(np.round(price * np.exp(np.cumsum(jumps * rng.normal(0, 0.08, days))), 2))


@pytest.fixture(params=list(registry.ENTRIES))
def forecaster(request):
    return registry.create(request.param)


@pytest.fixture(scope="module")
def two_listings():
    return panel(a=steps(60, seed=1), b=steps(45, seed=2, price=5.0))


def test_a_forecast_has_the_promised_columns_in_the_promised_order(forecaster, two_listings):
    forecast = forecaster.fit(two_listings).forecast(5, [80])
    assert dict(forecast.schema) == dict(FORECAST_SCHEMA)
    assert_frame_equal(forecast, forecast.sort(LISTING_ID, DATE, QUANTILE))
    assert forecast[QUANTILE].unique().sort().to_list() == [0.1, 0.5, 0.9]


def test_dates_follow_each_listings_own_cutoff_without_a_hole(forecaster, two_listings):
    forecast = forecaster.fit(two_listings).forecast(5, [80])
    for (_, cutoff), group in forecast.group_by([LISTING_ID, CUTOFF]):
        assert group[DATE].unique().sort().to_list() == [cutoff + timedelta(days=i) for i in range(1, 6)]
    cutoffs = dict(forecast.select(LISTING_ID, CUTOFF).unique().iter_rows())
    assert cutoffs == {"a": START + timedelta(days=59), "b": START + timedelta(days=44)}


def test_quantiles_are_positive_and_never_cross(forecaster):
    falling = panel(a=[max(0.02, 3.0 - 0.05 * i) for i in range(60)], b=steps(60))
    forecast = forecaster.fit(falling).forecast(30, [50, 80, 98])
    assert forecast[VALUE].min() > 0
    steps_up = forecast.select(pl.col(VALUE).diff().over(LISTING_ID, DATE)).drop_nulls().to_series()
    assert (steps_up >= 0).all()


def test_a_wider_level_gives_a_wider_interval(forecaster, two_listings):
    forecast = forecaster.fit(two_listings).forecast(10, [50, 90]).filter(pl.col(LISTING_ID) == "a")
    mean = {q: forecast.filter(pl.col(QUANTILE) == q)[VALUE].mean() for q in (0.05, 0.25, 0.75, 0.95)}
    assert mean[0.95] - mean[0.05] > mean[0.75] - mean[0.25]


def test_the_order_of_rows_does_not_matter(forecaster, two_listings):
    shuffled = two_listings.sample(fraction=1, shuffle=True, seed=3)
    assert_frame_equal(forecaster.fit(two_listings).forecast(3, [80]), forecaster.fit(shuffled).forecast(3, [80]))


def test_a_second_fit_gives_the_same_forecast(forecaster, two_listings):
    first = forecaster.fit(two_listings).forecast(3, [80])
    assert_frame_equal(first, forecaster.fit(two_listings).forecast(3, [80]))


def test_one_fit_answers_twice_alike(forecaster, two_listings):
    fitted = forecaster.fit(two_listings)
    assert_frame_equal(fitted.forecast(3, [80]), fitted.forecast(3, [80]))


def test_fitting_and_forecasting_leave_the_panel_untouched(forecaster, two_listings):
    before = two_listings.clone()
    forecaster.fit(two_listings).forecast(3, [80])
    assert_frame_equal(two_listings, before)


def test_the_global_random_generator_is_left_as_it_was(forecaster, two_listings):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    forecaster.fit(two_listings).forecast(3, [80])
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_fitting_and_forecasting_say_nothing(forecaster, two_listings, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        forecaster.fit(two_listings).forecast(3, [80])
    assert caplog.text + "".join(capfd.readouterr()) == ""


def test_a_constant_series_gives_the_constant(forecaster):
    forecast = forecaster.fit(panel(a=[9.95] * 40)).forecast(14, [80])
    assert forecast[VALUE].to_numpy() == pytest.approx(9.95, abs=0.005)


def test_a_short_series_is_refused_and_its_neighbor_is_not(forecaster):
    fitted = forecaster.fit(panel(short=steps(MIN_DAYS - 1), enough=steps(40)))
    assert fitted.refused == (TooShort("short", MIN_DAYS - 1, MIN_DAYS),)
    assert fitted.forecast(3, [80])[LISTING_ID].unique().to_list() == ["enough"]


def test_days_without_a_price_do_not_count_as_history(forecaster):
    fitted = forecaster.fit(panel(a=[5.0, None, None] * 13))
    assert fitted.refused == (TooShort("a", 13, MIN_DAYS),)


def test_a_panel_of_short_series_gives_an_empty_forecast(forecaster):
    forecast = forecaster.fit(panel(short=[1.0] * 3)).forecast(3, [80])
    assert forecast.is_empty()
    assert dict(forecast.schema) == dict(FORECAST_SCHEMA)


def test_gaps_inside_and_at_both_ends_are_taken(forecaster):
    prices = [None, None, *steps(20), None, None, *steps(20, price=21.0), None]
    forecast = forecaster.fit(panel(a=prices)).forecast(3, [80])
    assert forecast[VALUE].is_finite().all()
    assert forecast[CUTOFF].unique().to_list() == [START + timedelta(days=44)]


def test_the_shortest_history_gives_finite_values_over_a_long_horizon(forecaster):
    forecast = forecaster.fit(panel(a=steps(MIN_DAYS, seed=4))).forecast(60, [80])
    assert forecast.height == 60 * 3
    assert forecast[VALUE].is_finite().all()


def test_no_fold_hands_the_future_to_a_model(forecaster, two_listings):
    plan = backtest.BacktestPlan(horizon_days=5, folds=1)
    cutoff = next(backtest.folds(two_listings, plan)).cutoff
    changed = two_listings.with_columns(
        pl.when(pl.col(DATE) > cutoff).then(pl.col(PRICE) * 100).otherwise(pl.col(PRICE)).alias(PRICE)
    )
    now, then = (backtest.run(frame, [forecaster], plan) for frame in (two_listings, changed))
    assert not now.is_empty()
    assert_frame_equal(now.drop("actual"), then.drop("actual"))
    assert now["actual"].to_list() != then["actual"].to_list()


@pytest.mark.parametrize(("horizon", "levels"), [(0, [80]), (-1, [80]), (5, [0]), (5, [100])])
def test_an_impossible_question_is_refused(forecaster, two_listings, horizon, levels):
    with pytest.raises(InputError):
        forecaster.fit(two_listings).forecast(horizon, levels)


def test_a_frame_that_is_no_series_is_refused(forecaster):
    with pytest.raises(ContractError):
        forecaster.fit(pl.DataFrame({"price": [1.0]}))


def test_every_forecaster_bears_the_name_it_is_registered_by():
    assert [registry.create(name).name for name in registry.ENTRIES] == list(registry.ENTRIES)


def test_an_unknown_forecaster_is_not_found():
    with pytest.raises(NotFoundError, match="last_value"):
        registry.create("oracle")


@pytest.mark.parametrize("name", ["ets", "prophet"])
def test_a_missing_library_is_named_with_its_extra(monkeypatch, name):
    entry = registry.ENTRIES[name]
    monkeypatch.setitem(__import__("sys").modules, entry.library, None)
    monkeypatch.setitem(__import__("sys").modules, f"{entry.library}.models", None)
    monkeypatch.delitem(__import__("sys").modules, f"almazara.prices.forecasters.{entry.module}", raising=False)
    with pytest.raises(MissingExtraError, match="pip install"):
        registry.create(name)


def test_all_forecasters_are_installed_where_the_suite_runs():
    assert registry.installed() == list(registry.ENTRIES)
