"""Pictures as PNG."""

import builtins
import struct

import pytest

from almazara.errors import UnavailableError
from almazara.figures.chart import Axis, Chart, Line
from almazara.figures.png import png
from almazara.figures.svg import draw

CHART = Chart("Una línea", Axis(label="días"), Axis(unit="€"), [Line("a", [0, 1], [1, 2])])


def size(image):
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", image[16:24])


def test_a_picture_becomes_an_image_of_the_width_that_is_asked_for():
    pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    assert size(png(draw(CHART, width=400, height=200), 800)) == (800, 400)


def test_its_words_are_drawn():
    pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    without = Chart("", Axis(), Axis(), CHART.marks)
    assert png(draw(CHART, width=400), 400) != png(draw(without, width=400), 400)


def test_without_the_library_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *args):
        if name == "resvg_py":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UnavailableError, match=r"\.\[report\]"):
        png(draw(CHART, width=400), 400)
