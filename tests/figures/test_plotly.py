"""Figures of Plotly: JSON, of the basic bundle, true to the chart, and safe."""

import json
from datetime import date
from math import nan

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
from almazara.figures.drawing.layout import plan
from almazara.figures.plotly import figure
from almazara.figures.style import Theme
from almazara.words.numbers import Language
from chart_strategies import HOSTILE, charts

FIRST, SECOND = date(2026, 8, 1), date(2026, 8, 2)


def chart(*marks, x=Scale.NUMBER, y=Scale.NUMBER, unit="€", **kwargs):
    return Chart("", Axis(x), Axis(y, unit=unit), marks, **kwargs)


def trace(mark, **kwargs):
    [found] = figure(chart(mark, **kwargs))["data"]
    return found


@given(charts(), st.sampled_from(Theme))
def test_a_figure_is_json_and_of_the_basic_bundle(made, theme):
    found = figure(made, theme)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {trace["type"] for trace in found["data"]} <= {"scatter", "bar", "pie"}


@given(charts())
def test_plotly_knows_every_attribute(made):
    go = pytest.importorskip("plotly.graph_objects", reason="plotly is not installed")
    found = figure(made)
    assert len(go.Figure(found).data) == len(found["data"])


def test_a_bar_may_end_before_it_begins():
    marks = [Bars("films", xs=[1.0, 4.0], ys=[2.0, 3.0], ends=[3.0, 1.0])]
    trace = figure(Chart("films", Axis(), Axis(), marks))["data"][0]
    assert (trace["x"], trace["width"]) == ([1.0, 1.0], [2.0, 3.0])


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_name_is_a_tag(text):
    made = Chart(
        "",
        Axis(Scale.NAME, text),
        Axis(Scale.NUMBER, text, text),
        [
            Bars(text, [text], [1]),
            Dots(text, [text], [1], [text]),
            Boxes(text, [Box(text, 1, 2, 3, 4, 5)]),
            Level(text, 1),
        ],
    )
    assert "<" not in json.dumps(figure(made)).replace("<br>", "")  # which is between the lines of a name


def test_what_is_not_known_breaks_a_line():
    assert trace(Line("", [0, 1, 2], [1, nan, 3]))["y"] == [1, None, 3]


def test_steps_hold_and_reach_to_where_a_gap_begins():
    found = trace(Steps("", [FIRST, SECOND, date(2026, 8, 3)], [1, None, 2]), x=Scale.DAY)
    assert found["line"]["shape"] == "hv"
    assert found["x"] == ["2026-08-01", "2026-08-02", "2026-08-02", "2026-08-03"]
    assert found["y"] == [1, 1, None, 2]


def test_a_value_by_itself_has_a_dot():
    assert trace(Line("", [0, 1, 2, 3], [1, None, 2, 3]))["marker"]["size"] == [6, 0, 0, 0]


def test_a_band_is_an_outline_with_a_filling():
    found = trace(Band("", [0, 1], [1, 2], [4, 3]))
    assert (found["x"], found["y"]) == ([0, 1, 1, 0, None], [4, 3, 2, 1, None])
    assert found["fill"] == "toself"


def test_over_names_a_band_is_strokes_that_say_their_ends():
    found = trace(Band("95 %", ["a"], [1], [3]), x=Scale.NAME)
    assert found["error_y"]["array"] == [2]
    assert found["hovertext"] == ["95 %: de 1 € a 3 €"]


@pytest.mark.parametrize(
    ("scale", "start", "end", "width"),
    [(Scale.NUMBER, 2, 5, 3), (Scale.LOG, 10, 100, 90), (Scale.DAY, FIRST, SECOND, 86_400_000)],
)
def test_a_bar_with_an_end_is_as_wide(scale, start, end, width):
    found = trace(Bars("", [start], [1], [end]), x=scale)
    assert (found["width"], found["offset"]) == ([width], 0)


def test_a_box_is_two_bars_that_meet_at_the_median_and_two_whiskers():
    body, whiskers = figure(chart(Boxes("", [Box("a", 1, 2, 4, 7, 11)]), x=Scale.NAME))["data"]
    assert (body["base"], body["y"]) == ([2, 4], [2, 3])
    assert (whiskers["y"], whiskers["error_y"]["array"], whiskers["error_y"]["arrayminus"]) == ([2, 7], [0, 4], [1, 0])
    assert whiskers["hovertext"][0] == "a: mediana 4 €, la mitad entre 2 € y 7 €, sin atípicos de 1 € a 11 €"


def test_a_table_is_a_bar_for_each_cell():
    cells = Cells("", ["a", "b"], ["c"], [[-0.5, None]])
    made = figure(Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells]))
    [found] = made["data"]
    assert (found["x"], found["base"], found["y"], found["text"]) == ([0], [-0.5], [1], ["\u22120,50"])
    assert found["hovertext"] == ["c, a: \u22120,50"]
    assert not made["layout"]["yaxis"]["zeroline"]


def test_long_names_stand_below_each_other():
    names = ["Película de televisión", "Ciencia ficción", "Documental", "Animación"]
    made = figure(chart(Bars("", names, [1, 2, 3, 4]), x=Scale.NAME))
    [found] = made["data"]
    assert (found["y"], found["x"], found["orientation"]) == (names, [1, 2, 3, 4], "h")
    assert made["layout"]["yaxis"]["range"] == [3.5, -0.5]
    assert found["text"] == ["1 €", "2 €", "3 €", "4 €"]
    assert made["layout"]["xaxis"]["ticktext"] == []


