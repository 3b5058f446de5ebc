"""Similar films from viewers and content: content says what cosine to expect, each shared viewer corrects it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.collaborative import Viewers
from almazara.movies.recommenders.content import Content
from almazara.movies.recommenders.lists import Films, Lists

BELIEF: Final = 22.0
"""How many viewers the expectation from content counts for."""
SURPRISE: Final = 0.5
"""Weight of the information that the viewers of one film give about the other, beside the cosine's 1."""
NEWNESS: Final = 3.0
"""Viewers of a film at which half that weight is reached."""
_NO_INFORMATION: Final = 1e-3
_FROM_VIEWERS: Final = 300
_BLOCK: Final = 256


def blend(shared: np.ndarray, own: np.ndarray, theirs: np.ndarray, users: int, expected: np.ndarray) -> np.ndarray:
    """Similarity of pairs of films: without viewers what is expected, and continuous in each viewer more.

    The cosine of the viewers is estimated with the expectation counting for BELIEF viewers. Its geometric mean is
    taken with the share that is known of who sees the one film by who sees the other, which log-likelihood ratios
    (Dunning 1993) measure: the cosine alone prefers films that few have seen.

    Args:
        shared: Users who have both films of each pair.
        own: Users of the first film.
        theirs: Users of the other film.
        users: Users in all.
        expected: The cosine to be expected, in [0, 1].

    Returns:
        In [0, 1], like the arguments in shape.
    """
    cosine = (shared + BELIEF * expected) / (np.sqrt(own * theirs) + BELIEF)
    weight = SURPRISE * own / (own + NEWNESS)
    some, others = own + NEWNESS, theirs + NEWNESS
    both = np.minimum(cosine * np.sqrt(some * others), np.minimum(some, others))
    information = known_share(both, some, others, users + 2 * NEWNESS)
    return np.asarray((cosine * (information + _NO_INFORMATION) ** weight) ** (1 / (1 + weight))).clip(0, 1)


def known_share(both: np.ndarray, own: np.ndarray, theirs: np.ndarray, users: float) -> np.ndarray:
    """Mutual information of seeing two films over the entropy of seeing the first; 0 where they avoid each other."""
    cells = (both, own - both, theirs - both, users - own - theirs + both)
    margins = (own, users - own, theirs, users - theirs)
    information = sum(map(_entropy_term, cells)) - sum(map(_entropy_term, margins)) + _entropy_term(users)
    entropy = _entropy_term(users) - _entropy_term(own) - _entropy_term(users - own)
    return np.where(both * users > own * theirs, np.clip(information / entropy, 0, 1), 0)


def fit(
    by_content: Arrays,
    content: Content,
    viewers: Viewers,
    films: Films,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Arrays:
    """The most similar films of each film; one without viewers keeps its list of content.

    Candidates are those of the content list and the 300 whose viewers are most alike.

    Args:
        by_content: What `content.fit` made.
        content: Compares any films.
        viewers: Who has seen what.
        films: Order and twins.
        progress: Called with films done and films in all.

    Returns:
        neighbors, similarity, shared: see `Lists.arrays`.
    """
    lists = Lists(len(films.votes))
    cold = np.flatnonzero(viewers.counts == 0)
    lists.fill(cold, by_content)
    warm = np.flatnonzero(viewers.counts)
    users = viewers.matrix.shape[0]
    for start in range(0, len(warm), _BLOCK):
        rows = warm[start : start + _BLOCK]
        counts, others, shared = _candidates(rows, by_content, viewers, films)
        repeated = np.repeat(rows, counts)
        expected = content.similarity(repeated, others).astype(np.float64)
        similarity = blend(shared, viewers.counts[repeated], viewers.counts[others], users, expected)
        for row, last, count in zip(rows.tolist(), np.cumsum(counts), counts, strict=True):
            first = last - count
            best = first + films.best(row, others[first:last], similarity[first:last])
            lists.put(row, others[best], similarity[best], shared[best])
        progress(start + len(rows), len(warm))
    return lists.arrays()


def _candidates(
    rows: np.ndarray, by_content: Arrays, viewers: Viewers, films: Films
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many candidates each row has, the candidates of all rows, and how many users have both films."""
    together = viewers.together(rows)
    cosines = viewers.cosines(rows, together)
    others, shared = [], []
    users = np.zeros(len(films.votes))
    for place, row in enumerate(rows.tolist()):
        entries = slice(together.indptr[place], together.indptr[place + 1])
        seen = together.indices[entries]
        alike = seen[films.best(row, seen, cosines[entries], _FROM_VIEWERS)]
        likely = by_content["neighbors"][row]
        users[seen] = together.data[entries]
        others.append(np.union1d(alike, likely[likely >= 0]))
        shared.append(users[others[-1]])
        users[seen] = 0
    return np.array([len(found) for found in others]), np.concatenate(others), np.concatenate(shared)


def _entropy_term(count: np.ndarray | float) -> np.ndarray:
    return np.asarray(count * np.log(np.maximum(count, 1e-12)))
