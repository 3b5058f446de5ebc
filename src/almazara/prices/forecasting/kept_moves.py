"""Announced moves that are kept, beside the prices that they are about; equal ones are one."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec

from almazara.damage import understood
from almazara.errors import InputError, NotFoundError
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.store.observations import DAMAGED, is_key
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import said

MOVES: Final = "announced_move"
MOST_MOVES: Final = 1_000
"""As many are kept: every answer about what is to come reads them all."""
_SHOWN: Final = 100  # characters of what is not known


def move_id(move: AnnouncedMove) -> str:
    """The same for equal moves; ids stand in order of their days."""
    return f"{move.date}-{sha256(msgspec.json.encode(move)).hexdigest()[:16]}"


def kept_moves(store: ObservationStore) -> tuple[AnnouncedMove, ...]:
    """All moves that are kept, in order of their days.

    Raises:
        DamagedError: when one cannot be understood.
    """
    with understood(DAMAGED, f"documents of kind {MOVES}"):
        return tuple(msgspec.convert(document, AnnouncedMove) for document in store.documents(MOVES).values())


def keep_moves(store: ObservationStore, moves: Iterable[AnnouncedMove]) -> None:
    """Keep moves; those that are kept already stay as they are.

    Raises:
        InputError: when there would be more than MOST_MOVES; then none of them is kept.
    """
    new = {move_id(one): one for one in moves}
    held = len(new.keys() | set(store.document_keys(MOVES)))
    if held > MOST_MOVES:
        raise InputError(said("prices.error.most_moves", most=str(MOST_MOVES), held=str(held)))
    for name, one in new.items():
        store.put_document(MOVES, name, msgspec.to_builtins(one), if_absent=True)


def forget_move(store: ObservationStore, name: str) -> None:
    """Keep a move no longer.

    Raises:
        NotFoundError: when none has such an id.
    """
    if not is_key(name) or store.document(MOVES, name) is None:
        raise NotFoundError(said("prices.error.no_move", move=name[:_SHOWN]))
    store.delete_document(MOVES, name)