def test_a_live_picture_is_as_high_and_has_the_margins_and_ticks_of_the_drawn_one():
    made = chart(Line("", [0, 10], [1.5, 2]), Moment("hoy", 4), x=Scale.NUMBER)
    layout, planned = figure(made)["layout"], plan(made, None, None)
    assert layout["height"] == planned.height
    assert layout["margin"] == {"l": planned.left, "r": planned.right, "t": planned.top, "b": planned.bottom, "pad": 0}
    assert layout["yaxis"]["ticktext"] == [tick.text for tick in planned.up]
    assert layout["yaxis"]["tickvals"] == pytest.approx([1.5, 1.6, 1.7, 1.8, 1.9, 2.0])


def test_counts_have_whole_ticks():
    assert figure(chart(Bars("", [0.0, 1.0], [1, 2]), unit=""))["layout"]["yaxis"]["ticktext"] == ["0", "1", "2"]


@pytest.mark.parametrize(("is_narrow", "ticks"), [(True, 6), (False, 12)])
def test_a_narrow_picture_does_without_the_spare_ticks_and_a_finger_scrolls(is_narrow, ticks):
    months = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"]
    layout = figure(chart(Bars("", months, range(12)), x=Scale.NAME), is_narrow=is_narrow)["layout"]
    assert len(layout["xaxis"]["ticktext"]) == ticks
    assert layout["dragmode"] == (False if is_narrow else "zoom")


@pytest.mark.parametrize(("is_narrow", "written"), [(True, 0), (False, 12)])
def test_the_numbers_of_a_table_are_written_where_they_have_room(is_narrow, written):
    cells = Cells("", list("abcdefghijkl"), ["r"], [[12.5] * 12])
    [found] = figure(Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells]), is_narrow=is_narrow)["data"]
    assert len(found["text"]) == written


def test_of_a_crowd_those_on_one_spot_are_one_and_all_are_as_exact_as_is_seen():
    values = [1 + step / 1e6 for step in range(600)] + [2.34567]
    found = trace(Dots("", values, values))
    assert (found["x"], found["y"]) == ([1, 2.35], [1, 2.35])
    assert len(trace(Dots("", values, values, ["name"] * 601))["x"]) == 601


def test_the_axes_have_their_names_where_the_drawn_picture_has_them():
    made = Chart("", Axis(label="año"), Axis(label="votos"), [Line("", [0, 1], [1, 2])])
    up, across = figure(made)["layout"]["annotations"]
    assert (up["text"], up["y"], up["xanchor"]) == ("votos", 1, "left")
    assert (across["text"], across["y"], across["xanchor"]) == ("año", 0, "right")


def test_levels_moments_and_spans_are_shapes_with_words():
    made = chart(
        Level("meta", 100), Moment("hoy", SECOND), Spans("agotado", [FIRST], [SECOND]), x=Scale.DAY, y=Scale.LOG
    )
    layout = figure(made)["layout"]
    level, moment, span = layout["shapes"]
    assert (level["y0"], level["y1"], level["xref"]) == (100, 100, "paper")
    assert (moment["x0"], moment["yref"]) == ("2026-08-02", "paper")
    assert (span["x0"], span["x1"], span["name"]) == ("2026-08-01", "2026-08-02", "agotado")
    words = {note["text"]: note for note in layout["annotations"]}
    assert words["meta"]["y"] == 2
    assert words["hoy"]["x"] == "2026-08-02"


@pytest.mark.parametrize(("language", "separators"), [(Language.ES, ",."), (Language.EN, ".,")])
def test_numbers_are_written_as_the_language_does(language, separators):
    assert figure(chart(Line("", [0], [1]), language=language))["layout"]["separators"] == separators


def test_the_unit_stands_where_the_language_has_it():
    spanish = figure(chart(Line("", [0], [1])))["layout"]["yaxis"]
    english = figure(chart(Line("", [0], [1]), language=Language.EN))["layout"]["yaxis"]
    assert (spanish["tickprefix"], spanish["ticksuffix"]) == ("", " €")
    assert (english["tickprefix"], english["ticksuffix"]) == ("€", "")


def test_magnitudes_have_words_of_their_language():
    axis = figure(chart(Line("", [0, 1], [1, 1e9]), y=Scale.LOG, unit="$"))["layout"]["yaxis"]
    assert "1 M $" in axis["ticktext"]
    assert axis["tickvals"][axis["ticktext"].index("1 M $")] == pytest.approx(1e6)


@pytest.mark.parametrize(("theme", "ink"), [(Theme.LIGHT, "#8a6300"), (Theme.DARK, "#e3bd55")])
def test_colours_are_those_of_the_role_and_theme(theme, ink):
    [found] = figure(chart(Line("", [0], [1], Role.FUTURE)), theme)["data"]
    assert found["line"]["color"] == ink


def test_equals_differ_in_dashes_and_symbols():
    lines = figure(chart(*(Line(str(index), [0], [1]) for index in range(6))))["data"]
    dots = figure(chart(*(Dots(str(index), [0], [1]) for index in range(6))))["data"]
    assert len({trace["line"]["dash"] for trace in lines}) == len({trace["marker"]["symbol"] for trace in dots}) == 6


def test_the_legend_is_shown_where_there_are_two_names_and_no_key_beside_it():
    assert not figure(chart(Line("a", [0], [1]), Line("", [0], [1])))["layout"]["showlegend"]
    two = chart(Line("a", [0], [1]), Line("b", [0], [1]))
    assert figure(two)["layout"]["showlegend"]
    assert not figure(two, has_key=False)["layout"]["showlegend"]
