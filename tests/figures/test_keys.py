"""Keys: a sample of each look beside its name, and looks that differ by more than their colour."""

import re

import pytest
from hypothesis import given

from almazara.figures.chart import Axis, Band, Bars, Boxes, Cells, Chart, Dots, Level, Line, Moment, Role, Scale, Spans
from almazara.figures.keys import ROW, key_rows, legend
from chart_strategies import HOSTILE, charts
from pictures import parsed


def chart(*marks, x=Scale.NUMBER):
    return Chart("", Axis(x), Axis(), marks)


def entries(made):
    return [" ".join("".join(item.itertext()).split()) for item in parsed(legend(made)).iter("li")]


def looks(made):
    """The classes of each sample."""
    return [tuple(path.get("class") for path in item.iter("path")) for item in parsed(legend(made)).iter("li")]


def test_one_mark_needs_no_key():
    assert legend(chart(Line("precio", [1], [1]))) == ""
    assert legend(chart(Line("precio", [1], [1]), Level("meta", 1), Moment("hoy", 1))) == ""


def test_two_named_marks_are_told_apart_in_their_order():
    assert entries(chart(Line("uno", [1], [1]), Line("", [1], [2]), Dots("dos", [1], [1]))) == ["uno", "dos"]


def test_marks_of_one_name_have_one_entry_and_one_look():
    made = chart(Line("a", [1], [1]), Line("b", [1], [1]), Line("a", [2], [1]))
    assert entries(made) == ["a", "b"]
    assert looks(made) == [("f-line r-observed",), ("f-line r-observed n-2",)]


@pytest.mark.parametrize("kind", [Line, Bars, Dots])
def test_equals_differ_in_shape_or_dashes(kind):
    made = chart(*(kind(str(index), [1], [1]) for index in range(6)))
    assert len(set(looks(made))) == 6


def test_rings_are_rings_in_the_key_too():
    made = chart(Dots("a", [1], [1]), Dots("b", [1], [1], role=Role.HELD))
    assert looks(made)[1] == ("f-dot r-held", "f-hole f-dot r-held")


def test_each_kind_of_mark_has_a_sample():
    made = chart(
        Line("a", [1], [1]), Band("b", [1], [1], [2]), Bars("c", [1], [1]), Spans("d", [1], [2]), Boxes("e", [])
    )
    assert [len(look) for look in looks(made)] == [1, 1, 1, 1, 3]


def test_the_key_of_a_table_is_its_scale():
    cells = Cells("correlación", ["a"], ["b", "c"], [[-0.5], [1]])
    [entry] = entries(Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells]))
    assert entry == "correlación: \u22121 1"
    assert len(looks(Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells]))[0]) == 15


def test_a_table_without_negative_values_begins_at_zero():
    cells = Cells("faltan", ["a"], ["b"], [[80]], "%")
    assert entries(Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells])) == ["faltan: 0 % 80 %"]


@given(charts())
def test_inside_a_file_no_row_is_longer_than_there_is_room(made):
    for index, row in enumerate(key_rows(made, 400)):
        assert all(float(top) // ROW == index for top in re.findall(r'<svg x="[\d.]+" y="([\d.]+)"', row))
        assert row.count("<svg") == 1 or all(
            float(left) < 400 for left in re.findall(r'<text class="f-key" x="([^"]+)"', row)
        )


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.isprintable()])
def test_hostile_names_are_names(text):
    assert entries(chart(Line(text, [1], [1]), Line("b", [1], [1])))[0] == text
