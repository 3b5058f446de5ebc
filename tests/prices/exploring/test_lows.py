"""Products at their low of the last months, looked through day by day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from almazara.prices.buying.states import MIN_DAYS, WINDOW_DAYS
from almazara.prices.exploring.explore import explore_one
from almazara.prices.exploring.lows import low_counts, trailing
from made_market import made_market

unknown_or = st.just(np.nan) | st.sampled_from([4.0, 5.0, 6.0])


@given(arrays(float, (2, 30), elements=unknown_or), st.integers(1, 40))
def test_a_trailing_low_is_the_lowest_known_value_of_so_many_days(prices, days):
    found = trailing(prices, np.fmin, days)
    for row in range(2):
        for day in range(30):
            window = prices[row, max(0, day - days + 1) : day + 1]
            known = window[~np.isnan(window)]
            assert found[row, day] == pytest.approx(known.min() if len(known) else np.nan, nan_ok=True)


@given(arrays(float, (2, 140), elements=unknown_or, fill=st.just(5.0)))
def test_a_product_is_at_its_low_where_none_of_the_days_before_was_lower_and_one_higher(prices):
    lows, told = low_counts(prices)
    for day in range(140):
        windows = [row[max(0, day - WINDOW_DAYS + 1) : day + 1] for row in prices]
        known = [window[~np.isnan(window)] for window in windows]
        judged = [row for row in range(2) if not np.isnan(prices[row, day]) and len(known[row]) >= MIN_DAYS]
        at_low = [row for row in judged if prices[row, day] == known[row].min() < known[row].max()]
        assert (told[day], lows[day]) == (len(judged), len(at_low))


def test_the_newest_day_and_the_one_with_most_are_told():
    falls = [5.0] * (MIN_DAYS - 1) + [4.0, 4.0, 5.0]
    found = explore_one(made_market([falls, [5.0] * (MIN_DAYS + 2)]), "en-su-minimo")
    assert [row[1:] for row in found.table.rows] == [(1, 2, 50.0), (1, 2, 50.0), (0, 2, 0.0)]
    assert found.sentence.text() == (
        "El 31/03/2026, 0 de 2 productos (0 %) están en su mínimo de 90 días; el día en que más parte, el "
        "29/03/2026, 1 de 2."
    )


def test_a_short_history_tells_nothing():
    found = explore_one(made_market([[5.0] * (MIN_DAYS - 1)]), "en-su-minimo")
    assert found.sentence.code == "exploring.en-su-minimo.none"
