"""Moves of a whole shop's prices at once, found in them: a tax that was passed on is one event, not a hundred."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

import numpy as np

from almazara.prices.forecasting.announced import NEAR, AnnouncedMove
from almazara.prices.forecasting.panel import Floats, Panel

_SHARE: Final = 0.25
_FEWEST: Final = 6
_LEAST: Final = 0.002
"""Moves of less, as a log, are none."""


@dataclass(frozen=True, slots=True)
class SeenMove(AnnouncedMove):
    """A move that nobody announced: on one day more than a quarter of a group moved about alike."""

    how: ClassVar = "seen"


def seen_moves(panel: Panel, groups: Sequence[str]) -> list[SeenMove]:
    """The days on which more than a quarter of a group's prices moved one way, by about as much.

    Args:
        panel: Daily prices; what was not read on the day before is not known to have moved on that day.
        groups: Of each listing, such as its shop.
    """
    names, found = np.asarray(groups, dtype=str), list[SeenMove]()
    for name in sorted(set(groups)):
        prices = panel.prices[names == name]
        if len(prices) >= _FEWEST:
            days = ((day, middle) for sign in (1, -1) for day, middle in _common(prices, sign))
            found += [SeenMove(panel.first_day + timedelta(days=day), float(np.exp(log)), name) for day, log in days]
    return sorted(found, key=lambda one: one.date)


def seen_of_each(panel: Panel) -> list[list[SeenMove]]:
    """The moves of each series' group: what stands before the last colon of its name, such as a shop."""
    groups = [name.rpartition(":")[0] for name in panel.names]
    found = seen_moves(panel, groups)
    return [[one for one in found if one.group == group] for group in groups]


def _common(prices: Floats, sign: int) -> Iterator[tuple[int, float]]:
    """The columns in which many rose (1) or fell (-1), and the log of the move in their middle."""
    steps = sign * np.diff(np.log(prices), axis=1)
    known = (~np.isnan(steps)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        moved = steps > _LEAST
    enough = np.maximum(_FEWEST, _SHARE * known)
    for column in np.flatnonzero(moved.sum(axis=0) >= enough):
        sizes = steps[moved[:, column], column]
        middle = float(np.median(sizes))
        if (np.abs(sizes - middle) <= NEAR * middle).sum() >= enough[column]:
            yield int(column) + 1, sign * middle
