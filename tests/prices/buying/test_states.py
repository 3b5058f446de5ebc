"""The state of a price, each series by itself."""

import numpy as np

from almazara.prices.buying.states import SAME, STATES, states, target_prices

DEAR_AND_CHEAP = np.array([[10.0] * 40 + [12.0] * 5, [1.0] * 40 + [1.5] * 5])


def test_the_way_to_the_lowest_price_is_that_of_each_series():
    above = states(DEAR_AND_CHEAP)[:, STATES.index("above_lowest")]
    assert np.allclose(above, np.log([12 / 10, 1.5 / 1.0]))


def test_a_target_lies_half_the_way_down_to_the_lowest_of_its_own_series():
    assert target_prices(DEAR_AND_CHEAP).tolist() == [11.0, 1.25]


def test_a_price_at_its_lowest_is_waited_for_a_little_below():
    assert np.allclose(target_prices(np.full((1, 30), 5.0)), 5.0 * (1 - SAME))
