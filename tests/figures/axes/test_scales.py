"""Scales: what is shown of an axis holds every mark."""

from datetime import date
from math import inf, nan

import pytest
from hypothesis import given

from almazara.figures.axes.scales import measure, tight, x_extent, y_extent
from almazara.figures.chart import Axis, Bars, Chart, Dots, Level, Line, Moment, Scale
from chart_strategies import charts


@given(charts())
def test_what_is_shown_has_a_length_and_holds_all_that_lies_somewhere(made):
    for extent, places in ((x_extent(made), "xs"), (y_extent(made), "ys")):
        assert extent.low < extent.high
        for mark in made.marks:
            fractions = extent.fractions(getattr(mark, places, ()))
            assert all(-1e-9 <= fraction <= 1 + 1e-9 for fraction in fractions if fraction is not None)


@pytest.mark.parametrize(
    ("scale", "place", "value"),
    [
        (Scale.NUMBER, 3, 3.0),
        (Scale.NUMBER, nan, None),
        (Scale.NUMBER, -inf, None),
        (Scale.NUMBER, 10**400, None),
        (Scale.NUMBER, 1e-200, 0.0),
        (Scale.NUMBER, "3", None),
        (Scale.NUMBER, date(2026, 1, 1), None),
        (Scale.LOG, 1000, 3.0),
        (Scale.LOG, 0, None),
        (Scale.LOG, -1, None),
        (Scale.DAY, date(2026, 1, 1), 739617),
        (Scale.DAY, 739617, None),
    ],
)
def test_a_place_is_measured_by_its_scale_or_lies_nowhere(scale, place, value):
    assert measure(scale, place) == value


@pytest.mark.parametrize(
    ("values", "ends"),
    [([33.29], (29.961, 36.619)), ([-10, -10], (-11, -9)), ([0, 0], (0, 1)), ([], (0, 1)), ([1, 3], (1, 3))],
)
def test_one_value_is_shown_in_the_middle_of_some_room(values, ends):
    extent = tight(Scale.NUMBER, values)
    assert (extent.low, extent.high) == pytest.approx(ends)


def test_numbers_have_room_above_and_below_and_bars_stand_on_the_edge():
    line = y_extent(Chart("", Axis(), Axis(), [Line("", [0, 1], [10, 20])]))
    bars = y_extent(Chart("", Axis(), Axis(), [Bars("", [0, 1], [10, 20])]))
    from_zero = y_extent(Chart("", Axis(), Axis(from_zero=True), [Line("", [0, 1], [10, 20])]))
    assert (line.low, line.high) == pytest.approx((9.4, 20.6))
    assert (bars.low, bars.high) == (from_zero.low, from_zero.high) == pytest.approx((0, 21.2))


def test_bars_and_dots_have_room_at_the_sides_and_lines_have_none():
    for mark, ends in (
        (Line("", [0, 4, 10], [1, 1, 1]), (0, 10)),
        (Bars("", [0, 4, 10], [1, 1, 1]), (-2, 12)),
        (Dots("", [0, 4, 10], [1, 1, 1]), (-0.2, 10.2)),
    ):
        extent = x_extent(Chart("", Axis(), Axis(), [mark]))
        assert (extent.low, extent.high) == pytest.approx(ends)


def test_an_axis_of_whole_numbers_knows_that_nothing_lies_between_two():
    made = Chart("", Axis(), Axis(), [Bars("", [0.5, 1.5], [1, None]), Moment("", 1)])
    assert (x_extent(made).whole, y_extent(made).whole) == (False, True)


def test_dots_have_room_among_days_where_there_is_nothing_else():
    days, dots = [date(2026, 1, 1), date(2026, 2, 20)], Dots("", [date(2026, 1, 1), date(2026, 2, 20)], [1, 2])
    alone = x_extent(Chart("", Axis(Scale.DAY), Axis(), [dots]))
    beside = x_extent(Chart("", Axis(Scale.DAY), Axis(), [dots, Line("", days, [1, 2])]))
    assert (alone.low, alone.high) == pytest.approx((beside.low - 1, beside.high + 1))


def test_levels_and_moments_are_shown_too():
    made = Chart("", Axis(), Axis(), [Line("", [0, 1], [1, 2]), Level("", 10), Moment("", 5)])
    assert y_extent(made).fraction(10) < 1
    assert x_extent(made).fraction(5) == 1


def test_names_stand_in_the_order_in_which_they_come_and_once():
    made = Chart("", Axis(Scale.NAME), Axis(), [Bars("", ["b", "a", "b"], [1, 2, 3]), Dots("", ["c", "a"], [1, 1])])
    assert x_extent(made).fractions(["b", "a", "c", "d"]) == pytest.approx([1 / 6, 1 / 2, 5 / 6, None])
