"""A user's events and ratings -> what each film weighs for them, which ones they know, and which they want no more."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.movies.users.events import Event, Kind

LOW_RATING: Final = 2.0
"""Ratings up to this one count against a film, like a dislike, but do not keep it out for good."""
VIEW_WEIGHT: Final = 1.0
LIKE_WEIGHT: Final = 1.25
DISLIKE_WEIGHT: Final = -1.0
LOW_WEIGHT: Final = -0.2
# An average rating (3.5 stars in the MovieLens sets) weighs as much as a view without one; how steep weights are was
# measured with benchmarks/profile_weights.py.
_AVERAGE: Final = 3.5
_STARS_PER_WEIGHT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What all that a user did with one film comes to.

    Attributes:
        kind: The word that decides: a like or dislike before a rating before a view.
        value: The latest rating, whatever decides.
    """

    kind: Kind
    value: float | None = None

    @property
    def weight(self) -> float:
        """How much the film speaks for films like it; below 0 it speaks against them."""
        match self.kind:
            case Kind.LIKE:
                return LIKE_WEIGHT
            case Kind.DISLIKE:
                return DISLIKE_WEIGHT
            case Kind.RATING if self.value is not None:
                return LOW_WEIGHT if self.value <= LOW_RATING else 1 + (self.value - _AVERAGE) / _STARS_PER_WEIGHT
            case _:
                return VIEW_WEIGHT


@dataclass(frozen=True, slots=True)
class Profile:
    """A user's opinions by the films' rows in the catalog."""

    opinions: Mapping[int, Opinion]

    def __len__(self) -> int:
        return len(self.opinions)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows int32, rising, and weights float32."""
        rows = sorted(self.opinions)
        weights = [self.opinions[row].weight for row in rows]
        return np.array(rows, dtype=np.int32), np.array(weights, dtype=np.float32)

    def disliked(self) -> list[int]:
        """Rows of the films that the user wants to be shown no more."""
        return [row for row, opinion in self.opinions.items() if opinion.kind is Kind.DISLIKE]

    def speaks(self) -> bool:
        """Whether any film of it speaks for others."""
        return bool(self.liked())

    def liked(self) -> list[int]:
        """Rows of the films that speak for others, as the opinions come."""
        return [row for row, opinion in self.opinions.items() if opinion.weight > 0]


def fold(
    events: Iterable[Event], row_of: Callable[[int], int | None], rated: Mapping[int, float | None] | None = None
) -> Profile:
    """What a user thinks of films by now.

    Of several ratings of a film the latest counts. A like or dislike decides over ratings and views, and only the
    other of the two undoes it: a disliked film stays out for good until it is liked.

    Args:
        events: The user's, oldest first.
        row_of: Row of a film id, None where the catalog has no such film any more.
        rated: Ratings of the ratings file by row, None where only a view is known; older than every event.
    """
    opinions = {row: _rated(value) for row, value in (rated or {}).items()}
    for event in events:
        row = row_of(event.film_id)
        if row is not None:
            opinions[row] = _after(opinions.get(row), event)
    return Profile(opinions)


def _rated(value: float | None) -> Opinion:
    return Opinion(Kind.VIEW) if value is None else Opinion(Kind.RATING, value)


def _after(before: Opinion | None, event: Event) -> Opinion:
    """The opinion once an event has come."""
    value = event.value if event.kind is Kind.RATING else (before.value if before else None)
    if event.kind in {Kind.LIKE, Kind.DISLIKE}:
        return Opinion(event.kind, value)
    if before is not None and before.kind in {Kind.LIKE, Kind.DISLIKE}:
        return Opinion(before.kind, value)
    return _rated(value)


class UserHistory:
    """Reads the group `user_history`; opening it reads nothing.

    Args:
        arrays: ids (users,) int64, rising; offsets (users + 1,) int64 into rows int32 of the catalog and ratings
            float32, NaN where only the pair is known.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._ids = arrays["ids"].data
        self._offsets = arrays["offsets"].data
        self._rows = arrays["rows"]
        self._ratings = arrays["ratings"]

    def __contains__(self, user: str) -> bool:
        return self._place(user) is not None

    def rated(self, user: str) -> dict[int, float | None]:
        """The user's ratings by row, None where only the pair is known; empty for who is not in the file."""
        place = self._place(user)
        if place is None:
            return {}
        of_user = slice(self._offsets[place], self._offsets[place + 1])
        ratings = self._ratings[of_user].tolist()
        known = [None if rating != rating else rating for rating in ratings]  # noqa: PLR0124 - NaN
        return dict(zip(self._rows[of_user].tolist(), known, strict=True))

    def _place(self, user: str) -> int | None:
        """Where the user is, if the text is exactly how their number is written."""
        if not (user.isascii() and user.isdigit()) or str(int(user)) != user:
            return None
        place = bisect_left(self._ids, int(user))
        return place if place < len(self._ids) and self._ids[place] == int(user) else None
