"""Whole distributions are mixed, and a middle is only free where it was no worse than the last value."""

import numpy as np
import pytest

from almazara.prices.forecasting.models.judging import PROBABILITIES, Judged
from almazara.prices.forecasting.models.pooling import FREE, caution, pooled
from almazara.prices.forecasting.models.steps import CONFIDENT

ROWS = np.arange(2)


def goes_back(_day, _lead, rows):
    """A price stays or goes back, one as likely as the other."""
    return np.tile([0.0, 0.2], (len(rows), 1)), np.full((len(rows), 2), 0.5)


def stays(_day, leads, rows, probabilities):
    return np.zeros((len(rows), len(leads), len(probabilities)))


def test_a_pool_has_the_outcomes_of_both_and_nothing_in_between():
    found = pooled(goes_back, stays, FREE)(10, [1, 7], ROWS, [0.5, 0.64, 0.66, 0.9])
    assert found.shape == (2, 2, 4)
    assert found[0, 0].tolist() == [0, 0, 0.2, 0.2]


def test_a_middle_needs_so_much_of_the_mass_on_one_side():
    def nearly_all_go_back(_day, _lead, rows):
        return np.tile([0.0, 0.2], (len(rows), 1)), np.tile([0.0, 1.0], (len(rows), 1))

    asked = (10, [7], ROWS, [0.5])
    assert pooled(nearly_all_go_back, stays, 0.65)(*asked).max() == pytest.approx(0.2)
    assert pooled(nearly_all_go_back, stays, CONFIDENT)(*asked).max() == 0


def judged(quantiles, moved):
    return Judged(7, np.arange(len(moved)), np.arange(len(moved)), quantiles[None], moved)


def test_a_middle_that_foretold_is_free_and_one_that_misled_is_not():
    moved = np.array([0.1, 0.1, -0.1, 0.1])
    said = np.repeat(moved[:, None], len(PROBABILITIES), axis=1)
    assert caution([judged(said, moved)]) == FREE
    assert caution([judged(-said, moved)]) == CONFIDENT
    assert caution([judged(said, moved), judged(-said, moved)]) == CONFIDENT


def test_a_middle_that_is_right_where_it_is_sure_needs_to_be_sure():
    levels = np.array(PROBABILITIES)
    unsure, sure = np.where(levels > 0.45, 0.1, -0.05), np.where(levels > 0.2, 0.1, -0.05)
    moved = np.array([0.0, 0.1])
    assert caution([judged(np.stack([unsure, sure]), moved * 0.8)]) == 0.65
