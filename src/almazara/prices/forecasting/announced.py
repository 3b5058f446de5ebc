"""Moves of prices that are announced: a tax, a tariff, new list prices; what they do to forecasts and to histories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite, log
from typing import ClassVar, Final

import numpy as np

from almazara.errors import InputError
from almazara.prices.forecasting.panel import Days, Floats, Panel, filled_forward
from almazara.words.said import Said, said

EVERY: Final = ""
"""The group that all prices are in."""
_ALL: Final = ("", "*", "all")
"""What stands in place of a group for all prices."""
LEAST: Final = 0.1
MOST: Final = 10.0
"""Between these lies a factor."""
_EARLY, _LATE = 1, 7  # days; shops pass a tax on when they print new labels
_DIGITS: Final = 11
_ALIKE: Final = 0.25  # the same, between two moves of which the first may be meant as well
NEAR: Final = 0.5  # of the announced move: one that differs by more is another one


@dataclass(frozen=True, slots=True)
class AnnouncedMove:
    """From a day on, the prices of a group are multiplied.

    Attributes:
        date: The first day of the new prices.
        factor: 1.02 is a rise by two percent.
        group: A part of the names of what it concerns, such as a shop; EVERY for all.

    Raises:
        InputError: for a factor that is none.
    """

    date: date
    factor: float
    group: str = EVERY

    how: ClassVar = "announced"
    """How it came to be known, in the codes of what is said of it."""

    def __post_init__(self) -> None:
        if not (isfinite(self.factor) and LEAST <= self.factor <= MOST and self.factor != 1):
            raise InputError(said("prices.error.factor", factor=f"{self.factor:g}", least=LEAST, most=MOST))

    @property
    def sentence(self) -> Said:
        """What is announced."""
        code = f"prices.story.{self.how}_rise" if self.is_rise else f"prices.story.{self.how}_fall"
        return said(code, day=self.date, share=abs(self.factor - 1))

    @property
    def is_rise(self) -> bool:
        """Whether prices are higher after it."""
        return self.factor > 1

    def concerns(self, names: Iterable[str]) -> bool:
        """Whether it is about prices whose groups have these names."""
        return self.group == EVERY or self.group in names


def group_named(text: str) -> str:
    """The group that a text means."""
    return EVERY if text.strip().lower() in _ALL else text.strip()


def groups_of(name: str, *others: str | None) -> set[str]:
    """The groups of a series: what stands before and between the colons of its name, itself, and others."""
    parts = name.split(":")
    before = (":".join(parts[:count]) for count in range(1, len(parts) + 1))
    return {*parts, *before}.union(one for one in others if one)


def factors(moves: Iterable[AnnouncedMove], cutoff: date, horizon_days: int) -> Floats:
    """By what a price that was known on the cutoff is multiplied on each day after it; shape (horizon_days,)."""
    found = np.ones(horizon_days)
    for one in moves:
        ahead = (one.date - cutoff).days
        if ahead > 0:
            found[ahead - 1 :] *= one.factor
    return found


def restated(panel: Panel, moves: Sequence[Sequence[AnnouncedMove]]) -> Panel:
    """The same panel in the prices of its end: what models learn from, so that an announced move teaches them nothing.

    Where a price moved about as was announced, within some days, all before is multiplied by its own move; where it did
    not, the move did not reach it, and nothing is changed.

    Args:
        panel: Daily prices.
        moves: Of each listing; those with a date after the panel's last day change nothing.
    """
    rows_of: dict[AnnouncedMove, list[int]] = {}
    for row, some in enumerate(moves):
        for one in some:
            rows_of.setdefault(one, []).append(row)
    if not rows_of or panel.prices.shape[1] == 1:
        return panel
    prices = panel.prices.copy()
    for one in sorted(rows_of, key=lambda move: move.date):
        column = (one.date - panel.first_day).days
        if -_LATE < column < prices.shape[1]:
            rows = rows_of[one]
            at, moved = _own_moves(prices[rows], column, log(one.factor))
            before = np.arange(prices.shape[1]) < at[:, None]
            prices[rows] = np.where(before, _rounded(prices[rows] * np.exp(moved)[:, None]), prices[rows])
    return replace(panel, prices=prices)


def _rounded(prices: Floats) -> Floats:
    """Prices of so many digits that equal ones are equal: else a wait that paid the same would have paid more."""
    scale = 10.0 ** (_DIGITS - np.floor(np.log10(prices)))
    return np.asarray(np.round(prices * scale) / scale)


def _own_moves(prices: Floats, column: int, expected: float) -> tuple[Days, Floats]:
    """The column in which each row moved about as expected, and its log move; 0 and none for those that did not."""
    first, last = max(1, column - _EARLY), min(prices.shape[1] - 1, column + _LATE)
    steps = np.nan_to_num(np.diff(np.log(filled_forward(prices)[:, first - 1 : last + 1]), axis=1))
    beside = np.abs(steps - expected)
    nearest = beside.min(axis=1)
    # The first that is about as near as any: an offer that ended on the day before is not, one rounded otherwise is.
    at = (beside <= nearest[:, None] + _ALIKE * abs(expected)).argmax(axis=1)
    reached = nearest <= NEAR * abs(expected)
    return np.where(reached, first + at, 0), np.where(reached, steps[np.arange(len(at)), at], 0.0)
