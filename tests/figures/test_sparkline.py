"""Sparklines."""

from hypothesis import given
from hypothesis import strategies as st

from almazara.figures.sparkline import sparkline
from chart_strategies import numbers
from pictures import by_class, parsed, stretches


def test_each_value_holds_until_the_next_and_a_dot_is_at_the_end():
    root = parsed(sparkline([1, 2, 2, 1, 3]))
    [line] = stretches(by_class(root, "f-line")[0])
    assert line == [(0, 26), (250, 26), (250, 15), (750, 15), (750, 26), (1000, 26), (1000, 4)]
    assert stretches(by_class(root, "f-dot")[0]) == [[(1000, 4)]]


def test_none_breaks_the_line_and_the_dot_is_at_the_last_value():
    root = parsed(sparkline([1, None, 2, None]))
    assert len(stretches(by_class(root, "f-line")[0])) == 2
    assert stretches(by_class(root, "f-dot")[0])[0][0][0] == 666.7


def test_without_values_there_is_an_empty_picture():
    assert list(parsed(sparkline([])).iter("path")) == []
    assert list(parsed(sparkline([None, None])).iter("path")) == []


@given(st.lists(st.none() | numbers, max_size=30))
def test_a_sparkline_lies_inside_its_frame_and_is_hidden_from_readers(values):
    root = parsed(sparkline(values))
    assert root.get("aria-hidden") == "true"
    places = [place for path in root.iter("path") for part in stretches(path) for place in part]
    assert all(0 <= left <= 1000 and 4 <= top <= 26 for left, top in places)
