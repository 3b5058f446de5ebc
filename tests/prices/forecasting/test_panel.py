"""A panel is cut, asked and put together without losing or inventing a day."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from almazara.prices.forecasting.panel import Panel, filled_forward

FIRST = date(2026, 1, 1)
NAN = np.nan
WHOLE = replace(
    Panel.whole(["a", "b", "c"], FIRST, np.array([[1.0, 2.0, NAN, NAN], [NAN, NAN, 3.0, NAN], [NAN, 4.0, 5.0, 6.0]])),
    begins=np.array([0, 1, 1]),
    ends=np.array([1, 3, 3]),
    currencies=("EUR", None, "TND"),
)


def day(number):
    return FIRST + timedelta(days=number)


def test_an_empty_panel_answers_like_others():
    empty = Panel.empty()
    assert (empty.names, empty.cutoffs, empty.histories()) == ((), [], [])
    assert (empty.prices_on(FIRST), empty.last_prices(), empty.until(FIRST).names) == ({}, {}, ())


def test_some_listings_keep_the_days_from_the_first_to_the_last_of_theirs():
    some = WHOLE.of([1, 2])
    assert (some.names, some.currencies, some.first_day) == (("b", "c"), (None, "TND"), day(1))
    assert some.prices.shape == (2, 3)
    assert (some.begins.tolist(), some.ends.tolist()) == ([0, 0], [2, 2])
    assert WHOLE.of([0]).last_day == day(1)
    assert WHOLE.of([]).names == ()


def test_until_a_day_nothing_is_known_of_later_ones():
    then = WHOLE.until(day(2))
    assert (then.last_day, then.cutoffs) == (day(2), [day(1), day(2), day(2)])
    assert WHOLE.until(FIRST).names == ("a",)
    assert WHOLE.until(FIRST - timedelta(days=1)).names == ()


def test_the_listings_that_run_on_a_day_have_begun_and_not_ended():
    assert [WHOLE.running(day(number)).tolist() for number in range(-1, 5)] == [[], [0], [0, 1, 2], [1, 2], [1, 2], []]


def test_prices_are_told_where_they_are_known():
    assert WHOLE.prices_on(day(1)) == {"a": 2.0, "c": 4.0}
    assert WHOLE.prices_on(day(9)) == WHOLE.prices_on(day(-1)) == {}
    assert WHOLE.last_prices() == {"a": 2.0, "b": 3.0, "c": 6.0}


def test_a_history_begins_with_a_price_and_ends_on_its_cutoff():
    first, second, _ = WHOLE.histories()
    assert (first.prices.tolist(), first.cutoff, first.stale_days) == ([1.0, 2.0], day(1), 0)
    assert np.array_equal(second.prices, [3.0, NAN], equal_nan=True)
    assert (second.cutoff, second.stale_days, second.last) == (day(3), 1, 3.0)
    assert second.until_last_price.tolist() == [3.0]


@pytest.mark.parametrize(
    ("row", "filled"),
    [([NAN, 1.0, NAN, 2.0], [NAN, 1.0, 1.0, 2.0]), ([NAN, NAN], [NAN, NAN]), ([3.0, NAN], [3.0, 3.0])],
)
def test_a_gap_holds_the_price_before_it_and_what_was_before_the_first_stays_unknown(row, filled):
    assert np.array_equal(filled_forward(np.array([row])), [filled], equal_nan=True)


def test_equal_panels_have_one_hash_and_another_price_day_or_name_gives_another():
    prices = np.array([[1.0, np.nan, 3.0]])
    panel = Panel.whole(["a"], date(2026, 1, 1), prices)
    assert panel.sha256() == Panel.whole(["a"], date(2026, 1, 1), prices.copy(order="F")).sha256()
    others = [
        Panel.whole(["b"], date(2026, 1, 1), prices),
        Panel.whole(["a"], date(2026, 1, 2), prices),
        Panel.whole(["a"], date(2026, 1, 1), prices + 1),
        replace(panel, currencies=("EUR",)),
    ]
    assert len({panel.sha256(), *(other.sha256() for other in others)}) == 5
