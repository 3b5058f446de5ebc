"""Why a film is on a user's list: the film they know that speaks most for it, and what the two share."""

from __future__ import annotations

from almazara.movies.catalog.catalog import Catalog
from almazara.movies.sentences import number
from almazara.movies.similar.reasons import Reasons
from almazara.movies.similar.selection import SimilarFilms
from almazara.movies.users.events import Kind
from almazara.movies.users.profiles import Opinion, Profile


class UserReasons:
    """Explains by the lists of similar films: a film is explained by the one that they find most like it."""

    def __init__(self, catalog: Catalog, similar: SimilarFilms, reasons: Reasons) -> None:
        self._catalog = catalog
        self._similar = similar
        self._reasons = reasons

    def why(self, row: int, profile: Profile) -> list[str]:
        """`porque viste X` and what the film shares with X; where no film of the profile is alike, its votes."""
        spoken_for = self._strongest(row, profile)
        if spoken_for is None:
            return [self.popular(row)]
        known, shared = spoken_for
        title = self._catalog.title(known)
        return [_because(profile.opinions[known], title), *self._reasons.of(known, title, [(row, shared)])[0]]

    def popular(self, row: int) -> str:
        """How many people voted for it."""
        return f"popular: {number(self._catalog.votes(row))} votos"

    def _strongest(self, row: int, profile: Profile) -> tuple[int, int] | None:
        """The film of the profile that speaks most for another, and how many users have both."""
        found = self._similar.candidates(row)
        pairs = zip(found.rows.tolist(), found.similarity.tolist(), found.shared.tolist(), strict=True)
        speaking = [
            (profile.opinions[known].weight * similarity, -known, shared)
            for known, similarity, shared in pairs
            if known in profile.opinions
        ]
        strength, known, shared = max(speaking, default=(0.0, 0, 0))
        return (-known, shared) if strength > 0 else None


def _because(opinion: Opinion, title: str) -> str:
    match opinion.kind:
        case Kind.LIKE:
            return f"porque te gusta {title}"
        case Kind.RATING if opinion.value is not None:
            return f"porque valoraste {title} con {number(opinion.value, 0 if opinion.value.is_integer() else 1)}"
        case _:
            return f"porque viste {title}"
