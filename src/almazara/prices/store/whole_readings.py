"""Reads of many listings that leave out the damaged ones, for work that none of them may keep from the others."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from almazara import log
from almazara.errors import DamagedError
from almazara.prices.schema import Observation
from almazara.prices.store.protocol import ObservationStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Whole(Generic[T]):
    """What was read by listing, and the listings of which it is damaged."""

    found: Mapping[str, T]
    damaged: tuple[str, ...] = ()


def of_whole(listing_ids: Sequence[str], read: Callable[[Sequence[str]], Mapping[str, T]]) -> Whole[T]:
    """What is read of several listings at once; those of which it is damaged are logged."""
    try:
        return Whole(read(listing_ids))
    except DamagedError as error:
        if len(listing_ids) <= 1:
            log.event("readings_damaged", level=logging.ERROR, listings=" ".join(listing_ids), error=error)
            return Whole({}, tuple(listing_ids))
    half = len(listing_ids) // 2
    first, second = of_whole(listing_ids[:half], read), of_whole(listing_ids[half:], read)
    return Whole({**first.found, **second.found}, first.damaged + second.damaged)


def newest_of_whole(store: ObservationStore, listing_ids: Sequence[str]) -> Whole[Observation]:
    """The newest reading of each listing that has one which is whole."""
    try:
        return Whole(store.latest())
    except DamagedError:
        return of_whole(listing_ids, store.latest)
