"""How much each signal counts for a profile of a given length, learned on films that the signals were not fitted to."""

from collections.abc import Sequence
from itertools import combinations_with_replacement, pairwise
from typing import Final

import numpy as np
from scipy import sparse

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.users.scores import LearnedScores

LENGTHS: Final = np.array([0, 1, 2, 3, 5, 10, 15, 25, 50, 120, 300], dtype=np.float32)
"""Numbers of known films at which weights are learned."""
DEFAULT: Final = np.column_stack(
    [
        [1.00, 0.30, 0.25, 0.25, 0.25, 0.20, 0.10, 0.10, 0.05, 0.05, 0.05],
        [0.00, 0.00, 0.00, 0.00, 0.00, 0.05, 0.15, 0.30, 0.40, 0.50, 0.50],
        [0.00, 0.10, 0.15, 0.20, 0.25, 0.35, 0.40, 0.40, 0.45, 0.45, 0.45],
        [0.00, 0.60, 0.60, 0.55, 0.50, 0.40, 0.35, 0.20, 0.10, 0.00, 0.00],
    ]
).astype(np.float32)
"""Weights of popularity, linear model, landmark users and denoiser where users are too few to learn from."""
FEWEST_USERS: Final = 100
_SHORT: Final = 10
"""Up to this length a profile is that of a newcomer, above it maybe that of a user who was trained on."""
_NEAR: Final = 1.6
_PENALTY: Final = 20.0
_LISTED: Final = 10
_CANDIDATES: Final = 40

Case = tuple[np.ndarray, np.ndarray]
"""The films of a user that are shown, and those that must be found."""


def learn(
    arrays: Arrays, newcomers: sparse.csr_array, regulars: Sequence[Case], rng: np.random.Generator
) -> np.ndarray:
    """The weights whose lists are best, (lengths, 4) float32.

    For each short length that many films of each newcomer are shown and all others must be found; for each long one the
    regulars that have about so many films are judged. The NDCG@10 of a choice counts with half of that of its two
    neighboring lengths, less a penalty for leaving the default that fades with the number of users judged. An empty
    profile gets popularity.

    Args:
        arrays: As `LearnedScores` reads them; `blend` is not looked at.
        newcomers: (users, films), users whom the arrays were not fitted to.
        regulars: Users to whose shown films the arrays were fitted.
        rng: Draws which films of the newcomers are shown.
    """
    choices = _choices()
    reader = LearnedScores(arrays)
    judged = [_judged(int(length), newcomers, regulars, rng) for length in LENGTHS[1:]]
    quality = np.array([np.mean([_quality(reader, cases, choices) for cases in kinds], axis=0) for kinds in judged])
    penalty = _PENALTY / np.array([max(sum(map(len, kinds)), 1) for kinds in judged])
    gains = quality - quality.max(axis=1, keepdims=True)
    smooth = gains.copy()
    smooth[1:] += gains[:-1] / 2
    smooth[:-1] += gains[1:] / 2
    distance = ((choices[None, :, :] - DEFAULT[1:, None, :]) ** 2).sum(axis=2)
    best = np.argmax(smooth - penalty[:, None] * distance, axis=1)
    return np.concatenate([DEFAULT[:1], choices[best]])


def _judged(
    length: int, newcomers: sparse.csr_array, regulars: Sequence[Case], rng: np.random.Generator
) -> list[list[Case]]:
    """Users with about so many films to show and something left to find, by kind; both kinds count alike."""
    rows = [newcomers.indices[slice(*ends)] for ends in pairwise(newcomers.indptr)]
    drawn = (rng.permutation(films) for films in rows if len(films) > length)
    kinds = [[(films[:length], films[length:]) for films in drawn]]
    if length > _SHORT:
        kinds.append([one for one in regulars if length / _NEAR <= len(one[0]) <= length * _NEAR and len(one[1])])
    return [cases for cases in kinds if cases] or [[]]


def _choices(steps: int = 10) -> np.ndarray:
    """All weights of the signals in steps of a tenth that add up to one."""
    cuts = combinations_with_replacement(range(steps + 1), DEFAULT.shape[1] - 1)
    found = [np.diff([0, *cut, steps]) for cut in cuts]
    return np.array(found, dtype=np.float32) / steps


def _quality(reader: LearnedScores, cases: Sequence[Case], choices: np.ndarray) -> np.ndarray:
    """Mean NDCG@10 of each choice; 0 for all where there is no case."""
    gains = (_gains(reader, shown, hidden, choices) for shown, hidden in cases)
    return sum(gains, np.zeros(len(choices))) / max(len(cases), 1)


def _gains(reader: LearnedScores, shown: np.ndarray, hidden: np.ndarray, choices: np.ndarray) -> np.ndarray:
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
