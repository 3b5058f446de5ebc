"""A figure as pages, reports and files draw it."""

from typing import Final, NamedTuple

from markupsafe import Markup

from almazara.figures.chart import Table
from almazara.figures.cloud import cloud
from almazara.figures.explored import Cloud, Explored
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.web.page import drawn
from almazara.words.said import Said

FILE_WIDTH: Final = 960
"""Pixels of a picture in a file."""
_SHOWN_ROWS: Final = 50


class Shown(NamedTuple):
    """A figure as a page shows it: its words, drawn, and the first rows of its table, which has `total`."""

    key: str
    title: Said
    sentence: Said
    rule: Said | None
    picture: Markup
    rows: Table
    total: int


def shown(one: Explored) -> Shown:
    """A figure, drawn."""
    return Shown(one.key, one.title, one.sentence, one.rule, picture(one), first_rows(one.table), len(one.table.rows))


def picture(one: Explored, width: int | None = None) -> Markup:
    """A figure as SVG with its key, as wide as there is room; with a width, for a file.

    On a page nothing where it has no marks: its sentence says why.
    """
    if isinstance(one.chart, Cloud):
        weights = dict(zip(one.chart.words, one.chart.counts, strict=True))
        return drawn(cloud(weights, label=one.chart.label, width=width))
    if width is not None:
        return drawn(draw(one.chart, width=width))
    return drawn(legend(one.chart) + draw(one.chart) if one.chart.marks else "")


def first_rows(table: Table) -> Table:
    """As many rows as a reader looks at; all of them are in the file."""
    return Table(table.columns, table.rows[:_SHOWN_ROWS])
