"""How long prices stand: spells, cohorts, and the chance that one ends, from what was known on the day."""

import numpy as np
import pytest

from almazara.prices.forecasting.models.spells import FALL, FIRST, INPUTS, RISE, Spells
from almazara.prices.forecasting.models.step_features import StepHistory
from made_campaigns import campaigns


def history(rows, groups=None):
    prices = np.array(rows, dtype=float)
    return StepHistory.of(prices, None if groups is None else np.array(groups))


def of(values, name):
    return values[:, INPUTS.index(name)]


def test_a_spell_begins_with_a_change_and_ends_with_the_next():
    spells = Spells.of(history([[10, 10, 8, 8, 10], [np.nan, 5, 5, 5, 5]]))
    assert spells.rows.tolist() == [0, 0, 0, 1]
    assert spells.begins.tolist() == [0, 2, 4, 1]
    assert spells.ends[:2].tolist() == [2, 4]
    assert (spells.ends[2:] > 1000).all()
    assert spells.kinds.tolist() == [FIRST, FALL, RISE, FIRST]
    assert spells.current[0].tolist() == [0, 0, 1, 1, 2]


def test_changes_of_one_group_day_and_size_are_a_cohort():
    fall, rise = [10, 10, 8, 8], [10, 10, 12, 12]
    spells = Spells.of(history([fall, fall, fall, rise, fall], [0, 0, 0, 0, 1]))
    changed = spells.begins == 2
    assert spells.sizes[changed].tolist() == [3, 3, 3, 1, 1]
    assert spells.in_cohort[changed].tolist() == [1, 1, 1, 0, 0]
    assert spells.same_day[changed].tolist() == [4, 4, 4, 4, 1]


def test_what_has_always_lasted_a_week_most_likely_ends_after_a_week():
    panel = campaigns()
    spells = Spells.of(panel)
    chances = spells.hazards(panel.logs.shape[1] - 1).by_length[0, FALL, 1]
    assert chances[7] > 0.8
    assert np.delete(chances[:14], 7).max() < 0.3


def test_a_group_of_which_little_is_known_has_the_chances_of_all():
    panel = campaigns()
    groups = panel.groups.copy()
    groups[0] = 2
    spells = Spells.of(StepHistory.of(np.exp(panel.logs), groups))
    chances = spells.hazards(panel.logs.shape[1] - 1).by_length
    assert chances[2, FALL, 0, 7] > 3 * chances[2, FALL, 0, 3]


def test_prices_that_change_on_one_weekday_change_more_often_on_it():
    panel = campaigns()
    factors = Spells.of(panel).hazards(panel.logs.shape[1] - 1).of_weekday
    assert factors.shape == (2, 3, 7)
    assert factors[:, FIRST].argmax(axis=1).tolist() == [3, 5]
    assert factors.mean(axis=2) == pytest.approx(1)


def test_what_came_after_a_day_changes_nothing_of_what_is_said_on_it():
    panel, day = campaigns(), 150
    other = np.exp(panel.logs)
    other[:, day + 1 :] *= np.random.default_rng(3).uniform(0.5, 1.5, other[:, day + 1 :].shape)
    rows = np.arange(len(other))
    told = []
    for one in (panel, StepHistory.of(other, panel.groups)):
        spells = Spells.of(one)
        told.append(spells.inputs(spells.hazards(day), spells.today(one, day), 9, rows))
    assert np.array_equal(*told)
    assert np.isfinite(told[0]).all()


def test_how_much_of_a_cohort_has_changed_since_is_known():
    rows = [[10, 10, 8, 8, 10], [10, 10, 8, 8, 8], [10, 10, 8, 8, 8], [10, 10, 10, 10, 10]]
    panel = history(rows)
    spells = Spells.of(panel)
    ended = of(spells.inputs(spells.hazards(4), spells.today(panel, 4), 1, np.arange(4)), "cohort_ended")
    assert ended.tolist() == pytest.approx([-1, 1 / 3, 1 / 3, -1])


def test_a_group_tells_how_many_of_its_prices_moved_and_which_way():
    still, fell = [10.0] * 40, [10.0] * 35 + [9.0] * 5
    panel = history([still, fell, still, still], [0, 0, 1, 1])
    spells = Spells.of(panel)
    inputs = spells.inputs(spells.hazards(39), spells.today(panel, 39), 1, np.array([0, 2]))
    assert of(inputs, "group_moved_7").tolist() == [0.5, 0]
    assert of(inputs, "group_moved_30").tolist() == [0.5, 0]
    assert of(inputs, "group_drift_7") == pytest.approx([np.log(0.9) / 2, 0])
    assert of(inputs, "group_falls_30") == pytest.approx([2 / 3, 1 / 2])
