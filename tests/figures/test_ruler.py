"""The ruler: each value in its place, the heavier the taller."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.figures.chart import Scale
from almazara.figures.ruler import ruler
from chart_strategies import HOSTILE, numbers
from pictures import by_class, parsed, stretches

PRICES = {10.0: 30, 20.0: 15, 30.0: 1}


def read(svg, name):
    """The lines of a class: where each is, its top and its bottom."""
    return stretches_of(parsed(svg), name)


def stretches_of(svg, name):
    return [(part[0][0], part[0][1], part[-1][1]) for element in by_class(svg, name) for part in stretches(element)]


def test_each_value_has_a_tooth_as_tall_as_it_is_heavy():
    teeth = read(ruler(PRICES, label=""), "f-comb")
    places, heights = [left for left, *_ in teeth], [bottom - top for _, top, bottom in teeth]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=0.2)
    assert heights[0] == pytest.approx(2 * heights[1])
    assert heights[1] > heights[2] >= 4


def test_now_the_band_the_target_and_the_quartiles_lie_on_the_same_scale_as_the_comb():
    svg = ruler(PRICES, label="", now=10, band=(10, 30), target=20, quartiles=(10, 20, 30))
    teeth = [left for left, *_ in read(svg, "f-comb")]
    assert [left for left, *_ in read(svg, "f-now")] == teeth[:1]
    assert [left for left, *_ in read(svg, "f-notch")] == teeth
    assert [left for left, *_ in read(svg, "f-reach-end")] == [teeth[0], teeth[2]]
    [goal] = [element for element in parsed(svg) if "%" in element.get("x", "")]
    assert float(goal.get("x").rstrip("%")) * 10 == pytest.approx(teeth[1])


def test_the_ends_are_written_at_their_values_inwards():
    svg = parsed(ruler(PRICES, label="", band=(5, 25), ends=((5, "5 €"), (30, "<30> €"))))
    first, last = by_class(svg, "f-tick")
    assert (first.text, first.get("text-anchor"), last.text, last.get("text-anchor")) == ("5 €", None, "<30> €", "end")
    [band, _] = [left for left, *_ in stretches_of(svg, "f-reach-end")]
    assert float(first.get("x").rstrip("%")) * 10 == pytest.approx(band, abs=1)
    assert float(svg.get("height")) > float(last.get("y")) > 34


def test_what_is_not_given_is_not_drawn():
    svg = ruler(PRICES, label="")
    assert not any(name in svg for name in ("f-now", "f-reach", "f-goal", "f-notch"))


def test_on_magnitudes_equal_ratios_are_equal_lengths_and_zero_is_left_out():
    teeth = read(ruler({0: 5, 1: 1, 10: 1, 100: 1}, label="", scale=Scale.LOG), "f-comb")
    places = [left for left, *_ in teeth]
    assert len(places) == 3
    assert places[1] - places[0] == pytest.approx(places[2] - places[1], abs=0.2)


def test_many_values_are_few_teeth_that_stay_apart_and_weigh_as_much():
    teeth = read(ruler({value / 7: 1 for value in range(1000)}, label=""), "f-comb")
    places = [left for left, *_ in teeth]
    assert len(places) <= 60
    assert min(after - before for before, after in pairwise(places)) > 16


@given(st.dictionaries(numbers, numbers, max_size=80), st.none() | numbers, st.sampled_from([Scale.NUMBER, Scale.LOG]))
def test_everything_lies_inside_whatever_is_given(comb, now, scale):
    root = parsed(ruler(comb, label="", now=now, band=(now, now) if now else None, target=now, scale=scale))
    for path in root.iter("path"):
        for part in stretches(path):
            assert all(-5 <= left <= 1000 and 0 <= top <= 34 for left, top in part)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_label_is_a_label(text):
    assert parsed(ruler(PRICES, label=text)).get("role") == "img"
    assert "<s" not in ruler(PRICES, label=text).replace("<svg", "")


def test_a_ruler_of_a_product_is_short():
    comb = Counter({round(3 + index / 9, 2): index for index in range(1, 12)})
    assert len(ruler(comb, label="Hoy 3,39 €", now=3.5, band=(3, 4), target=3.2)) < 1000
