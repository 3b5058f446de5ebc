"""Similar films from viewers and content: content says what cosine to expect, each shared viewer corrects it."""

from typing import Final

import numpy as np
from scipy import sparse

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.similar import content as contents
from almazara.movies.similar.collaborative import Viewers
from almazara.movies.similar.content import Content
from almazara.movies.similar.lists import Films, Lists
from almazara.movies.similar.stored import unseen_share

BELIEF: Final = 20.0
"""How many viewers the expectation from content counts for."""
SURPRISE: Final = 1.0
"""Weight of the information that the viewers of one film give about the other, as much as the cosine counts."""
NEWNESS: Final = 10.0
"""Viewers of a film at which half that weight is reached."""
_NO_INFORMATION: Final = 1e-3
CARRIED: Final = 0.5
"""Weight of what is carried over from the viewers of the films most alike in content."""
_CARRIERS: Final = 10
_LEAST_KEPT: Final = 0.3
_AHEAD: Final = 3
"""Films that somebody saw that come before the unseen parts of a saga at most."""
_APART: Final = 1e-4
_FROM_VIEWERS: Final = 150
_FROM_CARRIERS: Final = 50
_BLOCK: Final = 256


def blend(
    shared: np.ndarray,
    own: np.ndarray,
    theirs: np.ndarray,
    users: int,
    expected: np.ndarray,
    *,
    likely: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Similarity of pairs of films: without viewers what is expected, and continuous in each viewer more.

    The cosine of the viewers is estimated with the expectation counting for BELIEF viewers, against the harmonic mean
    of those that there are: one viewer of a film proves as little beside a film of thousands. Its geometric mean is
    taken with the root of the share that is known of who sees the one film by who sees the other, which log-likelihood
    ratios (Dunning 1993) measure: the cosine alone prefers films that few have seen.

    Args:
        shared: Users who have both films of each pair.
        own: Users of the first film.
        theirs: Users of the other film.
        users: Users in all.
        expected: The cosine to be expected, in [0, 1].
        likely: The viewers that the other film would have, had all had the chance: none is not unliked, but unknown.

    Returns:
        In [0, 1], like the arguments in shape.
    """
    evidence, observed = _observed(shared, own, theirs)
    cosine = (evidence * observed + BELIEF * expected) / (evidence + BELIEF)
    weight = SURPRISE * own / (own + NEWNESS)
    some, others = own + NEWNESS, theirs + NEWNESS + np.maximum(likely - theirs, 0) * NEWNESS / (theirs + NEWNESS)
    both = np.minimum(cosine * np.sqrt(some * others), np.minimum(some, others))
    information = known_share(both, some, others, users + 2 * NEWNESS)
    return np.asarray((cosine * (information + _NO_INFORMATION) ** weight) ** (1 / (1 + 2 * weight))).clip(0, 1)


def _observed(shared: np.ndarray, own: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many viewers speak of pairs of films, the harmonic mean of both, and the cosine that they have."""
    evidence = 2 * own * theirs / np.maximum(own + theirs, 1)
    return evidence, shared / np.maximum(np.sqrt(own * theirs), 1)


def known_share(both: np.ndarray, own: np.ndarray, theirs: np.ndarray, users: float) -> np.ndarray:
    """Mutual information of seeing two films over the entropy of seeing the first; 0 where they avoid each other."""
    cells = (both, own - both, theirs - both, users - own - theirs + both)
    margins = (own, users - own, theirs, users - theirs)
    information = sum(map(_entropy_term, cells)) - sum(map(_entropy_term, margins)) + _entropy_term(users)
    entropy = _entropy_term(users) - _entropy_term(own) - _entropy_term(users - own)
    return np.where(both * users > own * theirs, np.clip(information / entropy, 0, 1), 0)


def fit(by_content: Arrays, by_viewers: Arrays, content: Content, viewers: Viewers, films: Films) -> Arrays:
    """The most similar films of each film; those of content where nobody has seen anything.

    What is expected of a pair is its similarity of content. A film that few have seen is compared as one that nobody
    has (`Content.of_unseen`), and to it comes a part of how much the viewers of the ten films most alike in content saw
    the other film. Both go as the film's own viewers come.
    `by_content` and `by_viewers` are what `content.fit` and `collaborative.fit` made.

    Returns:
        neighbors, similarity, shared: see `Lists.arrays`.
    """
    if not viewers.counts.any():
        return {**by_content, "shared": np.zeros_like(by_content["neighbors"])}
    n_films = len(films.votes)
    lists = Lists(n_films)
    likely = _likely_viewers(viewers.counts, films.votes)
    shares = unseen_share(viewers.counts)
    unseen = content.of_unseen()
    by_unseen = contents.fit(unseen, films, asked=shares > 0)
    by_content = {name: np.where(shares[:, None] > 0, by_unseen[name], by_content[name]) for name in by_unseen}
    nearest = _as_matrix(by_viewers["neighbors"], by_viewers["similarity"], n_films)
    for start in range(0, n_films, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, n_films))
        carried = sparse.csr_array(_carriers(rows, by_content) @ nearest)
        others, (shared, passed, alike) = _candidates(rows, by_content, carried, viewers, films)
        counts, other = [len(found) for found in others], np.concatenate(others)
        repeated = np.repeat(rows, counts)
        own, theirs = viewers.counts[repeated], viewers.counts[other]
        share, chosen = shares[repeated], alike > 0
        for of, asked in ((unseen, (alike == 0) & (share > 0)), (content, (alike == 0) & (share == 0))):
            alike[asked] = of.similarity(repeated[asked], other[asked])
        between = (share > 0) & (share < 1)
        alike[between] *= share[between]
        alike[between] += (1 - share[between]) * content.similarity(repeated[between], other[between])
        mates = (content.sagas[repeated] >= 0) & (content.sagas[repeated] == content.sagas[other])
        owners = np.repeat(np.arange(len(rows)), counts)
        kept = _kept_promise(owners, np.where(chosen, alike, 0), shared, own, theirs)[owners]
        expected = alike + CARRIED * passed * NEWNESS / (own + NEWNESS)
        users = viewers.matrix.shape[0]
        similarity = blend(shared, own, theirs, users, np.minimum(expected, 1), likely=likely[other])
        similarity *= np.where((theirs == 0) & ~mates, kept, 1)
        for row, last, count in zip(rows.tolist(), np.cumsum(counts), counts, strict=True):
            first = last - count
            part = slice(first, last)
            similarity[part] = _behind_known_mates(similarity[part], theirs[part] > 0, mates[part])
            best = first + films.best(row, other[first:last], similarity[first:last])
            lists.put(row, other[best], similarity[best], shared[best])
    return lists.arrays()


