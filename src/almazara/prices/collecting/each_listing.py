"""A listing that fails never costs another: what breaks the work on one is what that one came to."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from almazara import log
from almazara.damage import is_of_all
from almazara.errors import AlmazaraError
from almazara.prices.schema import Listing, Observation

COUNTS = ("requested", "observed", "unchanged", "unavailable", "blocked", "unreadable", "refused", "failed", "held")
DAMAGED: Final = "damaged"
"""Cause of a listing of which what is kept is damaged: a reading, a note, its folder."""
DEFECT: Final = "defect"
"""Cause of a listing on which Almazara itself failed."""
LONGEST_REASON: Final = 300
_BEST_FIRST: Final = ("observed", "unchanged", "held")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one listing of a run came to, before its prices were judged.

    Attributes:
        outcome: One of COUNTS.
        reason: Why there is no observation, empty where there is one.
        observations: What was read; several for a search.
        learned: Listings to save: a title learned, or found by a search.
        causes: See `Problem`.
    """

    outcome: str
    reason: str = ""
    observations: tuple[Observation, ...] = ()
    learned: tuple[Listing, ...] = ()
    causes: tuple[str, ...] = ()


def alone(listing_id: str, work: Callable[[], T]) -> T | Reading:
    """What the work on one listing gives; what it raises is logged once, and is a failed reading of that listing.

    Raises:
        UnavailableError, OSError: when the others would fail as well; see `damage.is_of_all`.
    """
    try:
        return work()
    except Exception as error:
        if is_of_all(error):
            raise
        return _failed(listing_id, error)


def _failed(listing_id: str, error: Exception) -> Reading:
    if isinstance(error, AlmazaraError | OSError):
        log.event("listing_failed", level=logging.ERROR, listing=listing_id, error=error)
        # Of a file only what is wrong with it: where it lies is nobody's but the owner's, who has the log.
        told = str(error) if isinstance(error, AlmazaraError) else f"What is kept cannot be used: {error.strerror}."
        return Reading("failed", told[:LONGEST_REASON], causes=(DAMAGED,))
    log.broken("listing_failed", error, listing=listing_id)
    told = f"It could not be recorded, which is a defect of ours: {type(error).__name__}: {error}"
    return Reading("failed", told[:LONGEST_REASON], causes=(DEFECT,))


def one_by_one(found: Reading) -> list[tuple[str, Reading]]:
    """The readings of a search's results, each by itself with what was learned of it."""
    return [
        (
            one.listing_id,
            replace(
                found,
                observations=(one,),
                learned=tuple(listing for listing in found.learned if listing.listing_id == one.listing_id),
            ),
        )
        for one in found.observations
    ]


def together(parts: Sequence[tuple[str, Reading]]) -> Reading:
    """What a search came to, from what its results did: the best of that, and why some were not recorded."""
    came_to = {part.outcome for _, part in parts}
    return Reading(
        next((outcome for outcome in _BEST_FIRST if outcome in came_to), parts[0][1].outcome),
        "; ".join(_named(listing_id, part.reason) for listing_id, part in parts if part.reason),
        tuple(one for _, part in parts for one in part.observations),
        causes=tuple(dict.fromkeys(cause for _, part in parts for cause in part.causes)),
    )


def _named(listing_id: str, reason: str) -> str:
    return reason if reason.startswith(listing_id) else f"{listing_id}: {reason}"
