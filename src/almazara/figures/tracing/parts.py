"""What traces are made of: places, texts and colours as JSON for Plotly has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from almazara.figures.axes.scales import measure
from almazara.figures.axes.ticks import value_text
from almazara.figures.chart import Chart, Place, Scale
from almazara.figures.drawing.layout import Layout
from almazara.figures.style import Theme, values
from almazara.words.said import said

Part = dict[str, Any]
"""A trace, or another part of a figure."""

Places = list[str | float | None]

_WHOLE: Final = 10**15  # from which on whole numbers are not written as such


@dataclass(frozen=True, slots=True)
class View:
    """A chart, the plan of its drawn picture, which Plotly's follows, and whether it is a narrow one."""

    chart: Chart
    layout: Layout
    theme: Theme
    is_narrow: bool

    @property
    def colors(self) -> Mapping[str, str]:
        """The custom properties of the stylesheet."""
        return values(self.theme)

    @property
    def room(self) -> float:
        """How wide the plane is, in pixels: at least so wide on a picture that is not narrow."""
        narrow, wide = self.layout.rooms
        return narrow if self.is_narrow else wide


def plain(text: str) -> str:
    """A text that Plotly shows as it is: what looks like a tag is none."""
    return escape(text, quote=False)


def places(scale: Scale, of: Iterable[Place | None]) -> Places:
    """Places of an axis; None for those that lie nowhere on it."""
    return [_place(scale, value) for value in of]


def _place(scale: Scale, value: Place | None) -> str | float | None:
    """A place; a whole number is written as one: it is shorter."""
    if scale is Scale.NAME:
        return plain(str(value))
    if measure(scale, value) is None:
        return None
    if not isinstance(value, float | int):
        return str(value)
    return int(value) if float(value).is_integer() and abs(value) < _WHOLE else float(value)


def see_through(hexadecimal: str, opacity: float) -> str:
    """A colour with an opacity."""
    red, green, blue = (int(hexadecimal[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def pointed(chart: Chart, code: str, name: str, **numbers: float) -> str:
    """The sentence of `hover.<code>`, said where a mark is pointed at, with numbers as the axis of y writes them."""
    texts = {key: value_text(value, chart.y, chart.language) for key, value in numbers.items()}
    return plain(said(f"figures.hover.{code}", name=name, **texts).text(chart.language))


def error_bars(above: list[float], below: list[float], color: str, thickness: float) -> Part:
    """Strokes from points upwards and downwards, without caps."""
    look = {"color": color, "thickness": thickness, "width": 0}
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, **look}
