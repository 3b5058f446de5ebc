"""Windows know the past only, and changes come back from what the network is told of them."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting.models.windows import (
    FEATURES,
    KNOTS,
    common_scale,
    newest_window,
    tamed,
    training_windows,
    untamed,
)
from almazara.prices.forecasting.panel import History

CUTOFF = date(2026, 3, 1)
some_prices = st.lists(st.floats(0.01, 1e6), min_size=20, max_size=60)


def history(prices, cutoff=CUTOFF):
    return History("made", cutoff, np.array(prices, dtype=float))


def windows(prices, most=1000):
    return training_windows([history(prices)], window_days=10, scale=0.02, most=most)


@given(some_prices, some_prices)
def test_no_window_knows_the_days_after_its_end(before, after):
    known, all_days = history(before), history(before + after, CUTOFF + timedelta(days=len(after)))
    alone, followed = (training_windows([one], window_days=10, scale=0.02, most=200) for one in (known, all_days))
    assert np.array_equal(alone.inputs, followed.inputs[: len(before)])


@given(some_prices, st.floats(0.01, 100))
def test_windows_do_not_depend_on_the_unit_of_the_price(prices, factor):
    one, other = windows(prices), windows([price * factor for price in prices])
    assert np.allclose(one.inputs[..., 0], other.inputs[..., 0], atol=1e-4)
    assert np.allclose(one.targets, other.targets, atol=1e-4, equal_nan=True)


@given(st.floats(-2, 2), st.sampled_from(KNOTS), st.floats(0.01, 0.5))
def test_a_change_comes_back_from_its_tamed_form(change, days, scale):
    told = tamed(np.array([change]), np.array([days]), np.array([scale]))
    assert untamed(told, np.array([days]), scale) == pytest.approx([change], abs=1e-6)


def test_targets_are_the_changes_that_came_and_unknown_ones_are_none():
    prices = [10.0] * 20 + [12.0, np.nan, 12.0]
    made = windows(prices)
    at = list(made.ends).index(CUTOFF.toordinal() - 3)  # the last day at 10
    assert made.targets[at, 0] == pytest.approx(
        tamed(np.log([1.2]), np.array([1]), np.array([0.02 * 30**0.5 / 40**0.5]))
    )
    assert np.isnan(made.targets[at, 1])
    assert made.targets[at, 2] > 0
    assert np.isnan(made.targets[at, 3:]).all()


def test_training_sees_no_target_beyond_the_day_that_parts_it_from_what_is_held_out():
    learned, held_out = windows(list(np.linspace(5, 9, 60))).split(CUTOFF.toordinal() - 20)
    assert learned.ends.max() == CUTOFF.toordinal() - 20
    assert held_out.ends.min() == CUTOFF.toordinal() - 19
    assert np.isnan(learned.targets[-1]).all()
    assert np.isfinite(learned.targets[0]).any()


def test_there_are_no_more_windows_than_asked_and_the_newest_is_among_them():
    made = windows(list(np.linspace(5, 9, 60)), most=16)
    assert len(made.ends) <= 16
    assert made.ends[-1] == CUTOFF.toordinal()


def test_a_window_longer_than_the_history_is_filled_with_its_first_price():
    inputs, scale = newest_window(history([10.0, 11.0, 10.0]), window_days=10, scale=0.02)
    assert inputs.shape == (10, FEATURES)
    assert not inputs[:8, 0].any()
    assert scale > 0.02


def test_a_panel_that_never_moved_has_no_scale():
    assert common_scale([history([3.0] * 30)]) == 0
    assert common_scale([]) == 0
