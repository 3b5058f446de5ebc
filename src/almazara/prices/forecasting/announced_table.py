"""Announced moves as a table says them: `date, factor, group`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.prices.forecasting.announced import EVERY, AnnouncedMove, group_named
from almazara.prices.schema import DATE

GROUP: Final = "group"
SURPLUS: Final = ("a cell more than the header has", "two cells more")
"""The columns of what rows have beyond the header."""
TOO_LONG: Final = "more cells than the header: decimals take a point"
_FACTOR: Final = "factor"
_MOST: Final = 1_000


def read_moves(table: pl.DataFrame) -> tuple[list[AnnouncedMove], dict[str, int]]:
    """The announced moves of a table, and how many of its rows were refused, by reason.

    Args:
        table: All columns as text: date, factor, and where there is one group; of all series where that is empty.

    Raises:
        InputError: when a column is missing, or there are more than _MOST rows.
    """
    if missing := [name for name in (DATE, _FACTOR) if name not in table.columns]:
        raise InputError(f"The table of events lacks the columns {', '.join(missing)}: it needs date and factor.")
    if table.height > _MOST:
        raise InputError(f"The table of events has {table.height} rows: {_MOST} at most are read.")
    moves: list[AnnouncedMove] = []
    refused: Counter[str] = Counter()
    for row in table.fill_null("").iter_rows(named=True):
        told = {name: text.strip() for name, text in row.items()}
        if any(told.get(name) for name in SURPLUS):
            refused[TOO_LONG] += 1
            continue
        try:
            day, factor = date.fromisoformat(told[DATE]), float(told[_FACTOR])
            moves.append(AnnouncedMove(day, factor, group_named(told.get(GROUP, EVERY))))
        except ValueError:
            refused["the date is no ISO 8601 day, or the factor no number"] += 1
        except InputError as error:
            refused[str(error)] += 1
    return list(dict.fromkeys(moves)), dict(refused)


def moves_of_each(
    groups: Sequence[set[str]], moves: Sequence[AnnouncedMove], refused: Mapping[str, int]
) -> tuple[list[list[AnnouncedMove]], dict[str, int]]:
    """The moves that concern each series, by its groups; and why rows do not count, those that concern none among them.

    Args:
        groups: See `announced.groups_of`.
        moves: What `read_moves` found.
        refused: The same.
    """
    every = {EVERY}.union(*groups)
    unknown = Counter(f"no series is of the group {one.group!r}" for one in moves if one.group not in every)
    return [[one for one in moves if one.concerns(some)] for some in groups], {**refused, **unknown}
