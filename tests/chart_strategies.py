"""Charts of every kind for property tests, with the values and names that pages and files may bring."""

from datetime import date

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
from almazara.words.numbers import Language

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b < c", "\x00\x1b\ud800\uffff", "']]>"]
WORDS = ["", "aceite", "a" * 90, "palabras muy largas que no caben", "日本語"]
texts = st.sampled_from([*WORDS, *HOSTILE]) | st.text(max_size=12)
numbers = st.floats() | st.floats(-1e3, 1e3) | st.integers(-(10**12), 10**12)
PLACES = {Scale.NUMBER: numbers, Scale.LOG: numbers, Scale.DAY: st.dates(), Scale.NAME: texts}
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@st.composite
def charts(draw):
    """A chart whose x is of any scale and whose y is of numbers or magnitudes; or a table of shades."""
    if draw(st.integers(0, 9)) == 0:
        return draw(tables())
    x, y = draw(st.sampled_from(Scale)), draw(st.sampled_from([Scale.NUMBER, Scale.LOG]))
    return Chart(
        draw(texts),
        draw(st.builds(Axis, st.just(x), texts, texts, st.booleans())),
        draw(st.builds(Axis, st.just(y), texts, st.sampled_from(["", "€", "%"]), st.booleans())),
        draw(st.lists(marks(x), max_size=5)),
        draw(st.sampled_from(Language)),
    )


@st.composite
def tables(draw):
    """A table of shades."""
    columns, rows = (draw(st.lists(texts, max_size=5, unique=True)) for _ in range(2))
    line = st.lists(st.none() | numbers, min_size=len(columns), max_size=len(columns))
    cells = Cells(draw(texts), columns, rows, draw(st.lists(line, min_size=len(rows), max_size=len(rows))), "%")
    return Chart("", Axis(Scale.NAME), Axis(Scale.NAME), [cells], draw(st.sampled_from(Language)))


@st.composite
def marks(draw, x):
    """A mark over an x of this scale."""
    size = draw(st.integers(0, 6))
    xs, ends = (draw(st.lists(PLACES[x], min_size=size, max_size=size)) for _ in range(2))
    ys, tops = (draw(st.lists(st.none() | numbers, min_size=size, max_size=size)) for _ in range(2))
    name, role, y = draw(texts), draw(st.sampled_from(Role)), draw(numbers)
    box = st.builds(Box, texts, numbers, numbers, numbers, numbers, numbers)
    made = [
        Steps(name, xs, ys, role),
        Line(name, xs, ys, role),
        Band(name, xs, ys, tops, role),
        Bars(name, xs, ys, role=role),
        Bars(name, xs, ys, ends, role),
        Dots(name, xs, ys, role=role),
        Dots(name, xs, ys, [name] * size, role),
        Boxes(name, draw(st.lists(box, max_size=3))),
        Spans(name, xs, ends, role),
        Level(name, y, role),
        Moment(name, draw(PLACES[x])),
    ]
    return draw(st.sampled_from(made))