def _kept_promise(
    owners: np.ndarray, promised: np.ndarray, shared: np.ndarray, own: np.ndarray, theirs: np.ndarray
) -> np.ndarray:
    """How much of what content promises of a film its viewers keep: the root of it, _LEAST_KEPT to 1, by its place.

    Content promises too much of some films; that it does so of what nobody has seen, only the others tell.

    Args:
        owners: (pairs,) places of the films whose candidates these are, rising.
        promised: (pairs,) similarity of content where content chose the candidate, else 0.
        shared: (pairs,) users who have both films.
        own: (pairs,) viewers of the film.
        theirs: (pairs,) viewers of the candidate.
    """
    evidence, observed = _observed(shared, own, theirs)
    evidence = np.where(promised > 0, evidence, 0)
    seen = np.bincount(owners, evidence * observed) + BELIEF
    said = np.bincount(owners, evidence * promised) + BELIEF
    return np.asarray(np.sqrt(seen / said).clip(_LEAST_KEPT, 1))


def _behind_known_mates(similarity: np.ndarray, is_seen: np.ndarray, is_mate: np.ndarray) -> np.ndarray:
    """Similarities of a film's candidates, in which the parts of its saga that nobody saw come behind those seen.

    Content says that all parts of a saga are as alike as can be, and viewers of some that they are less so: they say it
    of the others too. But where viewers leave the saga far behind, these still come among the first five.

    Args:
        similarity: (n,) of the candidates.
        is_seen: (n,) whether anybody saw a candidate.
        is_mate: (n,) whether it is of the same saga.
    """
    known, unknown = is_mate & is_seen, is_mate & ~is_seen
    if not known.any() or not unknown.any():
        return similarity
    seen = np.sort(similarity[is_seen])
    most = max(similarity[known].max(), seen[-_AHEAD] if len(seen) >= _AHEAD else 0.0)
    return np.where(unknown & (similarity > most), most - _APART * (1 - similarity), similarity)


