"""How well all films suit a profile or a group, read from arrays that were fitted at build time: NumPy only."""

import math
from typing import Final, Protocol

import numpy as np

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.similar.stored import SimilarFilms

CODES: Final = 127
"""The largest code of a weight."""
_BLOCK: Final = 256
_AGAINST: Final = np.float32(0.3)
"""Weight of the likeness to disliked films, in standard deviations."""

_UNPROVEN: Final = np.float32(1.0)
"""What a cold film must be better by than a warm one, in standard deviations: nobody has chosen it yet."""


class UserScores(Protocol):
    """How well films suit a user; fitted ahead."""

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """A score for every film, also for those of the profile: (films,) float32, finite.

        Args:
            rows: (known,) int32 rows of the films that the user knows, rising; none asks for what is popular.
            weights: (known,) float32, how much each speaks for films like it; below 0 against them.
        """
        ...


class LearnedScores:
    """Scores for any list of liked and disliked films; nothing is trained, so that a new event counts at once.

    Three signals, each standardized over the films that the profile does not have: popularity, a linear item model,
    and the tastes of landmark users. Their weights depend on how many films are known. Films that the training users
    do not have (cold ones) get what a regression from content to these scores expects.

    Args:
        arrays: The group `user_model`:
            warm (warm,) int32: rows of the films with a model of their own, rising;
            popularity (warm,) float32;
            codes (warm, warm) int8 and values (warm,) float32: the linear model, for each film of a profile its weights
            for all warm films, code * |code| / 127^2 times the film's value, the largest of them;
            factors (warm, k) float32, tastes (landmarks, k) float32, readout (landmarks, warm) float32, width (1,)
            float32: the landmark users;
            lengths (knots,) float32, rising, and blend (knots, 3) float32: weights of the signals for profiles of so
            many films, linear in between on a scale of logarithms;
            cold (cold,) int32 rows, cold_factors (cold, d) float32, warm_factors (warm, d) float32: a cold film's
            score is the product of its factors with those of the warm films' scores;
            n_films (1,) int64.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = dict(arrays)
        self._n_films = int(arrays["n_films"][0])
        self._log_lengths = np.log1p(arrays["lengths"])
        self._item = np.full(self._n_films, -1, dtype=np.int32)
        self._item[arrays["warm"]] = np.arange(len(arrays["warm"]))
        self._cold_place = np.full(self._n_films, -1, dtype=np.int32)
        self._cold_place[arrays["cold"]] = np.arange(len(arrays["cold"]))

    @property
    def warm(self) -> np.ndarray:
        """Rows of the films with a model of their own, rising."""
        return self._arrays["warm"]

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """See UserScores; comparable within one answer only."""
        rows, weights = np.asarray(rows, dtype=np.int64), np.asarray(weights, dtype=np.float32)
        liked = weights > 0
        known = self._item[rows]
        unseen = np.ones(len(self._arrays["warm"]), dtype=bool)
        unseen[known[known >= 0]] = False
        warm = self.blend(int(liked.sum())) @ self.signals(rows[liked], weights[liked], unseen)
        if not liked.all():
            against = self._linear(rows[~liked], -weights[~liked], unseen)
            warm -= _AGAINST * against
        return self._with_cold(warm, rows[liked], rows[~liked])

    def blend(self, n_liked: int) -> np.ndarray:
        """Weights of the three signals for a profile of so many liked films, (3,) float32."""
        knots = self._arrays["blend"]
        place = np.log1p(n_liked)
        return np.array([np.interp(place, self._log_lengths, column) for column in knots.T], dtype=np.float32)

    def signals(self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray) -> np.ndarray:
        """Popularity, linear model and landmark users, standardized over the unseen warm films: (3, warm) float32."""
        popularity = _standardized(self._arrays["popularity"], unseen)
        return np.stack([popularity, self._linear(rows, weights, unseen), self._nearest_tastes(rows, weights, unseen)])

    def _linear(self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray) -> np.ndarray:
        items = self._item[rows]
        is_warm = items >= 0
        found = _standardized(self._summed(items[is_warm], weights[is_warm]), unseen)
        if is_warm.all():
            return found
        share = np.float32(is_warm.mean())
        return _standardized(share * found + (1 - share) * self._by_content(rows, weights, unseen), unseen)

    def _summed(self, items: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The sum of the linear model's weights from some warm films to all: (warm,) float32."""
        n_warm = len(self._arrays["warm"])
        found = np.zeros(n_warm, dtype=np.float32)
        scaled = weights * self._arrays["values"][items] / np.float32(CODES**2)
        for start in range(0, len(items), _BLOCK):
            codes = self._arrays["codes"][items[start : start + _BLOCK]].astype(np.float32)
            found += scaled[start : start + _BLOCK] @ (codes * np.abs(codes))
        return found

    def _nearest_tastes(self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray) -> np.ndarray:
        items = self._item[rows]
        is_warm = items >= 0
        taste = weights[is_warm] @ self._arrays["factors"][items[is_warm]]
        length = np.sqrt(taste @ taste)
        if length == 0:
            return self._by_content(rows, weights, unseen)
        near = np.exp(self._arrays["width"] * (self._arrays["tastes"] @ (taste / length) - 1))
        return _standardized(near @ self._arrays["readout"], unseen)

    def _by_content(self, rows: np.ndarray, weights: np.ndarray, unseen: np.ndarray) -> np.ndarray:
        """How warm films suit a profile's cold ones, through the factors that both have."""
        places = self._cold_place[rows]
        is_cold = places >= 0
        if not is_cold.any():
            return np.zeros(len(unseen), dtype=np.float32)
        mean = weights[is_cold] @ self._arrays["cold_factors"][places[is_cold]]
        return _standardized(self._arrays["warm_factors"] @ mean, unseen)

    def _with_cold(self, warm: np.ndarray, liked: np.ndarray, disliked: np.ndarray) -> np.ndarray:
        found = np.zeros(self._n_films, dtype=np.float32)
        found[self._arrays["warm"]] = warm
        if len(warm):
            told = warm.copy()  # what the user said of the profile's films counts for films of like content
            for rows, said in ((liked, warm.max()), (disliked, warm.min())):
                items = self._item[rows]
                told[items[items >= 0]] = said
            by_content = self._arrays["cold_factors"] @ (told @ self._arrays["warm_factors"])
            found[self._arrays["cold"]] = by_content - _UNPROVEN
        return found


def _standardized(values: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Less the mean and divided by the deviation of the chosen ones; 0 where these are all alike."""
    chosen = values[over]
    deviation = float(chosen.std()) if len(chosen) else 0.0
    if deviation <= np.finfo(np.float32).eps * max(1.0, float(np.abs(chosen).max(initial=0))):
        return np.zeros(len(values), dtype=np.float32)
    return np.asarray((values - chosen.mean()) / np.float32(deviation), dtype=np.float32)


_VOTES: Final = 0.1
"""What popularity adds at most: it decides where no film of the profile has anything to say."""


class NeighborScores:
    """Sums, for each film, how alike it is to the films of the profile; `popularity` is (films,) float32 in [0, 1]."""

    def __init__(self, similar: SimilarFilms, popularity: np.ndarray) -> None:
        self._similar = similar
        self._popularity = popularity

    def scores(self, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """See UserScores."""
        scores = np.zeros(len(self._popularity), dtype=np.float32)
        for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
            found = self._similar.candidates(row)
            scores[found.rows] += np.float32(weight) * found.similarity
        return np.asarray(scores + np.float32(_VOTES) * self._popularity)


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
