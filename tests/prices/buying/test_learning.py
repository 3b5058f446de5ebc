"""Advice is learned from the past alone: it waits where waiting paid, and buys where nothing says that it does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from almazara.prices.buying import learning
from almazara.prices.buying.learning import MOST_PAID_MORE, collect, fit, learn
from almazara.prices.buying.policy import HORIZONS, Action, AdvicePolicies, Saved, Why, advises_buying, decide
from almazara.prices.buying.states import (
    MIN_DAYS,
    NEVER,
    STATES,
    cheaper_weeks,
    paid_prices,
    states,
    target_prices,
    ways_to_target,
)
from almazara.prices.forecasting.panel import filled_forward

DAYS = 400


def promoted(series=20, *, every=35, lasting=7, price=10.0, offer=7.0, days=DAYS):
    """Products that are on offer for a week out of five, each with days of its own."""
    day = np.arange(days)[None, :] + 11 * np.arange(series)[:, None]
    return np.where(day % every < lasting, offer, price)


def wandering(series=30, days=DAYS, seed=3):
    """Prices that move at random: nothing is to be learned of them."""
    steps = np.random.default_rng(seed).normal(0, 0.02, (series, days))
    return 10 * np.exp(np.cumsum(steps, axis=1))


def of_all(prices, deadline=30, **values):
    return learn(prices, [""] * len(prices), **values).of(None, deadline)


def asked_later(prices, policy, first):
    """Savings of following the advice on every later day, as shares of the price."""
    saved = []
    for day in range(first, prices.shape[1] - policy.days):
        past, future = prices[:, : day + 1], prices[:, day + 1 : day + 1 + policy.days]
        waits = np.array([one.action is Action.WAIT for one in decide(past, policy)])
        saved.append(np.where(waits, 1 - paid_prices(future, target_prices(past)) / past[:, -1], 0))
    return np.concatenate(saved)


def state_of(prices):
    return dict(zip(STATES, states(np.atleast_2d(prices))[0], strict=True))


def test_the_state_tells_the_way_to_the_lowest_price_and_since_when():
    found = state_of(np.r_[np.full(60, 8.0), np.full(10, 10.0)])
    assert found["above_lowest"] == pytest.approx(np.log(10 / 8))
    assert found["share_cheaper"] == pytest.approx(60 / 70)
    assert (found["standing"], found["since_cheaper"]) == (9, 10)
    assert found["last_change"] == pytest.approx(np.log(10 / 8))


def test_a_price_that_never_moved_was_never_cheaper():
    found = state_of(np.full(50, 3.0))
    assert (found["above_lowest"], found["last_change"], found["since_cheaper"]) == (0, 0, NEVER)
    assert found["standing"] == 49


def test_weeks_are_counted_back_from_the_last_day():
    prices = np.full(84, 10.0)
    prices[84 - 15] = 9.0
    assert cheaper_weeks(prices[None, :])[0].tolist() == [False, False, True, *[False] * 9]


@given(arrays(float, (3, 120), elements=st.one_of(st.floats(0.01, 1e6), st.just(np.nan))))
def test_every_state_is_finite_and_every_target_below_the_price(prices):
    prices[:, 0] = np.where(np.isnan(prices[:, 0]), 1.0, prices[:, 0])
    filled = filled_forward(prices)
    assert np.isfinite(states(filled)).all()
    assert (target_prices(filled) < filled[:, -1]).all()


@given(scale=st.sampled_from([1e-3, 7.0, 1e6]))
def test_the_currency_and_size_of_a_price_change_nothing(scale):
    prices = wandering(5, 120)
    np.testing.assert_allclose(states(prices * scale), states(prices), rtol=1e-6, atol=1e-9)


def test_who_waits_pays_the_first_price_at_the_target_or_the_last_one():
    future = np.array([[10.0, 8.0, 7.0], [10.0, 11.0, 12.0]])
    assert paid_prices(future, np.array([8.5, 8.5])).tolist() == [8.0, 12.0]


def test_waiting_is_learned_where_offers_come_again_and_saves_on_later_days():
    prices = promoted()
    policy = of_all(prices[:, :300])
    saved = asked_later(prices, policy, 300)
    assert saved.mean() > 0.1
    assert (saved < 0).mean() <= MOST_PAID_MORE
    assert policy.evidence.saving > 0.1
    assert policy.evidence.oracle >= policy.evidence.saving


def test_while_a_product_is_on_offer_the_advice_is_to_buy():
    prices = promoted()
    decisions = decide(prices, of_all(prices))
    on_offer = prices[:, -1] < 10
    assert on_offer.any()
    assert all(one.action is Action.BUY for one, cheap in zip(decisions, on_offer, strict=True) if cheap)
    assert all(one.target < 10 for one, cheap in zip(decisions, on_offer, strict=True) if not cheap and one.target)


@pytest.mark.parametrize("drift", [0.002, 0.0])
def test_prices_that_rise_or_wander_pay_more_seldom(drift):
    prices = wandering() * np.exp(drift * np.arange(DAYS))
    policy = of_all(prices[:, :300])
    if policy is not None:
        assert (asked_later(prices, policy, 300) < 0).mean() <= 0.1
        assert policy.evidence.paid_more <= MOST_PAID_MORE


def test_what_rises_for_ever_is_bought_now():
    rising = 5 * 1.004 ** np.arange(DAYS) * np.ones((20, 1))
    rising[:, 150:160] *= 0.7  # one sale, long ago
    decisions = decide(rising, of_all(rising))
    assert {one.action for one in decisions} == {Action.BUY}


@pytest.mark.parametrize(
    ("prices", "action", "why"),
    [
        (np.full((3, DAYS), 5.0), Action.BUY, Why.NO_SUPPORT),
        (promoted(1, days=MIN_DAYS - 1), Action.UNKNOWN, Why.SHORT_HISTORY),
        (promoted(1, days=1), Action.UNKNOWN, Why.SHORT_HISTORY),
        (np.full((2, 60), np.nan), Action.UNKNOWN, Why.NO_PRICE),
    ],
)
def test_where_nothing_was_learned_one_buys_and_where_little_is_known_nobody_can_say(prices, action, why):
    decisions = decide(prices, of_all(prices))
    assert {(one.action, one.why, one.target, one.saving, one.chance) for one in decisions} == {
        (action, why, None, 0, 0)
    }


def test_a_price_that_is_not_known_today_is_not_waited_for():
    prices = promoted()
    policy = of_all(prices)
    waiting = next(i for i, one in enumerate(decide(prices, policy)) if one.action is Action.WAIT)
    prices[waiting, -1] = np.nan
    stale = decide(prices, policy)[waiting]
    assert (stale.action, stale.why) == (Action.UNKNOWN, Why.STALE)


def test_an_alert_is_told_to_buy_only_where_enough_is_known_to_advise_it():
    prices = promoted()
    policy = of_all(prices)
    judged = [(decision, advises_buying(decision)) for decision in decide(prices, policy)]
    assert {(one.action is Action.BUY, told) for one, told in judged} == {(True, True), (False, False)}
    assert advises_buying(decide(prices[:1], None)[0]) is None


def test_gaps_leave_too_few_known_days():
    prices = promoted()
    policy = of_all(prices)
    prices[:, -80:-5] = np.nan
    assert {one.why for one in decide(prices, policy)} == {Why.SHORT_HISTORY}


def test_the_future_changes_nothing_that_was_learned_before_it():
    prices, other = promoted(), promoted()
    other[:, 300:] = 99.0
    assert of_all(prices[:, :300]) == of_all(other[:, :300])
    before, after = (collect(one[:, :300], [30])[30] for one in (prices, other))
    np.testing.assert_array_equal(before.saving, after.saving)


def test_states_of_a_case_do_not_see_what_came_after_it():
    prices = wandering(4, 200)
    changed = prices.copy()
    changed[:, 150:] *= 3
    early = [cases.state[cases.day < 150] for cases in (collect(prices, [7])[7], collect(changed, [7])[7])]
    np.testing.assert_array_equal(*early)


def test_the_same_panel_gives_the_same_policy():
    assert of_all(wandering()) == of_all(wandering())


def test_a_wait_that_is_still_going_on_counts_once_a_quarter_has_passed():
    days = collect(promoted(days=100), [40])[40].day
    assert days.max() == 99 - 15  # every seven days counted back from the newest but one; ten days must have passed


def test_a_shorter_deadline_takes_a_shorter_wait():
    learned = learn(promoted(), [""] * 20)
    assert learned.of(None, 6) is None
    assert learned.of(None, 45).days == 30
    assert {learned.of(None, days).days for days in HORIZONS} <= set(HORIZONS)


def test_a_group_with_cases_enough_has_a_policy_of_its_own():
    prices = np.concatenate([promoted(), np.full((20, DAYS), 4.0)])
    learned = learn(prices, ["offers"] * 20 + ["steady"] * 20)
    assert learned.of("offers", 30).evidence.saving > learned.of(None, 30).evidence.saving
    assert learned.of("steady", 30) is None
    assert learned.of("unheard of", 30) == learned.of(None, 30)


def test_a_small_group_is_judged_by_all():
    prices = np.concatenate([promoted(), promoted(1)])
    learned = learn(prices, ["many"] * 20 + ["one"])
    assert "one" not in learned.groups
    assert learned.of("one", 30) == learned.of(None, 30)


@pytest.mark.parametrize("prices", [np.zeros((0, 0)), np.zeros((0, 50)), np.full((2, 3), 1.0), np.full((1, 50), 1e-9)])
def test_panels_of_any_size_can_be_learned_from(prices):
    assert learn(prices, [""] * len(prices)).of(None, 30) is None


def test_huge_and_tiny_prices_are_learned_from_alike():
    policies = [of_all(promoted() * scale) for scale in (1e-6, 1.0, 1e9)]
    assert len({one.threshold for one in policies}) == 1


def test_without_policies_there_is_none():
    assert AdvicePolicies().of("oil", 90) is None


def test_no_case_fits_a_policy_that_says_nothing():
    policy = fit(collect(np.zeros((0, 0)), [30])[30])
    assert policy.threshold is None
    assert [one.why for one in decide(np.ones((2, MIN_DAYS)), policy)] == [Why.NO_SUPPORT] * 2


def test_waits_that_paid_more_than_was_said_raise_the_chance_that_is_told():
    cases = collect(promoted(), [30])[30]
    waits = np.ones(len(cases.saving), dtype=bool)
    lost = replace(cases, saving=np.full(len(cases.saving), -0.1))
    assert learning._surplus(lost, np.zeros(len(waits)), waits) > 0.5
    assert learning._surplus(lost, np.ones(len(waits)), waits) == 0
    assert learning._surplus(replace(cases, saving=np.abs(cases.saving)), np.full(len(waits), 0.2), waits) == 0
    assert learning._surplus(lost, np.zeros(len(waits)), ~waits) == 0
    prices = promoted()
    policy = of_all(prices)
    plain, raised = (decide(prices, replace(policy, surplus=surplus)) for surplus in (0.0, 0.2))
    assert [one.action for one in plain] == [one.action for one in raised]
    assert all(
        two.chance == pytest.approx(one.chance + 0.2) for one, two in zip(plain, raised, strict=True) if one.days
    )


def test_what_a_wait_mostly_saves_is_told_between_bounds_that_hold_what_is_expected():
    prices = promoted()
    policy = of_all(prices)

    def told(*saved):
        return decide(prices, replace(policy, saved_between=saved))

    wide, narrow = told(Saved(0.01, -9, 9)), told(Saved(0.01, 0, 0.001))
    waits = [row for row, one in enumerate(wide) if one.days]
    ways = ways_to_target(states(prices))
    assert waits
    for row in waits:
        assert wide[row].saves == pytest.approx((-9 * ways[row], 9 * ways[row]))
        assert narrow[row].saves == (0, narrow[row].saving)
    assert {one.saves for one in wide if not one.days} == {None}
    for nothing in ((), [Saved(0.01, -1, 0)], [Saved(0.9, 0, 1)], [Saved(0.01, 0, 1), Saved(0.02, -1, 0)]):
        assert {one.saves for one in told(*nothing)} == {None}


@pytest.mark.parametrize(("count", "parts"), [(9, 0), (10, 1), (29, 2), (30, 3), (200, 3)])
def test_each_third_of_the_ways_has_its_own_bounds_where_there_are_waits_enough(count, parts):
    state = np.zeros((count, len(STATES)))
    state[:, STATES.index("above_lowest")] = -np.log1p(-np.linspace(0.1, 0.6, count))
    ways = ways_to_target(state)
    nobody = np.zeros(count, dtype=np.int64)
    found = learning._saved(learning.Cases(30, state, np.linspace(0, 1, count) * ways, ways, nobody, nobody))
    assert len(found) == parts
    assert [one.way for one in found] == sorted(one.way for one in found)
    assert all(one.low < one.high for one in found)
    if parts == 3:
        assert found[0].high < found[1].low < found[1].high < found[2].low


def test_ways_that_are_hardly_any_say_nothing_of_what_is_saved():
    short = np.zeros((50, len(STATES)))
    nobody = np.zeros(50, dtype=np.int64)
    assert learning._saved(learning.Cases(30, short, np.full(50, 0.3), np.full(50, 0.3), nobody, nobody)) == ()


def test_the_way_to_the_target_is_that_of_the_price():
    prices = promoted()
    asked = np.array([decided.days > 0 for decided in decide(prices, of_all(prices))])
    assert asked.any()
    assert ways_to_target(states(prices)) == pytest.approx(1 - target_prices(prices) / prices[:, -1])
