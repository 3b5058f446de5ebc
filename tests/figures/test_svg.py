"""Charts as SVG: safe, inside their frame, and true to what they show."""

import re
from datetime import date, timedelta
from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.figures.chart import (
    Axis,
    Band,
    Bars,
    Box,
    Boxes,
    Cells,
    Chart,
    Dots,
    Level,
    Line,
    Moment,
    Role,
    Scale,
    Spans,
    Steps,
)
from almazara.figures.svg import draw
from almazara.words.numbers import Language
from chart_strategies import HOSTILE, charts
from pictures import by_class, parsed, said, stretches

TODAY = date(2026, 8, 1)
WIDTHS = st.sampled_from([None, 390, 900])
ATTRIBUTES = {
    "class", "d", "x", "y", "dx", "width", "height", "viewBox", "preserveAspectRatio", "overflow", "transform",
    "text-anchor", "role", "aria-label",
}  # fmt: skip


def chart(*marks, x=Scale.NUMBER, y=Scale.NUMBER, **kwargs):
    return Chart("Una imagen", Axis(x), Axis(y, unit="€"), marks, **kwargs)


def days(count):
    return [TODAY + timedelta(days=index) for index in range(count)]


def frame(root):
    """The width and height of the plane, in its own units."""
    return [float(value) for value in by_class(root, "f-plot")[0].get("viewBox").split()[2:]]


@given(charts(), WIDTHS)
def test_a_picture_is_xml_with_shapes_and_words_alone(made, width):
    root = parsed(draw(made, width=width))
    assert {element.tag for element in root.iter()} <= {"svg", "path", "text", "title"}
    assert {name for element in root.iter() for name in element.attrib} <= ATTRIBUTES


@given(charts(), WIDTHS)
def test_every_number_of_a_picture_is_finite_and_shapes_lie_inside_the_frame(made, width):
    root = parsed(draw(made, width=width))
    for element in root.iter():
        for name in ("x", "y", "dx", "width", "height"):
            assert isfinite(float(element.get(name, "0").rstrip("%"))), element.attrib
    for plot in by_class(root, "f-plot"):
        wide, tall = frame(root)
        places = [place for path in plot.iter("path") for part in stretches(path) for place in part]
        assert all(-0.1 <= left <= wide + 1 and -0.1 <= top <= tall + 0.1 for left, top in places)


@given(charts())
def test_words_lie_between_the_top_and_the_bottom_of_a_picture(made):
    root = parsed(draw(made))
    tops = [float(element.get("y")) for element in root if element.tag == "text"]
    assert all(0 <= top <= float(root.get("height")) for top in tops)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [None, 600])
def test_hostile_texts_are_words_and_nothing_else(text, width):
    made = Chart(
        text,
        Axis(Scale.NAME, text),
        Axis(Scale.NUMBER, text, text),
        [Bars(text, [text], [1]), Dots(text, [text], [2], [text]), Level(text, 1), Moment(text, text)],
    )
    svg = draw(made, width=width)
    readable = re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\uffff]", "", text)
    assert readable in parsed(svg).get("aria-label")
    assert "<script" not in svg
    assert "<img" not in svg
    assert any(readable[:5] in words for words in said(parsed(svg)))


def test_none_breaks_a_line():
    root = parsed(draw(chart(Line("", [0, 1, 2, 3, 4], [1, 2, None, 2, 1]))))
    assert [len(part) for part in stretches(by_class(root, "f-line")[0])] == [2, 2]


@pytest.mark.parametrize("unknown", [None, nan, inf, -inf, 10**400])
def test_what_no_axis_has_breaks_a_line_too(unknown):
    root = parsed(draw(chart(Line("", [0, 1, 2, 3, 4], [1, 2, unknown, 2, 1]))))
    assert [len(part) for part in stretches(by_class(root, "f-line")[0])] == [2, 2]


def test_a_value_that_nothing_joins_to_is_a_dot():
    root = parsed(draw(chart(Line("", [0, 1, 2, 3], [1, None, 2, None]))))
    assert by_class(root, "f-line") == []
    assert len(stretches(by_class(root, "f-dot")[0])) == 2


def test_a_price_holds_until_the_next_reading_and_where_there_is_none_until_that_day():
    root = parsed(draw(chart(Steps("", days(5), [1, 1, 2, None, 2]), x=Scale.DAY)))
    [line] = stretches(by_class(root, "f-line")[0])
    assert [left for left, _ in line] == [0, 500, 500, 750]
    assert line[0][1] == line[1][1] > line[2][1] == line[3][1]
    assert stretches(by_class(root, "f-dot")[0]) == [[(1000.0, line[2][1])]]


