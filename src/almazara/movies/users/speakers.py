"""Which film of a profile speaks most for another film: by who saw both, and by what the two share."""

from typing import Final

from almazara.movies.similar.reasons import Reasons
from almazara.movies.similar.stored import Candidates, SimilarFilms
from almazara.movies.users.profiles import Profile

_LOOKED_AT: Final = 20
"""Films of a profile, the last ones, among which one is sought that shares something with a film of the list."""
_SEEN: Final = 8.0
"""Nats that it tells of two films that all who saw one saw the other: as much as to have a director in common."""
_TELLING: Final = 2.0
"""Nats that what they share must tell at least: to be a documentary does, to be a drama does not."""


class Speakers:
    """The films that a profile likes, for one answer: the lists of the last of them are read once.

    Two films may be in each other's list of similar films or in one of the two alone, and scores go by the lists of
    the profile's films: both are asked.
    """

    def __init__(self, profile: Profile, alike: SimilarFilms, reasons: Reasons) -> None:
        self.profile = profile
        self.liked = profile.liked()
        self._alike, self._reasons = alike, reasons
        self._near_to = {known: _by_row(alike.candidates(known)) for known in self.liked[-_LOOKED_AT:]}

    def of(self, row: int) -> tuple[int, int] | None:
        """The film of the profile that speaks most for another, and how many saw both.

        None where no film shares what tells enough, nor is in a list with it and shares anything or several viewers.
        """
        near = _by_row(self._alike.candidates(row))
        speaking = [
            (self.profile.opinions[known].weight * (told + _SEEN * similarity), -known, shared)
            for known in dict.fromkeys([*self._near_to, *filter(near.__contains__, self.liked)])
            for similarity, shared in [max(near.get(known, (0.0, 0)), self._near_to.get(known, {}).get(row, (0.0, 0)))]
            for told in [self._reasons.told(known, row)]
            if told >= _TELLING or (similarity > 0 and (shared > 1 or self._reasons.share_something(known, row)))
        ]
        if not speaking:
            return None
        _, known, shared = max(speaking)
        return -known, shared


def _by_row(found: Candidates) -> dict[int, tuple[float, int]]:
    """How similar each film is, and how many users have both."""
    values = zip(found.similarity.tolist(), found.shared.tolist(), strict=True)
    return dict(zip(found.rows.tolist(), values, strict=True))
