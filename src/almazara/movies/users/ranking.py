"""The first films by score: those that are allowed, one entry a film, equal ones in order of votes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np

_EQUAL: Final = 1e-6
"""Of the spread of the scores: sums of floats differ in their last digits from machine to machine."""
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

    def first(self, scores: np.ndarray, allowed: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The best `n` allowed films; fewer only where there are no more.

        Returns:
            Their rows, best first, and their scores scaled to [0, 1] over the allowed films.
        """
        rows = self._by_votes[allowed[self._by_votes]]
        if not len(rows):
            return rows, np.empty(0, dtype=np.float32)
        score = scores[rows]
        least, greatest = score.min(), score.max()
        spread = (greatest - least) or 1
        wanted = n + _SPARE
        while True:
            places = self._distinct(rows, _best(score, wanted, spread * _EQUAL))
            if len(places) >= n or wanted >= len(rows):
                places = places[:n]
                return rows[places], (score[places] - least) / spread
            wanted *= 4

    def _distinct(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        labels = self._twins[rows[places]]
        single = labels < 0
        single[np.unique(labels, return_index=True)[1]] = True
        return np.asarray(places[single])


def _best(score: np.ndarray, n: int, equal: float) -> np.ndarray:
    """Places of the first `n`; scores that differ by less than `equal` may count as the same, and the first wins."""
    places = np.arange(len(score))
    if len(score) > n:
        places = np.flatnonzero(score >= np.partition(score, len(score) - n)[len(score) - n] - equal)
    classes = np.round((score[places] - score.min()) / (equal or 1))
    return np.asarray(places[np.argsort(-classes, kind="stable")[:n]])


BEST_SHARE: Final = 0.1
"""A film is a misery for a member for whom it is not among this share of the films, the best ones for them."""


def together(scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """How well each film suits a group: average without misery, on scores scaled alike for every member.

    Source: Masthoff (2004), "Group modeling: selecting a sequence of television items to suit a group of viewers",
    User Modeling and User-Adapted Interaction 14, where it came out best with least misery and the average. What is a
    misery is relative here, since scores of models have no scale: and films that are a misery for somebody come after
    all others instead of not at all, so that a list is never short.

    Args:
        scores: (members, films) finite, comparable within a row only.
        allowed: (films,) bool, the films that the list may have.

    Returns:
        (films,) float32: in [0, 1] for films that suit everybody, below 0 for the others; -1 where not allowed.
    """
    group = np.full(len(allowed), -1.0, dtype=np.float32)
    if allowed.any():
        scaled = scaled_to_one(scores[:, allowed])
        edge = math.ceil((1 - BEST_SHARE) * (scaled.shape[1] - 1))
        misery = (scaled < np.partition(scaled, edge, axis=1)[:, edge, None]).any(axis=0)
        group[allowed] = scaled.mean(axis=0) - misery
    return group


def scaled_to_one(scores: np.ndarray) -> np.ndarray:
    """Each row from 0 (its least) to 1 (its greatest); a row of equal scores is 0."""
    least = scores.min(axis=-1, keepdims=True)
    spread = scores.max(axis=-1, keepdims=True) - least
    return np.asarray((scores - least) / np.where(spread > 0, spread, 1), dtype=np.float32)
