"""Words of lines: inside the picture, and never over each other."""

from hypothesis import assume, given
from hypothesis import strategies as st

from almazara.figures.axes.lettering import text_width
from almazara.figures.axes.ticks import SIZE
from almazara.figures.chart import Axis, Bars, Chart, Level, Line, Moment, Role, Scale
from almazara.figures.drawing.layout import plan
from almazara.figures.svg import draw
from chart_strategies import charts
from pictures import by_class, parsed

texts = st.text("abc ñ", min_size=1, max_size=18)


def reach(flag, room):
    """From where to where a flag's words go, in pixels."""
    width = text_width(flag.mark.text, SIZE)
    start = flag.at * room - {"start": 0, "middle": width / 2, "end": width}[flag.anchor]
    return start, start + width


@given(st.lists(st.builds(Moment, texts, st.floats(0, 100)), min_size=1, max_size=6))
def test_the_words_of_moments_do_not_meet_and_stay_beside_the_plane(moments):
    layout = plan(Chart("", Axis(), Axis(), [Line("", [0, 100], [1, 2]), *moments]), None, None)
    room, _ = layout.rooms
    for flag in layout.flags:
        start, end = reach(flag, room)
        assert start >= -layout.left
        assert end <= room + layout.right
        for other in layout.flags:
            if other is not flag and other.row == flag.row:
                first, last = reach(other, room)
                assert end <= first or last <= start


@given(charts())
def test_the_words_below_the_plane_stay_inside_the_picture(made):
    layout = plan(made, None, None)
    room, _ = layout.rooms
    assume(not layout.slanted and all(tick.width < 120 for tick in layout.across))
    for tick in layout.across:
        assert tick.at * room - tick.width / 2 >= -layout.left
        assert tick.at * room + tick.width / 2 <= room + layout.right


def test_the_words_of_the_last_magnitude_have_a_margin_on_a_phone():
    layout = plan(Chart("", Axis(Scale.LOG, unit="$"), Axis(), [Line("", [1e3, 1e9], [1, 2])]), None, None)
    last = layout.across[-1]
    assert last.at == 1
    assert layout.right >= last.width / 2


def test_the_name_of_a_product_is_read_to_its_end():
    name = "Aceite de oliva virgen extra Olivar de Ejemplo, garrafa de 5 l (demo)"
    root = parsed(draw(Chart("", Axis(Scale.NAME), Axis(), [Bars("", [name, "AOVE"], [138, 5])])))
    lines = [element.text for element in by_class(root, "f-tick")]
    assert " ".join(lines) == f"{name} AOVE"


def test_bars_of_two_names_lie_and_are_no_walls():
    made = [Chart("", Axis(Scale.NAME), Axis(), [Bars("", list("abc")[:n], [1, 2, 3][:n])]) for n in (2, 3)]
    assert [plan(one, None, None).plane.turned for one in made] == [True, False]


def test_today_stands_above_the_plane():
    root = parsed(draw(Chart("", Axis(), Axis(), [Line("", [0, 10], [1, 2]), Moment("hoy", 9.9)])))
    [today] = by_class(root, "f-when")
    [plot] = by_class(root, "f-plot")
    assert 0 < float(today.get("y")) < float(plot.get("y"))
    assert today.get("text-anchor") == "end"


@given(st.lists(st.floats(0, 10), min_size=1, max_size=3), st.integers(6, 18))
def test_the_words_of_levels_lie_inside_the_frame(values, length):
    levels = [Level("m" * length, value) for value in values]
    root = parsed(draw(Chart("", Axis(), Axis(), [Line("", [0, 1], [0, 10]), *levels])))
    [plot] = by_class(root, "f-plot")
    top, height = float(plot.get("y")), float(plot.get("height"))
    for words in by_class(root, "f-name"):
        assert top + SIZE - 3 <= float(words.get("y")) <= top + height


def test_the_words_of_two_levels_that_are_close_do_not_meet():
    levels = [Level("espera a 30,83 €", 30.83), Level("mínimo 30,90 €", 30.9, Role.BESIDE)]
    root = parsed(draw(Chart("", Axis(), Axis(), [Line("", [0, 1], [28, 34]), *levels])))
    first, second = ((words.get("x"), float(words.get("y"))) for words in by_class(root, "f-name"))
    assert first[0] != second[0] or abs(first[1] - second[1]) > SIZE


def test_the_words_of_a_level_keep_out_of_the_way_of_a_line():
    low_left = Line("", list(range(40)), [30.1] * 20 + [34] * 20)
    root = parsed(draw(Chart("", Axis(), Axis(), [low_left, Level("espera a 30 €", 30)])))
    [words] = by_class(root, "f-name")
    assert words.get("text-anchor") == "end"


def test_a_level_stands_upright_where_names_stand_below_each_other():
    names = ["Película de televisión", "Ciencia ficción", "Documental", "Animación"]
    made = Chart("", Axis(Scale.NAME), Axis(), [Line("", names, [1, 2, 3, 4]), Level("mediana", 2.5)])
    [[flag], turned] = plan(made, None, None).flags, plan(made, None, None).plane.turned
    assert turned
    assert flag.mark.text == "mediana"
