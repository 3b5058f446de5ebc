"""The moves of prices that are announced, as they are kept: a tax, a tariff, new list prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - a field called date would hide its own type

from almazara.prices.answering.known import Known
from almazara.prices.buying.concerned import Announced
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import keep_moves, move_id


@dataclass(frozen=True, slots=True)
class KeptMove:
    """A move that is announced.

    Attributes:
        date: The first day of the new prices.
        factor: By which these are multiplied.
        group: A product, a shop or a category; all where it is empty.
        products: How many of the products that are known it concerns.
    """

    move_id: str
    date: Day
    factor: float
    group: str
    products: int


def announced_moves(known: Known) -> list[KeptMove]:
    """All moves that are announced, in order of their days."""
    return [_told(known, one) for one in known.announced.moves]


def announce(known: Known, moves: Sequence[AnnouncedMove]) -> list[KeptMove]:
    """Keep moves; InputError where too many would be kept."""
    keep_moves(known.store, moves)
    return [_told(known, one) for one in moves]


def _told(known: Known, move: AnnouncedMove) -> KeptMove:
    concerned = Announced([move], known.read.listings).of_each(known.read.listings)
    return KeptMove(move_id(move), move.date, move.factor, move.group, sum(map(bool, concerned)))
