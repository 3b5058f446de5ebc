"""The first films of a list: the best that pass the filters, equal ones in order of votes, varied where asked."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.movies.similar.attributes import NO_FILTERS, Attributes, Filters, is_among
from almazara.movies.similar.stored import Candidates, ContentSpace, SimilarFilms
from almazara.words.said import said

MAX_SIMILAR: Final = 50
"""The largest `n` that can be asked for."""
_POOL: Final = 100
"""Films among which variety is sought."""
_DECIMALS: Final = 6
"""Similarities that differ by less are equal: sums of floats differ in their last digits from machine to machine."""
_EQUAL: Final = 1e-6
"""The same for scores of models, which have no scale: a part of their spread."""
_SPARE: Final = 20


def check_n(n: int) -> None:
    """Refuse a length that no list can have."""
    if not 1 <= n <= MAX_SIMILAR:
        raise InputError(said("asking.parameter.range", name="n", value=str(n), low="1", high=str(MAX_SIMILAR)))


class Ranking:
    """Makes the lists about a film and for users; the order of all films is fixed, and a filter only leaves some out.

    Args:
        attributes: What filters look at.
        twins: (films,) int32, a label that several entries of one film share, -1 for the others.
        by_votes: (films,) int32 rows, most voted first: the order of films that nothing tells apart.
        space: What variety is measured by.
    """

    def __init__(self, attributes: Attributes, twins: np.ndarray, by_votes: np.ndarray, space: ContentSpace) -> None:
        self._attributes = attributes
        self._twins = twins
        self._n_labels = int(twins.max(initial=-1)) + 1
        self.space = space
        self.popularity = np.empty(len(by_votes), dtype=np.float32)
        """(films,) from 1, the most voted, to 0."""
        self.popularity[by_votes] = np.linspace(1, 0, len(by_votes), dtype=np.float32)

    def allowed(self, filters: Filters, left_out: Iterable[int]) -> np.ndarray:
        """Which films a list may have: (films,) bool; neither those to leave out nor other entries of them."""
        allowed = self._attributes.allowed(filters)
        rows = np.fromiter(left_out, dtype=np.int32)
        allowed[rows] = False
        labels = self._twins[rows]
        if (labels >= 0).any():
            allowed[is_among(self._twins, labels[labels >= 0], self._n_labels)] = False
        return allowed

    def similar(
        self, method: SimilarFilms, row: int, n: int, filters: Filters = NO_FILTERS, diversity: float = 0.0
    ) -> Candidates:
        """The first `n` films that pass the filters, never the film itself nor another entry of it.

        Fewer than `n` only where no more films pass. Above 0 `diversity` reorders the first 100 of them.
        """
        allowed = self.allowed(filters, [row])
        wanted = _pool(n, diversity)
        stored = method.candidates(row)
        found = stored.at(allowed[stored.rows])
        if len(found) < wanted:
            allowed[stored.rows] = False
            found = found.then(self._rest(method, row, stored, allowed, wanted - len(found)))
        pool = found.at(slice(wanted))
        return pool.at(self._varied(pool.rows, pool.similarity, n, diversity))

    def first(
        self, scores: np.ndarray, allowed: np.ndarray, n: int, diversity: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best `n` allowed films, one entry a film; fewer only where there are no more.

        Returns:
            Their rows, best first, and their scores scaled to [0, 1] over the allowed films.
        """
        rows, affinity = self._distinct(scores, allowed, _pool(n, diversity))
        chosen = self._varied(rows, affinity, n, diversity)
        return rows[chosen], affinity[chosen]

    def _rest(self, method: SimilarFilms, row: int, stored: Candidates, allowed: np.ndarray, n: int) -> Candidates:
        """The best of the allowed films by score, equal ones in order of votes."""
        rows = np.flatnonzero(allowed)
        score = np.round(method.scores(row, rows), _DECIMALS)
        if len(rows) > n:
            edge = np.partition(score, len(score) - n)[len(score) - n]
            rows, score = rows[score >= edge], score[score >= edge]
        first = np.lexsort((-self.popularity[rows], -score))[:n]
        least = stored.similarity[-1] if len(stored) else 1.0
        return Candidates(rows[first], np.clip(score[first], 0.0, least), np.zeros(len(first), dtype=np.int32))

    def _distinct(self, scores: np.ndarray, allowed: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        rows = np.flatnonzero(allowed)
        if not len(rows):
            return rows, np.empty(0, dtype=np.float32)
        score = scores[rows]
        least, greatest = score.min(), score.max()
        spread = (greatest - least) or 1
        wanted = n + _SPARE
        while True:
            places = self._one_a_film(rows, _best(score, self.popularity[rows], wanted, spread * _EQUAL))
            if len(places) >= n or wanted >= len(rows):
                places = places[:n]
                return rows[places], (score[places] - least) / spread
            wanted *= 4

    def _one_a_film(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        labels = self._twins[rows[places]]
        single = labels < 0
        single[np.unique(labels, return_index=True)[1]] = True
        return np.asarray(places[single])

    def _varied(self, rows: np.ndarray, scores: np.ndarray, n: int, diversity: float) -> slice | list[int]:
        """Places of the first `n` films of a pool."""
        if diversity and len(rows):
            return diversified(scores, self.space.between(rows), n, diversity)
        return slice(n)


def _pool(n: int, diversity: float) -> int:
    """How many films are chosen from."""
    return max(n, _POOL) if diversity else n


def _best(score: np.ndarray, popularity: np.ndarray, n: int, equal: float) -> np.ndarray:
    """Places of the first `n`; scores that differ by less than `equal` may count as the same: the more popular wins."""
    places = np.arange(len(score))
    if len(score) > n:
        places = np.flatnonzero(score >= np.partition(score, len(score) - n)[len(score) - n] - equal)
    classes = np.round((score[places] - score.min()) / (equal or 1))
    return np.asarray(places[np.lexsort((-popularity[places], -classes))[:n]])


def diversified(similarity: np.ndarray, alike: np.ndarray, n: int, diversity: float) -> list[int]:
    """Maximal marginal relevance: each next film is similar to the one asked about and unlike those chosen before.

    Source: Carbonell and Goldstein (1998), "The use of MMR, diversity-based reranking for reordering documents and
    producing summaries", SIGIR; their lambda is 1 - diversity.

    Args:
        similarity: (k,) never rising; it is stretched to reach from 1 to 0, so that a value of `diversity` does as much
            where all films are about as similar as where they are not.
        alike: (k, k) how alike the films are, in [0, 1].
        n: How many to choose.
        diversity: From 0 (the order as it is) to 1 (the first film, then whatever is unlike).

    Returns:
        The places of the chosen ones; equal ones in the order as it was.
    """
    relevance = (1 - diversity) * (similarity - similarity[-1]) / ((similarity[0] - similarity[-1]) or 1.0)
    nearest = alike[0].astype(np.float64)
    chosen, left = [0], np.arange(len(similarity)) > 0
    while len(chosen) < min(n, len(similarity)):
        value = np.where(left, np.round(relevance - diversity * nearest, _DECIMALS), -np.inf)
        best = int(np.argmax(value))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return chosen
