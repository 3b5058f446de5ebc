"""The state of a price is what its past says, and nothing of what comes."""

import numpy as np
import pytest

from almazara.prices.forecasting.models.step_features import FEATURES, StepHistory


def step_features(prices, days):
    history = StepHistory.of(prices)
    return np.stack([history.features(day) for day in days])


def state(prices, day, name):
    return step_features(np.asarray(prices, dtype=float)[None], [day])[0, 0, FEATURES.index(name)]


promotion = [10.0] * 20 + [8.0] * 7 + [10.0] * 13 + [8.0] * 3


def panel(series=4, days=120, seed=0):
    rng = np.random.default_rng(seed)
    moves = (rng.random((series, days)) < 0.1) * rng.normal(0, 0.1, (series, days))
    return 20 * np.exp(np.cumsum(moves, axis=1))


def test_the_future_of_a_day_does_not_reach_its_state():
    prices = panel()
    changed = prices.copy()
    changed[:, 81:] *= 3
    assert np.array_equal(step_features(prices, [40, 80]), step_features(changed, [40, 80]))
    assert np.array_equal(step_features(prices, [80]), step_features(prices[:, :81], [80]))


@pytest.mark.parametrize(
    ("day", "name", "expected"),
    [
        (19, "changed", 0.0),
        (19, "standing", np.log1p(19)),
        (22, "last_change", np.log(0.8)),
        (22, "position_30", 0.0),
        (22, "to_median_30", np.log(10 / 8)),
        (22, "changes_30", np.log1p(1)),
        (30, "standing", np.log1p(3)),
        (30, "spell", np.log1p(7)),
        (30, "before_last", 0.0),
        (30, "rise_share", 0.5),
        (42, "at_price_30", 10 / 30),
        (42, "overdue", np.log(3 / (1 + (7 + 14) / 2))),
    ],
)
def test_a_promotion_is_described_by_its_numbers(day, name, expected):
    assert state(promotion, day, name) == pytest.approx(expected)


def test_a_panel_that_falls_together_shows_in_the_state_of_all():
    prices = np.full((5, 60), 10.0)
    prices[:4, 55:] = 9.0
    found = step_features(prices, [59])[0]
    assert found[:, FEATURES.index("panel_moved_7")] == pytest.approx(0.8)
    assert found[:, FEATURES.index("panel_falls_30")] == pytest.approx(5 / 6)


def test_a_series_that_has_not_begun_has_no_state_and_leaves_the_others_finite():
    prices = panel()
    prices[0, :50] = np.nan
    found = step_features(prices, [30, 60])
    assert np.isnan(found[0, 0]).all()
    assert np.isfinite(found[0, 1:]).all()
    assert np.isfinite(found[1]).all()


def test_a_history_of_one_day_has_a_finite_state():
    assert np.isfinite(StepHistory.of(np.array([[3.0]])).features(0)).all()
