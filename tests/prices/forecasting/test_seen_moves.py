"""Moves of a whole shop's prices at once, which are found in them, and what is none."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.seen_moves import SeenMove, seen_moves

FIRST = date(2026, 3, 1)
DAYS, SERIES = 60, 40


def found(factors, day=40, groups=None):
    """The moves of a panel of constant prices, each of which is multiplied on one day."""
    factors = np.asarray(factors, dtype=float)
    prices = np.linspace(2, 9, len(factors))[:, None] * np.ones(DAYS)
    prices[:, day:] *= factors[:, None]
    return seen(prices, groups)


def seen(prices, groups=None):
    names = [f"{group}:{number}" for number, group in enumerate(groups or ["shop"] * len(prices))]
    return seen_moves(Panel.whole(names, FIRST, prices))


@pytest.mark.parametrize("factor", [1.02, 1.5])
def test_a_tax_that_a_quarter_passes_on_is_one_move(factor):
    [move] = found([factor] * 10 + [1.0] * 30)
    assert (move.date, move.group) == (FIRST + timedelta(days=40), "shop")
    assert move.factor == pytest.approx(factor)
    assert isinstance(move, SeenMove)


@pytest.mark.parametrize(
    "factors",
    [
        [1.02] * 9 + [1.0] * 31,
        [1.02] * 6 + [0.98] * 6 + [1.0] * 28,
        [*np.geomspace(1.005, 1.6, 14), *[1.0] * 26],
        [1.001] * 40,
        [1.02] * 5,
        [0.952] * 40,
        [100.0] * 40,
    ],
    ids=[
        *("of fewer than a quarter", "up and down", "each by another size", "of a rounding", "of a small shop"),
        *("down", "from cents to euros"),
    ],
)
def test_what_is_no_move_of_a_shop(factors):
    assert found(factors) == []


def test_the_end_of_an_offer_of_the_whole_shop_is_none_and_a_rise_beyond_what_it_cost_is():
    prices = np.linspace(2, 9, SERIES)[:, None] * np.ones(DAYS)
    prices[:, 35:40] *= 0.75
    assert seen(prices) == []
    prices[:, 40:] *= 1.02
    [move] = seen(prices)
    assert move.factor == pytest.approx(1.02 / 0.75)


def test_before_four_weeks_are_known_nobody_can_say_whether_prices_were_there_before():
    assert found([1.04] * SERIES, day=27) == []


def test_weekly_flyers_that_change_a_quarter_of_the_prices_are_none():
    day = np.arange(200) // 7
    prices = np.linspace(2, 9, 24)[:, None] * np.where((np.arange(24)[:, None] // 6) == day % 4, 0.75, 1.0)
    assert seen(prices) == []


def test_each_shop_has_its_own_moves():
    groups = ["a"] * 20 + ["b"] * 20
    [move] = found([1.04] * 20 + [1.0] * 20, groups=groups)
    assert move.group == "a"


def test_what_was_not_read_the_day_before_has_not_moved_on_that_day():
    prices = np.ones((SERIES, DAYS))
    prices[:, 40:] = 1.1
    prices[:, 37:40] = np.nan
    assert seen(prices) == []


@given(st.floats(0.5, 2.0), st.integers(28, DAYS - 1))
def test_prices_that_all_rise_alike_have_one_move_and_others_none(factor, day):
    moves = found([factor] * SERIES, day)
    assert [one.date for one in moves] == [FIRST + timedelta(days=day)] * int(np.log(factor) > 0.002)


def test_a_panel_without_series_or_of_one_day_has_none():
    assert seen(np.ones((0, DAYS))) == seen(np.ones((SERIES, 1))) == []
