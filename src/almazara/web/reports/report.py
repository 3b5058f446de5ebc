"""A report: one HTML file that asks for nothing, and its figures as pictures and tables beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from markupsafe import Markup

from almazara.figures.chart import Table
from almazara.figures.png import png
from almazara.figures.table import as_csv
from almazara.web.assets import inside, styles
from almazara.web.explore.drawn import FILE_WIDTH
from almazara.web.page import Reader, rendered
from almazara.words.numbers import Language

_SCALE: Final = 2  # pixels of a PNG for each of the picture, for screens and printers that have so many


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure as files keep it.

    Attributes:
        name: Of its files, without an ending.
        svg: FILE_WIDTH pixels wide.
    """

    name: str
    svg: str
    table: Table

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The picture and, where there are any, the rows of it: each file's name and content.

        Raises:
            MissingExtraError: when resvg-py is not installed.
        """
        yield f"{self.name}.png", png(self.svg, FILE_WIDTH * _SCALE)
        if self.table.rows:
            yield f"{self.name}.csv", as_csv(self.table)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole HTML document, and its figures."""

    html: bytes
    figures: Sequence[Kept]


def document(template: str, language: Language, **values: Any) -> bytes:  # noqa: ANN401 - a template's
    """A template as a document that holds its styles and fonts, in the colours that the reader's machine prefers."""
    return rendered(template, Reader(language), styles=_styles(), **values)


@cache
def _styles() -> Markup:
    return Markup(styles(inside).decode())  # noqa: S704 - a file of ours
