"""The films of one list: the stored candidates that pass the filters, then all other films; and variety among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from almazara.movies.similar.attributes import NO_FILTERS, Attributes, Filters

POOL: Final = 100
"""Films among which variety is sought."""
_DECIMALS: Final = 6
"""Scores that differ by less are equal: sums of floats differ in their last digits from machine to machine."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Films in order, best first.

    Attributes:
        rows: (k,) rows of the catalog.
        similarity: (k,) in [0, 1], never rising.
        shared: (k,) users who have both films, 0 where that is unknown.
    """

    rows: np.ndarray
    similarity: np.ndarray
    shared: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: np.ndarray | slice | list[int]) -> Candidates:
        """Those at some places, or where a mask is true."""
        return Candidates(self.rows[places], self.similarity[places], self.shared[places])

    def then(self, others: Candidates) -> Candidates:
        """These, and the others after them."""
        pairs = zip(self._arrays(), others._arrays(), strict=True)
        return Candidates(*(np.concatenate(pair) for pair in pairs))

    def _arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.rows, self.similarity, self.shared


class SimilarFilms(Protocol):
    """A way to find films similar to one, by row."""

    def candidates(self, row: int) -> Candidates:
        """The most similar films that were found when the catalog was built; maybe the film itself among them."""
        ...

    def scores(self, row: int) -> np.ndarray:
        """The similarity of all films, for those that come after the candidates: (films,) float."""
        ...


class Likeness(Protocol):
    """How alike some films are."""

    def between(self, rows: np.ndarray) -> np.ndarray:
        """(k, k) float32 in [0, 1]; 1 on the diagonal."""
        ...


class Selector:
    """Makes the lists; the order of all films for one film is fixed, and a filter only leaves some out.

    Args:
        attributes: What filters look at.
        twins: (films,) int32, a label that several entries of one film share, -1 for the others.
        by_votes: (films,) int32 rows, most voted first: the order of films that nothing tells apart.
        likeness: What variety is measured by.
    """

    def __init__(self, attributes: Attributes, twins: np.ndarray, by_votes: np.ndarray, likeness: Likeness) -> None:
        self._attributes = attributes
        self._twins = twins
        self._by_votes = by_votes
        self.likeness = likeness

    def films(
        self, method: SimilarFilms, row: int, n: int, filters: Filters = NO_FILTERS, diversity: float = 0.0
    ) -> Candidates:
        """The first `n` films that pass the filters, never the film itself nor another entry of it.

        Fewer than `n` only where no more films pass. Above 0 `diversity` reorders the first 100 of them.

        Raises:
            InputError: for filters that no film can pass.
        """
        allowed = self._attributes.allowed(filters)
        allowed[row] = False
        if self._twins[row] >= 0:
            allowed[self._twins == self._twins[row]] = False
        wanted = max(n, POOL) if diversity else n
        stored = method.candidates(row)
        found = stored.at(allowed[stored.rows])
        if len(found) < wanted:
            allowed[stored.rows] = False
            found = found.then(self._rest(method, row, stored, allowed, wanted - len(found)))
        if diversity and len(found):
            pool = found.at(slice(wanted))
            found = pool.at(diversified(pool.similarity, self.likeness.between(pool.rows), n, diversity))
        return found.at(slice(n))

    def _rest(self, method: SimilarFilms, row: int, stored: Candidates, allowed: np.ndarray, n: int) -> Candidates:
        """The best of the allowed films by score, equal ones in order of votes."""
        rows = self._by_votes[allowed[self._by_votes]]
        score = np.round(method.scores(row)[rows], _DECIMALS)
        if len(rows) > n:
            edge = np.partition(score, len(score) - n)[len(score) - n]
            rows, score = rows[score >= edge], score[score >= edge]
        first = np.argsort(-score, kind="stable")[:n]
        least = stored.similarity[-1] if len(stored) else 1.0
        return Candidates(rows[first], np.clip(score[first], 0.0, least), np.zeros(len(first), dtype=np.int32))


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
