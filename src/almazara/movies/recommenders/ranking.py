"""The first films by score: those that are allowed, one entry a film, equal ones in order of votes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np

_DECIMALS: Final = 6
"""Of the greatest score: sums of floats differ in their last digits from machine to machine."""
_SPARE: Final = 20


class UserScores(Protocol):
    """How well films suit a user; fitted ahead."""

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """A score for every film, also for those of the profile: (films,) float32, finite.

        Args:
            rows: (known,) int32 rows of the films that the user knows, rising; none asks for what is popular.
            weights: (known,) float32, how much each speaks for films like it; below 0 against them.
        """
        ...


class Ranking:
    """Puts films in order.

    Args:
        twins: (films,) int32, a label that several entries of one film share, -1 for the others.
        by_votes: (films,) int32 rows, most voted first.
    """

    def __init__(self, twins: np.ndarray, by_votes: np.ndarray) -> None:
        self._twins = twins
        self._by_votes = by_votes
        self.popularity = np.empty(len(by_votes), dtype=np.float32)
        """(films,) from 1, the most voted, to 0."""
        self.popularity[by_votes] = np.linspace(1, 0, len(by_votes), dtype=np.float32)

    def leave_out(self, allowed: np.ndarray, rows: Iterable[int]) -> None:
        """Allow some films no more, nor other entries of them."""
        left_out = np.fromiter(rows, dtype=np.int32)
        allowed[left_out] = False
        labels = self._twins[left_out]
        labels = labels[labels >= 0]
        if len(labels):
            allowed[np.isin(self._twins, labels)] = False

    def first(self, scores: np.ndarray, allowed: np.ndarray, n: int) -> np.ndarray:
        """The rows of the best `n` allowed films, best first; fewer only where there are no more."""
        rows = self._by_votes[allowed[self._by_votes]]
        score = np.round(scores[rows] / (np.abs(scores).max(initial=0) or 1), _DECIMALS)
        wanted = n + _SPARE
        while True:
            found = self._distinct(_best(rows, score, wanted))
            if len(found) >= n or wanted >= len(rows):
                return found[:n]
            wanted *= 4

    def _distinct(self, rows: np.ndarray) -> np.ndarray:
        labels = self._twins[rows]
        single = labels < 0
        single[np.unique(labels, return_index=True)[1]] = True
        return np.asarray(rows[single])


def _best(rows: np.ndarray, score: np.ndarray, n: int) -> np.ndarray:
    if len(rows) > n:
        edge = np.partition(score, len(score) - n)[len(score) - n]
        rows, score = rows[score >= edge], score[score >= edge]
    return np.asarray(rows[np.argsort(-score, kind="stable")[:n]])
