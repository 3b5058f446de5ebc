"""The served default: averages, trust where it is earned, corrected levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting.models.conformal import LevelMaps, level_maps, nominal_levels, transforms
from almazara.prices.forecasting.models.ensemble import Ensemble, averaged, calibrated, weighted
from almazara.prices.forecasting.models.judging import PROBABILITIES, Judged, confidence, first_judged, judge
from almazara.prices.forecasting.models.naive import pooled_changes
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.steps import Steps

pytestmark = pytest.mark.training

ROWS = np.arange(30)


def prices(days=200, seed=0):
    rng = np.random.default_rng(seed)
    moves = (rng.random((30, days)) < 0.05) * rng.normal(0, 0.1, (30, days))
    return 10 * np.exp(np.cumsum(moves, axis=1))


def constant(value):
    return lambda _day, leads, rows, probabilities: np.full((len(rows), len(leads), len(probabilities)), float(value))


def oracle(history):
    def quantiles(day, leads, rows, probabilities):
        moved = np.stack([history.logs[rows, day + lead] - history.logs[rows, day] for lead in leads], axis=1)
        return np.repeat(moved[..., None], len(probabilities), axis=2)

    return quantiles


def judged(said, moved, days=None):
    quantiles = np.stack([np.broadcast_to(one, (len(moved), len(PROBABILITIES))) for one in said])
    return Judged(7, np.arange(len(moved)), np.arange(len(moved)) if days is None else days, quantiles, moved)


def test_quantiles_are_averaged_with_their_shares():
    asked = (100, [7], ROWS[:2], [0.5])
    assert averaged([constant(0), constant(1)])(*asked) == pytest.approx(0.5)
    assert weighted([constant(0), constant(1)], [0.25, 0.75])(*asked) == pytest.approx(0.75)


def test_a_model_without_a_share_is_not_asked():
    def broken(*_):
        raise AssertionError

    assert weighted([constant(2), broken], [1, 0])(1, [1], ROWS, [0.5]).max() == 2


def test_confidence_is_sure_of_an_oracle_and_of_nothing_without_a_difference():
    history = StepHistory.of(prices())
    found = judge(history, [oracle(history), pooled_changes(history)], 120, 199)
    assert confidence(found, 0, 1) == 1.0
    assert confidence(found, 1, 0) == 0.0
    assert confidence(found, 0, 0) == 0.5
    assert confidence([], 0, 1) == 0.5


def test_one_lucky_listing_is_no_confidence():
    moved = np.zeros(40)
    moved[0] = 0.5
    lucky, naive = np.zeros((40, 1)), np.zeros((40, 1))
    lucky[0], lucky[1:] = 0.5, 0.004
    assert 0.3 < confidence([judged([lucky, naive], moved)], 0, 1) < 0.75


def test_days_are_judged_only_as_far_as_their_outcome_is_known():
    history = StepHistory.of(prices())
    first = first_judged(history, 150)
    found = judge(history, [pooled_changes(history)], first, 150)
    assert first == 150 - 52
    assert all((one.days + one.lead <= 150).all() and (one.days >= first).all() for one in found)


def test_the_default_learned_on_a_day_does_not_see_what_follows():
    before = prices()
    after = before.copy()
    after[:, 151:] *= 5
    asked = (150, [1, 30], ROWS, [0.1, 0.5, 0.9])
    first, second = (Ensemble([Steps().learn]).learn(StepHistory.of(one), 150)(*asked) for one in (before, after))
    assert np.array_equal(first, second)


def test_a_model_worse_than_the_last_value_is_not_served():
    history = StepHistory.of(prices())
    served = Ensemble([lambda _history, _day: constant(1)]).learn(history, 199)(199, [7], ROWS, [0.5])
    assert served == pytest.approx(0)


@given(st.integers(0, 1000))
def test_transforms_hold_the_point_mass_between_them(seed):
    rng = np.random.default_rng(seed)
    quantiles = np.sort(np.round(rng.normal(0, 1, (20, len(PROBABILITIES)))), axis=1)
    moved = np.round(rng.normal(0, 1, 20))
    below, upto = transforms(quantiles, moved)
    assert ((below >= 0) & (below < upto) & (upto <= 1)).all()


def test_levels_that_held_stay_and_levels_that_did_not_move_outwards():
    uniform = (np.arange(400) + 0.5) / 400
    ones = np.ones(400)
    grid = np.linspace(0, 1, 201)
    assert nominal_levels(uniform, uniform, ones, 1e6) == pytest.approx(grid, abs=0.01)
    too_low = nominal_levels(uniform * 0.5, uniform * 0.5, ones, 1e6)  # all fell together: below the median
    maps = LevelMaps({7: too_low})
    assert maps.at(7, [0.1])[0] == pytest.approx(0.05, abs=0.01)
    assert maps.at(7, [0.5, 0.9]) == pytest.approx([0.5, 0.9])


def test_thin_evidence_moves_levels_little():
    low = np.full(5, 0.01)
    found = [LevelMaps({7: nominal_levels(low, low, np.ones(5), evidence)}).at(7, [0.1])[0] for evidence in (1, 1000)]
    assert found[1] < found[0] < 0.1


def test_between_leads_maps_are_interpolated_and_beyond_them_the_nearest_counts():
    grid = np.linspace(0, 1, 201)
    maps = LevelMaps({7: grid, 28: grid**2})
    assert maps.at(1, [0.9])[0] == pytest.approx(0.9)
    assert maps.at(14, [0.2])[0] == pytest.approx((0.2 + 0.04) / 2)
    assert maps.at(90, [0.2])[0] == pytest.approx(0.04)
    assert LevelMaps({}).at(7, [0.3])[0] == 0.3


def test_a_calibrated_model_is_asked_at_the_corrected_levels():
    asked = []
    model = calibrated(
        lambda *one: asked.append(one) or np.zeros((1, 1, 1)), LevelMaps({7: np.linspace(0, 1, 201) ** 2})
    )
    model(3, [7], ROWS[:1], [0.2])
    assert asked[0][3] == pytest.approx([0.04])


def test_too_narrow_forecasts_of_the_past_widen_those_to_come():
    rng = np.random.default_rng(0)
    narrow = np.broadcast_to(0.01 * (np.asarray(PROBABILITIES) - 0.5), (300, len(PROBABILITIES)))
    maps = level_maps([judged([narrow], rng.normal(0, 0.1, 300), np.arange(300))], 310)
    assert maps.at(7, [0.1])[0] < 0.06
    assert maps.at(7, [0.9])[0] > 0.94
