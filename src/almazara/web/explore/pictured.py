"""The figures of a page as Dash takes them, and where its scripts ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from almazara.figures.chart import Chart
from almazara.words.numbers import Language

PREFIX: Final = "/explorar/panel"


@dataclass(frozen=True, slots=True)
class Pictured:
    """A figure as Dash shows it, in words already; its page holds an element of the same key."""

    key: str
    chart: Chart


class Pictures(Protocol):
    """The figures of a page."""

    def __call__(self, path: str, query: str, language: Language, key: str | None = None) -> Sequence[Pictured]:
        """Those of the page at a path with a query, or the one of a key, in a language."""
