"""Announced moves in advice: a rise is bought before, a fall is waited for, and what has happened explains itself."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.prices.buying.deciding import decided
from almazara.prices.buying.learning import learn
from almazara.prices.buying.policy import Action, AdvicePolicies, Decision, LeastSaving, Why, advises_buying
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.panel import Panel

TODAY = date(2026, 3, 1)
DAYS = 300
PROMOTED = np.where((np.arange(DAYS) + 11 * np.arange(12)[:, None]) % 35 < 7, 7.0, 10.0)
LEARNED = learn(PROMOTED, [""] * 12)
WAITED = next(row for row, prices in enumerate(PROMOTED) if (prices[-20:] == 10).all())
OFFERED = next(row for row, prices in enumerate(PROMOTED) if prices[-1] == 7)


def decision(prices, *moves, policies=LEARNED, deadline_days=30, quantity=1):
    panel = Panel.whole(["a"], TODAY - timedelta(days=len(prices) - 1), np.array([prices], dtype=float))
    [found] = decided(panel, [moves], [None], policies, deadline_days, quantity=quantity)
    return found


def on(days, factor):
    return AnnouncedMove(TODAY + timedelta(days=days), factor)


def test_without_announced_moves_what_was_learned_decides():
    assert (decision(PROMOTED[WAITED]).why, decision(PROMOTED[OFFERED]).why) == (Why.WORTH, Why.NOT_WORTH)


@pytest.mark.parametrize("row", [WAITED, OFFERED])
def test_before_a_rise_that_comes_soon_one_buys_now(row):
    found = decision(PROMOTED[row], on(5, 1.1))
    assert (found.action, found.why, found.saving, found.coming.days) == (Action.BUY, Why.RISE_ANNOUNCED, 0, 5)
    assert found.coming.factor == pytest.approx(1.1)
    assert advises_buying(found)


@pytest.mark.parametrize(
    ("money", "share", "quantity", "is_enough"),
    [(0.99, 0, 1, True), (1.01, 0, 1, False), (0, 0.99, 1, True), (0, 1.01, 1, False), (2.99, 0, 3, True)],
)
def test_no_wait_is_advised_that_saves_too_little_in_money_or_in_percent(money, share, quantity, is_enough):
    waited = decision(PROMOTED[WAITED])
    least = LeastSaving(money * waited.saving * PROMOTED[WAITED][-1], share * waited.saving)
    found = decision(PROMOTED[WAITED], policies=replace(LEARNED, least=least), quantity=quantity)
    assert found == (waited if is_enough else Decision(Action.BUY, Why.TOO_LITTLE))
    assert advises_buying(found) is not is_enough


def test_a_rise_is_bought_before_also_where_a_wait_or_a_fall_would_save_too_little():
    policies = replace(LEARNED, least=LeastSaving(share=0.9))
    found = decision(PROMOTED[WAITED], on(3, 0.995), on(6, 1.2), policies=policies)
    assert (found.action, found.why) == (Action.BUY, Why.RISE_ANNOUNCED)
    assert decision(PROMOTED[WAITED], on(12, 1.3), policies=policies).why is Why.RISE_ANNOUNCED
    assert decision(PROMOTED[OFFERED], on(3, 0.995), policies=replace(LEARNED, least=LeastSaving(share=0.01))).why is (
        Why.NOT_WORTH
    )


def test_before_a_later_rise_one_waits_no_longer_than_to_the_day_before():
    found = decision(PROMOTED[WAITED], on(15, 1.1))
    assert (found.action, found.why, found.days) == (Action.WAIT, Why.WORTH, 14)
    assert decision(PROMOTED[WAITED], on(14, 1.1)).days < 14
    assert decision(PROMOTED[WAITED], on(31, 1.1)) == decision(PROMOTED[WAITED])


def test_an_announced_fall_is_waited_for_and_no_longer():
    found = decision(PROMOTED[OFFERED], on(12, 0.9))
    assert (found.action, found.why, found.days, found.chance) == (Action.WAIT, Why.FALL_ANNOUNCED, 12, 0)
    assert (found.target, found.saving) == pytest.approx((6.3, 0.1))
    assert advises_buying(found) is False
    assert decision(PROMOTED[OFFERED], on(31, 0.9)).why is Why.NOT_WORTH


def test_a_fall_that_is_sure_is_waited_for_before_one_that_was_learned():
    learned = decision(PROMOTED[WAITED])
    assert learned.why is Why.WORTH
    found = decision(PROMOTED[WAITED], on(12, 1 - learned.saving / 2))
    assert (found.why, found.days, found.chance) == (Why.FALL_ANNOUNCED, 12, 0)


def test_no_wait_is_said_to_save_more_than_a_fall_to_the_lowest_price():
    for prices in (PROMOTED[WAITED], np.where(PROMOTED[WAITED] == 7, 9.8, 10.0)):
        found = decision(prices, policies=replace(LEARNED, least=LeastSaving()))
        assert found.saving <= 1 - prices[-90:].min() / prices[-1] + 1e-9


def test_of_several_moves_the_lowest_price_is_waited_for():
    found = decision(PROMOTED[OFFERED], on(5, 1.1), on(10, 0.7), on(20, 1.2))
    assert (found.days, found.saving) == (10, pytest.approx(1 - 1.1 * 0.7))
    assert decision(PROMOTED[OFFERED], on(5, 0.95), on(10, 0.9)).days == 10


def test_a_rise_that_is_taken_back_within_the_deadline_is_bought_before():
    assert decision(PROMOTED[OFFERED], on(5, 1.25), on(10, 0.8)).why is Why.RISE_ANNOUNCED


def test_nothing_learned_and_little_known_still_heed_what_is_announced():
    few = [10.0] * 5
    assert decision(few, on(5, 1.1), policies=AdvicePolicies()).why is Why.RISE_ANNOUNCED
    assert decision(few, on(5, 0.9), policies=AdvicePolicies()).why is Why.FALL_ANNOUNCED


@pytest.mark.parametrize("factor", [0.9, 1.1])
@pytest.mark.parametrize(("prices", "why"), [([10.0] * 40 + [np.nan], Why.STALE), ([np.nan] * 40, Why.NO_PRICE)])
def test_what_cannot_be_had_now_is_neither_bought_before_nor_waited_for(prices, why, factor):
    assert decision(prices, on(5, factor)).why is why


@given(st.integers(0, 11), st.integers(1, 60), st.sampled_from([1.02, 1.1, 1.3]))
@example(9, 6, 1.3)  # on the day before an offer ended, and the price rose by about as much
def test_a_price_that_rose_as_was_announced_is_judged_as_if_it_had_always_been_so(row, ago, factor):
    steady = PROMOTED[row] * factor
    rose = np.r_[PROMOTED[row, :-ago], steady[-ago:]]
    if PROMOTED[row, -ago - 1] != PROMOTED[row, -ago]:
        return  # it moved otherwise on that day
    found, expected = decision(rose, on(1 - ago, factor)), decision(steady)
    nothing = {"target": None, "saving": 0, "chance": 0, "saves": None}
    assert replace(found, **nothing) == replace(expected, **nothing)
    assert found.saves == (expected.saves and pytest.approx(expected.saves))
    assert (found.target or 0, found.saving) == pytest.approx((expected.target or 0, expected.saving))


@given(
    st.integers(0, 11),
    st.lists(st.builds(on, st.integers(-50, 60), st.sampled_from([0.8, 0.95, 1.02, 1.2])), max_size=4),
    st.integers(1, 60),
)
def test_nobody_is_told_to_wait_into_an_announced_rise(row, moves, deadline_days):
    found = decision(PROMOTED[row], *moves, deadline_days=deadline_days)
    coming = [one for one in moves if TODAY < one.date <= TODAY + timedelta(days=found.days)]
    factor = np.prod([one.factor for one in coming])
    assert found.days <= deadline_days
    assert factor <= 1 + 1e-9 or found.days == 0
