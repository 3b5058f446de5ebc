"""One list for several people: nobody is made miserable, and among what is left the average counts."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

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
