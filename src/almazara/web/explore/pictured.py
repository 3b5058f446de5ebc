"""The figures of a page as Dash takes them, and where its scripts ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from almazara.figures.chart import Chart
from almazara.words.numbers import Language

PREFIX: Final = "/explorar/panel"


@dataclass(frozen=True, slots=True)
class Pictured:
    """A figure as Dash shows it, in words already; its page holds an element of the same key."""

    key: str
    chart: Chart


Pictures = Callable[[str, str, Language], Sequence[Pictured]]
"""The figures of a page, by its path and its query, in a language."""