def test_a_band_lies_between_its_lows_and_highs():
    made = chart(Band("", [0, 1], [1, 2], [4, 3]), Dots("", [0, 1, 0, 1], [1, 2, 4, 3]))
    root = parsed(draw(made))
    [corners] = stretches(by_class(root, "f-area")[0])
    dots = {place for part in stretches(by_class(root, "f-dot")[0]) for place in part}
    assert set(corners) == dots


def test_a_band_that_is_not_known_in_the_middle_is_in_two_parts():
    root = parsed(draw(chart(Band("", [0, 1, 2, 3, 4], [1, 1, nan, 1, 1], [2, 2, 2, 2, 2]))))
    assert len(stretches(by_class(root, "f-area")[0])) == 2


def test_over_names_a_band_is_a_stroke_for_each():
    root = parsed(draw(chart(Band("", ["a", "b"], [1, 2], [3, 4]), x=Scale.NAME)))
    assert [len(part) for part in stretches(by_class(root, "f-range")[0])] == [2, 2]


def test_bars_stand_on_zero_and_hang_from_it():
    root = parsed(draw(chart(Bars("", ["a", "b", "c"], [2, -1, 0]), x=Scale.NAME)))
    up, down, _ = stretches(by_class(root, "f-bar")[0])
    [[(_, zero), _]] = stretches(by_class(root, "f-zero")[0])
    assert max(top for _, top in up) == zero == min(top for _, top in down)
    assert zero - min(top for _, top in up) == pytest.approx(2 * (max(top for _, top in down) - zero), abs=0.2)


def test_bars_of_two_marks_stand_side_by_side():
    root = parsed(draw(chart(Bars("a", ["x", "y"], [1, 2]), Bars("b", ["x", "y"], [2, 1]), x=Scale.NAME)))
    first, second = map(stretches, by_class(root, "f-bar"))
    assert max(left for left, _ in first[0]) == min(left for left, _ in second[0])


def test_bars_with_ends_reach_from_one_to_the_next():
    root = parsed(draw(chart(Bars("", [0, 1, 10], [3, 2, 1], [1, 10, 100]))))
    parts = stretches(by_class(root, "f-bar")[0])
    sides = [(min(left for left, _ in part), max(left for left, _ in part)) for part in parts]
    assert sides == [(0, 10), (10, 100), (100, 1000)]


def test_long_names_stand_below_each_other_with_the_values_of_their_bars():
    names = ["Ciencia ficción", "Película de televisión", "Documental", "Animación"]
    root = parsed(draw(chart(Bars("", names, [1, 2, 3, 20265]), x=Scale.NAME)))
    words = said(root)
    assert words[:4] == names
    assert "20.265 €" in words


def test_short_names_stand_beside_each_other():
    root = parsed(draw(chart(Bars("", ["lun", "mar", "mié"], [1, 2, 3]), x=Scale.NAME)))
    labels = [element for element in by_class(root, "f-tick") if element.text in {"lun", "mar", "mié"}]
    assert [element.get("x") for element in labels] == ["16.67%", "50%", "83.33%"]


def test_a_box_shows_its_five_numbers():
    made = chart(Boxes("", [Box("a", 1, 2, 3, 4, 5)]), Dots("", ["a"] * 5, [1, 2, 3, 4, 5]), x=Scale.NAME)
    root = parsed(draw(made))
    heights = [place[1] for part in stretches(by_class(root, "f-dot")[0]) for place in part]
    high, upper, median, lower, low = sorted(heights)
    assert {top for _, top in stretches(by_class(root, "f-box")[0])[0]} == {upper, lower}
    assert {top for _, top in stretches(by_class(root, "f-median")[0])[0]} == {median}
    assert [{top for _, top in part} for part in stretches(by_class(root, "f-whisker")[0])] == [
        {lower, low},
        {high, upper},
    ]


def test_a_box_without_a_number_is_not_drawn():
    assert "f-box" not in draw(chart(Boxes("", [Box("a", 1, nan, 3, 4, 5)]), x=Scale.NAME))


