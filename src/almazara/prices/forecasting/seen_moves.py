"""Rises of a whole shop's prices at once, found in them: a tax that was passed on is one event, not a hundred.

A fall cannot be told from an offer before that has ended, and the end of one is a rise to where prices were before: of
both nothing is said here, since what is forgotten of an offer is waited for again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

import numpy as np

from almazara.prices.forecasting.announced import MOST, NEAR, AnnouncedMove
from almazara.prices.forecasting.panel import Floats, Panel

_SHARE: Final = 0.25
_FEWEST: Final = 6
_LEAST: Final = 0.002
"""Moves of less, as a log, are none; prices that differ by no more are the same."""
_BACK_DAYS: Final = 90
"""A price of so many days before is one that a price goes back to."""
_MOST_BACK: Final = 0.5
_KNOWN_DAYS: Final = 28
"""With fewer days of a past nobody knows whether prices go back to it."""


@dataclass(frozen=True, slots=True)
class SeenMove(AnnouncedMove):
    """A rise that nobody announced: on one day at least a quarter of a group rose about alike, to new prices."""

    how: ClassVar = "seen"


def seen_moves(panel: Panel) -> list[SeenMove]:
    """The days on which at least a quarter of a group's prices rose by about as much, most to none of the last months.

    A group is what stands before the last colon of names, such as a shop, or a chain in what was imported of several.

    Args:
        panel: Daily prices; what was not read on the day before is not known to have moved on that day.
    """
    groups = _groups(panel)
    names, found = np.asarray(groups, dtype=str), list[SeenMove]()
    for name in sorted(set(groups)):
        prices = panel.prices[names == name]
        if len(prices) >= _FEWEST:
            days = ((panel.first_day + timedelta(days=day), factor) for day, factor in _common(prices))
            found += [SeenMove(day, factor, name) for day, factor in days]
    return sorted(found, key=lambda one: one.date)


def seen_of_each(panel: Panel) -> list[list[SeenMove]]:
    """The moves of each series' group."""
    found = seen_moves(panel)
    return [[one for one in found if one.group == group] for group in _groups(panel)]


def _groups(panel: Panel) -> list[str]:
    return [name.rpartition(":")[0] for name in panel.names]


def _common(prices: Floats) -> Iterator[tuple[int, float]]:
    """The columns in which many rose to new prices, and the factor in their middle."""
    logs = np.log(prices)
    steps = np.diff(logs, axis=1)
    known = (~np.isnan(steps)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        rose = steps > _LEAST
    enough = np.maximum(_FEWEST, _SHARE * known)
    is_many = (rose.sum(axis=0) >= enough) & (np.arange(1, len(known) + 1) >= _KNOWN_DAYS)
    for before in np.flatnonzero(is_many):
        sizes = steps[rose[:, before], before]
        middle = float(np.median(sizes))
        alike = np.flatnonzero(rose[:, before])[np.abs(sizes - middle) <= NEAR * middle]
        if len(alike) >= enough[before] and middle < np.log(MOST) and not _is_back(logs[alike, : before + 2]):
            yield int(before) + 1, float(np.exp(middle))


def _is_back(logs: Floats) -> bool:
    """Whether most of some prices are on the last day where they were on one of the last months, so that it was low."""
    with np.errstate(invalid="ignore"):
        was_there = np.abs(logs[:, -_BACK_DAYS - 2 : -1] - logs[:, -1:]) <= _LEAST
    return bool(was_there.any(axis=1).mean() > _MOST_BACK)