def _likely_viewers(counts: np.ndarray, votes: np.ndarray) -> np.ndarray:
    """How many viewers films with so many votes have that have any: (films,) float, by logarithms."""
    has_any = counts > 0
    if np.ptp(votes[has_any]) == 0:
        return np.full(len(votes), counts[has_any].mean())
    slope, level = np.polyfit(np.log1p(votes[has_any]), np.log1p(counts[has_any]), 1)
    return np.asarray(np.expm1(np.clip(level + slope * np.log1p(votes), 0, np.log1p(counts.max()))))


def _as_matrix(neighbors: np.ndarray, weights: np.ndarray, n_films: int) -> sparse.csr_array:
    """(rows of the lists, films): the weights of the neighbors."""
    known = neighbors >= 0
    starts = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    return sparse.csr_array((weights[known], neighbors[known], starts), shape=(len(known), n_films))


def _carriers(rows: np.ndarray, by_content: Arrays) -> sparse.csr_array:
    """(rows, films): the films most alike in content, weighted by the square of it; the weights add up to one."""
    neighbors, weights = by_content["neighbors"][rows, :_CARRIERS], by_content["similarity"][rows, :_CARRIERS] ** 2
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), np.float32(1e-12))
    return _as_matrix(neighbors, weights, len(by_content["neighbors"]))


def _candidates(
    rows: np.ndarray, by_content: Arrays, carried: sparse.csr_array, viewers: Viewers, films: Films
) -> tuple[list[np.ndarray], np.ndarray]:
    """The films alike in content, in viewers, and those that most is carried to.

    Returns:
        The other films of each row; and (3, pairs) of all of them: users who have both films, what is carried over,
        and the similarity of content where it stands in the list, else 0.
    """
    together = viewers.together(rows)
    cosines = viewers.cosines(rows, together)
    others, known = [], []
    dense = np.zeros((3, len(films.votes)))
    for place, row in enumerate(rows.tolist()):
        likely = by_content["neighbors"][row]
        found = [likely[likely >= 0]]
        filled = [found[0]]
        dense[2, found[0]] = by_content["similarity"][row, : len(found[0])]
        for line, matrix, score, size in (
            (0, together, cosines, _FROM_VIEWERS),
            (1, carried, carried.data, _FROM_CARRIERS),
        ):
            entries = slice(matrix.indptr[place], matrix.indptr[place + 1])
            columns = matrix.indices[entries]
            dense[line, columns] = matrix.data[entries]
            filled.append(columns)
            found.append(columns[films.best(row, columns, score[entries], size)])
        others.append(np.unique(np.concatenate(found)))
        known.append(dense[:, others[-1]])
        dense[:, np.concatenate(filled)] = 0  # and not all of it: there are as many columns as films
    return others, np.concatenate(known, axis=1)


def _entropy_term(count: np.ndarray | float) -> np.ndarray:
    return np.asarray(count * np.log(np.maximum(count, 1e-12)))