def test_a_span_covers_the_whole_height():
    root = parsed(draw(chart(Line("", days(11), range(11)), Spans("", [days(3)[2]], [days(6)[5]]), x=Scale.DAY)))
    [corners] = stretches(by_class(root, "f-span")[0])
    wide, tall = frame(root)
    assert {left for left, _ in corners} == {wide * 0.2, wide * 0.5}
    assert {top for _, top in corners} == {0, tall}


def test_a_level_goes_from_side_to_side_and_a_moment_from_top_to_bottom():
    root = parsed(draw(chart(Line("", [0, 10], [0, 4]), Level("", 2), Moment("", 5))))
    wide, tall = frame(root)
    assert stretches(by_class(root, "f-level")[0]) == [[(0, tall / 2), (wide, tall / 2)]]
    assert [stretches(line) for line in by_class(root, "f-moment")] == [[[(wide / 2, 0), (wide / 2, tall)]]] * 2


def test_what_is_not_above_zero_is_nowhere_on_a_logarithmic_axis():
    root = parsed(draw(chart(Dots("", [1, 2, 3, 4], [10, 0, -5, 1000]), y=Scale.LOG)))
    assert len(stretches(by_class(root, "f-dot")[0])) == 2


@pytest.mark.parametrize(("language", "text"), [(Language.ES, "Sin datos"), (Language.EN, "No data")])
def test_a_chart_without_anything_to_show_says_so(language, text):
    empty = chart(Line("a", days(3), [None] * 3), Dots("b", [], []), x=Scale.DAY, language=language)
    for width in (None, 600):
        root = parsed(draw(empty, width=width))
        assert said(root) == [text]
        assert float(root.get("height")) < 40


def test_few_dots_say_their_names_when_pointed_at_and_many_do_not():
    few = draw(chart(Dots("", [1, 2], [1, 2], ["una", "otra"])))
    many = draw(chart(Dots("", range(61), range(61), ["una"] * 61)))
    assert re.findall("<title>(.*?)</title>", few) == ["una", "otra"]
    assert "<title>" not in many


def test_thousands_of_dots_are_short():
    places = [((index * 7919) % 5300, (index * index * 31) % 977) for index in range(5300)]
    near = [(x, x / 5 + y / 4) for x, y in places]
    svg = draw(chart(Dots("", [x for x, _ in near], [y for _, y in near])))
    assert len(svg) < 20_000
    assert svg.count("f-crowd") == 1


def test_held_readings_are_rings():
    root = parsed(draw(chart(Dots("", [1], [1], role=Role.HELD))))
    assert len(by_class(root, "f-hole")) == 1


def test_a_table_of_shades_has_a_path_for_each_shade_and_an_edge_below_zero():
    cells = Cells("", ["a", "b"], ["c", "d"], [[1, -1], [None, 0.4]])
    root = parsed(draw(Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells])))
    shapes = by_class(root, "f-cell")
    levels = [element.get("class") for element in shapes]
    assert stretches(shapes[0]) == [[(500, 0), (1000, 0), (1000, 26), (500, 26)]]
    assert stretches(shapes[1]) == [[(500, 26), (1000, 26), (1000, 52), (500, 52)]]
    assert stretches(shapes[3]) == [[(500, 0), (535, 0), (535, 26), (500, 26)]]
    assert levels == ["f-cell f-below s-7", "f-cell s-3", "f-cell s-7", "f-cell f-below s-7"]
    assert [element.text for element in by_class(root, "f-in")] == ["1,00", "\u22121,00", "0,40"]


def test_a_file_has_its_key_inside_and_a_page_has_it_beside():
    made = chart(Line("uno", [0, 1], [1, 2]), Line("dos", [0, 1], [2, 1]))
    assert {"uno", "dos"} <= set(said(parsed(draw(made, width=600))))
    assert not {"uno", "dos"} & set(said(parsed(draw(made))))


@pytest.mark.parametrize("height", [200, 480])
def test_a_picture_is_as_high_as_it_is_asked_to_be(height):
    made = chart(Line("uno", [0, 1], [1, 2]), Line("dos", [0, 1], [2, 1]))
    assert parsed(draw(made, height=height)).get("height") == str(height)
    assert parsed(draw(made, height=height, width=500)).get("height") == str(height)


def test_words_of_a_wide_picture_are_in_percent_and_of_a_file_in_pixels():
    made = chart(Line("", [0, 1], [1, 2]))
    assert [element.get("x") for element in by_class(parsed(draw(made)), "f-tick")][-1] == "100%"
    assert "%" not in draw(made, width=500)
