"""How much each signal counts for a profile of a given length, learned on users that the signals were not fitted to."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.user_lists import UserRecommendations

LENGTHS: Final = np.array([0, 1, 2, 3, 5, 10, 20, 50, 120, 300], dtype=np.float32)
"""Numbers of known films at which weights are learned."""
_SHORT: Final = 10
"""Up to this length a profile is taken for the beginning of a user's history, above it for most of it."""
_SHOWN: Final = 0.8
_NEAR: Final = 1.6
DEFAULT: Final = np.array(
    [
        [1.00, 0.00, 0.00],
        [0.75, 0.00, 0.25],
        [0.70, 0.00, 0.30],
        [0.65, 0.00, 0.35],
        [0.55, 0.05, 0.40],
        [0.40, 0.10, 0.50],
        [0.05, 0.50, 0.45],
        [0.00, 0.55, 0.45],
        [0.00, 0.50, 0.50],
        [0.00, 0.45, 0.55],
    ],
    dtype=np.float32,
)
"""Weights of popularity, linear model and landmark users where there are too few users to learn from."""
FEWEST_USERS: Final = 100
_PENALTY: Final = 10.0
_LISTED: Final = 10
_CANDIDATES: Final = 40
_FEWEST: Final = 30


def learn(arrays: Arrays, judges: sparse.csr_array, rng: np.random.Generator) -> np.ndarray:
    """The weights whose lists are best for users that the arrays were not fitted to, (lengths, 3) float32.

    For each short length that many films of each user are shown and all others must be found, which is what a new user
    is. For each long one four fifths of the users with about so many films are shown and the last fifth must be found.
    The NDCG@10 of a choice counts with half of that of its two neighboring lengths, less a penalty for leaving the
    default that fades with the number of users. An empty profile gets popularity.

    Args:
        arrays: As `UserRecommendations` reads them; `blend` is not looked at.
        judges: (users, films), users whose films are told in part.
        rng: Draws which films are told.
    """
    choices = _choices()
    reader = UserRecommendations(arrays)
    quality = np.array([_quality(reader, judges, int(length), choices, rng) for length in LENGTHS[1:]])
    gains = quality - quality.max(axis=1, keepdims=True)
    smooth = gains.copy()
    smooth[1:] += gains[:-1] / 2
    smooth[:-1] += gains[1:] / 2
    distance = ((choices[None, :, :] - DEFAULT[1:, None, :]) ** 2).sum(axis=2)
    best = np.argmax(smooth - _PENALTY / judges.shape[0] * distance, axis=1)
    return np.concatenate([DEFAULT[:1], choices[best]])


def _choices(steps: int = 10) -> np.ndarray:
    """All triples of weights in steps of a tenth that add up to one."""
    found = [(a, b, steps - a - b) for a in range(steps + 1) for b in range(steps + 1 - a)]
    return np.array(found, dtype=np.float32) / steps


def _quality(
    reader: UserRecommendations,
    judges: sparse.csr_array,
    length: int,
    choices: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Mean NDCG@10 of each choice; 0 for all where there are too few users of such a length."""
    found, users = np.zeros(len(choices)), 0
    for row in range(judges.shape[0]):
        films = rng.permutation(judges.indices[judges.indptr[row] : judges.indptr[row + 1]])
        shown = length if length <= _SHORT else int(_SHOWN * len(films))
        if shown < len(films) and length / _NEAR <= shown <= length * _NEAR:
            found += _gains(reader, films[:shown], films[shown:], choices)
            users += 1
    return found / max(users, _FEWEST)


def _gains(reader: UserRecommendations, shown: np.ndarray, hidden: np.ndarray, choices: np.ndarray) -> np.ndarray:
    """NDCG@10 of each choice for one user; only films that some signal puts forward are ranked."""
    warm = reader.warm
    unseen = ~np.isin(warm, shown)
    signals = reader.signals(np.sort(shown), np.ones(len(shown), dtype=np.float32), unseen)
    signals[:, ~unseen] = -np.inf
    n_candidates = min(_CANDIDATES, int(unseen.sum()))
    chosen = np.unique(np.argpartition(-signals, n_candidates - 1, axis=1)[:, :n_candidates])
    order = np.argsort(-(choices @ signals[:, chosen]), axis=1, kind="stable")[:, :_LISTED]
    hits = np.isin(warm[chosen], hidden)[order]
    discount = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    return np.asarray(hits @ discount / discount[: len(hidden)].sum())
