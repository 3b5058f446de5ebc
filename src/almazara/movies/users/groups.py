"""How well films suit several people, or several tastes of one: scores that have no common scale are joined."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

BEST_SHARE: Final = 0.1
"""A film is a misery for a member for whom it is not among this share of the films, the best ones for them."""
_IN_TURN: Final = 1000
"""The films of each taste, best first, that come in turn."""


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


def in_turn(scores: np.ndarray, of_tastes: Sequence[np.ndarray], shares: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Scores by whose order each taste has its share of every list, in the order that it has by itself.

    A film belongs to the taste in whose list it stands first. The tastes come in turn by the method of Sainte-Laguë,
    which gives seats to parties: no beginning of the list strays further from the shares than it must.

    Args:
        scores: (films,) of all tastes at once: the order of the films that are far behind in each.
        of_tastes: (films,) scores of each taste.
        shares: (tastes,) above 0, how much of a list each is to have.
        known: Rows of films that take no turn and keep their scores.

    Returns:
        (films,) float32: the same highest scores, given to other films.
    """
    n_turns = min(_IN_TURN, len(scores) - len(known))
    if not n_turns:
        return scores
    places = np.full((len(of_tastes), len(scores)), n_turns)
    for place, own in zip(places, of_tastes, strict=True):
        value = -own
        value[known] = np.inf
        first = np.sort(np.argpartition(value, n_turns - 1)[:n_turns])
        place[first[np.argsort(value[first], kind="stable")]] = np.arange(n_turns)
    films = np.flatnonzero(places.min(axis=0) < n_turns)
    tastes = places[:, films].argmin(axis=0)
    turns = np.empty(len(films))
    for taste, share in enumerate(shares.tolist()):
        own_films = np.flatnonzero(tastes == taste)
        turns[own_films[np.argsort(places[taste, films[own_films]])]] = (2 * np.arange(len(own_films)) + 1) / share
    rest = np.ones(len(scores), dtype=bool)
    rest[films] = rest[known] = False
    others = np.delete(scores, known)
    given = np.sort(np.partition(others, len(others) - len(films))[len(others) - len(films) :])[::-1]
    found = scores.astype(np.float32)
    found[rest] -= max(float(found[rest].max(initial=-np.inf)) - float(given[-1]), 0.0)
    found[films[np.argsort(turns, kind="stable")]] = given
    return found
