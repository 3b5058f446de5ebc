"""Paths: short texts that go where they shall."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from almazara.figures.drawing.paths import CROWD, dots, outline, polyline, rectangles, staircase
from pictures import stretches

coordinates = st.integers(-20_000, 20_000).map(lambda tenths: tenths / 10)
points = st.tuples(coordinates, coordinates)


class Path:
    def __init__(self, d):
        self.d = d

    def get(self, _):
        return self.d


def walked(d):
    return stretches(Path(d))


def corners(places):
    """Places without those that lie between two on one axis-parallel way, and without repeated ones."""
    found = []
    for place in places:
        if found and found[-1] == place:
            continue
        if len(found) > 1:
            (ax, ay), (bx, by), (cx, cy) = found[-2], found[-1], place
            if (ax == bx == cx and (by - ay) * (cy - by) > 0) or (ay == by == cy and (bx - ax) * (cx - bx) > 0):
                found.pop()
        found.append(place)
    return found


@given(st.lists(st.none() | points, max_size=30))
def test_a_polyline_goes_through_its_points_and_breaks_at_none(places):
    runs, run = [], []
    for place in [*places, None]:
        if place is not None:
            run.append(place)
        elif run:
            runs.append(corners(run))
            run = []
    assert [corners(part) for part in walked(polyline(places))] == runs


def test_a_polyline_writes_what_goes_on_along_an_axis_once():
    assert polyline([(0, 0), (1, 0), (2, 0), (2, 5), (2, 7.5), (1, 7)]) == "M0 0h2v7.5l-1-0.5"


def test_a_point_by_itself_is_a_segment_without_length():
    assert polyline([(1, 2)]) == polyline([(1, 2), (1, 2)]) == "M1 2h0"


def test_steps_go_on_to_the_next_place_and_to_where_a_gap_begins():
    lefts, tops = [0, 1, 2, 3, 4, None, 5], [5, 5, 7, None, 8, 8, 9]
    assert list(staircase(lefts, tops)) == [(0, 5), (2, 5), (2, 7), (3, 7), None, (4, 8), (4, 8), None, (5, 9), (5, 9)]


def test_an_outline_goes_there_and_back():
    assert outline([(0, 0), (4, 0)], [(0, 2), (4, 3)]) == "M0 0h4v3l-4-1z"


def test_a_rectangle_is_closed():
    assert rectangles([(0, 0, 4, 2)]) == "M0 0h4v2h-4z"


@given(st.lists(points, max_size=40))
def test_few_dots_lie_where_they_shall(places):
    assert {place for part in walked(dots(places)) for place in part} == set(places)


@given(st.integers(0, 2**32 - 1))
def test_a_crowd_of_dots_lies_at_most_a_unit_away_and_none_is_lost(seed):
    places = set(map(tuple, np.random.default_rng(seed).uniform((0, 0), (1000, 300), (CROWD + 200, 2)).tolist()))
    strokes = walked(dots(places))
    covered = [(part[0][0], min(y for _, y in part), max(y for _, y in part)) for part in strokes]
    x, low, high = np.array(covered).T
    left, top = np.array(list(places)).T[:, :, None]
    found = (abs(left - x) <= 1) & (low - 0.6 <= top) & (top <= high + 0.6)
    assert found.any(axis=1).all()
