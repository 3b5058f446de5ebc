"""What becomes of a price in classes: their outcomes, and what is learned of campaigns."""

import numpy as np
import pytest

from almazara.prices.forecasting.models.ensemble import Ensemble
from almazara.prices.forecasting.models.judging import PROBABILITIES
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.steps import Steps
from made_campaigns import campaigns

pytest.importorskip("lightgbm", reason="LightGBM is not here: pip install .[boost]")
from almazara.prices.forecasting.models import classes
from almazara.prices.forecasting.models.classes import BACK, FALLS, OTHER_LEVEL, RISES, STAYS, learned

pytestmark = pytest.mark.training

LAST = 199


@pytest.fixture(scope="module")
def panel():
    return campaigns()


@pytest.fixture(scope="module")
def known(panel):
    return StepHistory.of(np.exp(panel.logs[:, : LAST + 1]), panel.groups)


@pytest.fixture(scope="module")
def model(known):
    return learned(known, LAST)


def test_a_move_is_of_the_first_class_that_it_fits():
    history = StepHistory.of(np.array([[12.0, 10, 8, 8]] * 5))
    moved = np.log(np.array([8, 10, 12, 13, 7]) / 8)
    found = classes._classes(history, 3, np.arange(5), moved)
    assert found.tolist() == [STAYS, BACK, OTHER_LEVEL, RISES, FALLS]


def test_a_price_that_is_lowered_for_a_week_is_back_when_it_ends_and_not_before(panel, known, model):
    lowered = np.flatnonzero(known.changed_at[:, LAST] == known.changed_at[:, LAST].max())
    lowered = lowered[known.logs[lowered, LAST] < known.previous[lowered, LAST]]
    left = 7 - (LAST - known.changed_at[lowered[0], LAST])
    for lead, least, most in ((left, 0.8, 1), (left - 1, 0, 0.2)):
        atoms, chances = model(LAST, int(lead), lowered)
        back = known.previous[lowered, LAST] - known.logs[lowered, LAST]
        goes_back = (chances * (np.abs(atoms - back[:, None]) < 1e-9)).sum(axis=1)
        assert ((goes_back >= least) & (goes_back <= most)).all()


@pytest.mark.parametrize("lead", [1, 6, 30])
def test_chances_are_positive_and_sum_to_one(known, model, lead):
    atoms, chances = model(LAST, lead, np.arange(len(known.logs)))
    assert atoms.shape == chances.shape
    assert np.isfinite(atoms).all()
    assert chances.min() >= 0
    assert chances.sum(axis=1) == pytest.approx(1)


def test_nothing_is_learned_from_what_came_after_the_last_day(panel, known, model):
    of_more = learned(panel, LAST)
    rows = np.arange(len(known.logs))
    for one, other in zip(model(LAST, 7, rows), of_more(LAST, 7, rows), strict=True):
        assert np.array_equal(one, other)


def test_a_price_without_another_level_takes_none():
    history = StepHistory.of(np.array([[10.0, 10, 10, 10]]))
    sizes = np.full((1, 48), 0.1), np.full((1, 48), -0.1)
    atoms, chances = classes._outcomes(history, 3, np.array([0]), np.full((1, 5), 0.2), sizes)
    assert chances[atoms == 0].sum() == pytest.approx(0.6)
    assert chances[atoms > 0].sum() == pytest.approx(0.2)


def test_few_series_or_days_are_left_to_others(panel):
    assert learned(StepHistory.of(np.exp(panel.logs[:99])), LAST) is None
    assert learned(panel, 179) is None


def test_a_move_of_all_prices_that_was_never_seen_has_a_chance(known, model):
    assert known.begins.max() == 0
    _, chances = model(LAST, 30, np.arange(len(known.logs)))
    assert chances[:, -96:].sum(axis=1).min() > 0.05


def crps(quantiles, moved):
    probabilities = np.array(PROBABILITIES)
    error = moved[..., None] - quantiles
    return np.maximum(probabilities * error, (probabilities - 1) * error).mean()


def test_the_default_foretells_better_with_classes_when_a_campaign_ends(panel, known):
    lowered = np.flatnonzero(known.logs[:, LAST] < known.logs[:, 0] - 0.1)
    leads = [1, 2, 3, 4, 5, 6]
    moved = panel.logs[lowered][:, LAST + np.array(leads)] - panel.logs[lowered, LAST, None]
    without, with_classes = (
        Ensemble([Steps().learn], one).learn(known, LAST)(LAST, leads, lowered, PROBABILITIES)
        for one in (None, learned)
    )
    assert crps(with_classes, moved) < 0.8 * crps(without, moved)


def test_classes_that_say_nothing_leave_the_default_as_it_was(known):
    rows = np.arange(len(known.logs))
    without, with_none = (
        Ensemble([Steps().learn], one).learn(known, LAST)(LAST, [7], rows, PROBABILITIES)
        for one in (None, lambda _history, _day: None)
    )
    assert np.array_equal(without, with_none)
