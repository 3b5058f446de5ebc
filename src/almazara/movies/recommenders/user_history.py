"""What users of the ratings file have rated, by the id that they have there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np


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
