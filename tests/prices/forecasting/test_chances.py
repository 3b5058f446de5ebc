"""Chances that are read off quantiles of a price: of a change, of a fall, of a wanted price."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting.chances import Chances
from almazara.prices.forecasting.published import QUANTILES

LEVELS = np.array(QUANTILES)
STEP = 0.05  # between most of the levels


def of(prices, chances, last=10.0, wanted=None):
    """What is read off a price that takes some values with some chances."""
    reached = np.cumsum(chances)
    values = np.array([[prices[int((reached < level - 1e-9).sum())] for level in LEVELS]])
    return Chances.of(values, QUANTILES, last, wanted)


def test_of_a_price_that_mostly_stays_the_rest_is_change():
    found = of([8.0, 10.0, 12.0], [0.1, 0.7, 0.2])
    assert found.fall == pytest.approx([0.1], abs=STEP)
    assert found.change == pytest.approx([0.3], abs=STEP)
    assert found.at_most is None


def test_a_price_that_surely_stays_or_changes_is_said_to_but_for_what_the_outermost_levels_leave_open():
    assert of([10.0], [1.0]).change == pytest.approx([0], abs=0.011)
    assert of([12.0], [1.0]).change == pytest.approx([1], abs=0.011)
    assert of([12.0], [1.0]).fall == pytest.approx([0], abs=0.011)
    assert of([8.0], [1.0]).fall == pytest.approx([1], abs=0.011)


@given(st.floats(5.0, 15.0))
def test_of_a_price_that_may_be_anything_between_two_the_chance_is_its_share_of_the_way(wanted):
    found = Chances.of((5 + 10 * LEVELS)[None], QUANTILES, 10.0, wanted)
    assert found.at_most == pytest.approx([(wanted - 5) / 10], abs=0.006)
    assert found.change == pytest.approx([1], abs=STEP)
    assert found.fall == pytest.approx([0.5], abs=STEP)


@given(
    st.lists(st.sampled_from([9.0, 9.5, 9.99999, 10.0, 10.00001, 10.5, 11.0]), min_size=23, max_size=23),
    st.lists(st.sampled_from([8.0, 9.0, 9.2, 9.9999, 10.0, 10.0001, 10.4, 10.5, 12.0]), min_size=2, max_size=2),
)
def test_where_a_price_may_stand_at_several_others_a_higher_target_is_never_less_likely(values, targets):
    values, targets = np.sort(np.array([values]), axis=1), sorted(targets)
    less, more = (Chances.of(values, QUANTILES, 10.0, wanted) for wanted in targets)
    assert less.at_most[0] <= more.at_most[0] + 1e-9
    for one in (less, more):
        assert 0 <= one.fall[0] <= one.change[0] <= 1


@given(
    st.lists(st.floats(1, 100), min_size=len(QUANTILES), max_size=len(QUANTILES)),
    st.floats(1, 100),
    st.floats(0.5, 200),
    st.floats(0.5, 200),
)
def test_chances_lie_between_0_and_1_and_a_higher_target_is_never_less_likely(values, last, low, high):
    low, high = sorted([low, high])
    values = np.sort(np.array([values]), axis=1)
    less, more = (Chances.of(values, QUANTILES, last, wanted) for wanted in (low, high))
    for chance in (less.change, less.fall, less.at_most):
        assert 0 <= chance[0] <= 1
    assert less.fall[0] <= less.change[0] + 1e-12
    assert less.at_most[0] <= more.at_most[0] + 1e-9


def test_the_first_day_on_which_a_change_is_probable_is_told_and_none_where_none_is():
    days = np.array([[10.0] * 23, [*[8.0] * 10, *[10.0] * 13], [*[8.0] * 13, *[10.0] * 10], [8.0] * 23])
    assert Chances.of(days, QUANTILES, 10.0).probable_change() == 3
    assert Chances.of(days[:2], QUANTILES, 10.0).probable_change() is None


def test_a_price_that_was_rounded_is_the_same_price():
    rounded = np.full((1, len(QUANTILES)), 10.0 * (1 + 1e-9))
    assert Chances.of(rounded, QUANTILES, 10.0).change == pytest.approx([0], abs=0.011)
