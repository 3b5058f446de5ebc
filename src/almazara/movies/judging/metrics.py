"""How good lists of recommended films are: per user first, then averaged, with intervals by bootstrap over users.

Lists are (users, n) int32 of films, best first, -1 where a list is shorter; truth is a sparse (users, films) matrix,
an entry where the user has the film. Relevance is binary.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

REPLICATES: Final = 1000
_BLOCK: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over users, and where 95 % of its bootstrap replicates lie."""

    mean: float
    low: float
    high: float


def hits(lists: np.ndarray, truth: sparse.csr_array) -> np.ndarray:
    """(users, n) bool: whether the film at each place is one that the user has."""
    n_films = truth.shape[1]
    owners = np.repeat(np.arange(truth.shape[0], dtype=np.int64), np.diff(truth.indptr))
    wanted = np.unique(owners * n_films + truth.indices)
    listed = np.arange(len(lists), dtype=np.int64)[:, None] * n_films + lists
    place = np.minimum(np.searchsorted(wanted, listed), max(len(wanted) - 1, 0))
    found = wanted[place] == listed if len(wanted) else np.zeros(lists.shape, dtype=bool)
    return np.asarray(found & (lists >= 0))


def relevant(truth: sparse.csr_array) -> np.ndarray:
    """(users,) int64: how many films each user has to find."""
    return np.diff(truth.indptr).astype(np.int64)


def ndcg(hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """(users,) normalized discounted cumulative gain: gain 1 / log2(place + 1), over that of the best possible list.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002), with binary gain. The
    best list has min(n, relevant) hits. 0 for a user who has nothing to find.
    """
    discount = 1 / np.log2(np.arange(2, hit.shape[1] + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(n_relevant, hit.shape[1])]
    return _over(hit @ discount, ideal)


def recall(hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """(users,) hits over *all* that there is to find; below 1 where that is more than the list is long."""
    return _over(hit.sum(axis=1), n_relevant)


def capped_recall(hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """(users,) hits over min(n, what there is to find): the other usual recall, in which a full list of hits is 1.

    Source: Liang et al., "Variational Autoencoders for Collaborative Filtering" (2018), equation for Recall@R.
    """
    return _over(hit.sum(axis=1), np.minimum(n_relevant, hit.shape[1]))


def precision(hit: np.ndarray) -> np.ndarray:
    """(users,) hits over n; places that a shorter list leaves empty count as misses."""
    return np.asarray(hit.mean(axis=1))


def average_precision(hit: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """(users,) precision at each hit, summed, over *all* that there is to find; its mean over users is MAP@n."""
    precisions = np.cumsum(hit, axis=1) / np.arange(1, hit.shape[1] + 1)
    return _over((precisions * hit).sum(axis=1), n_relevant)


def reciprocal_rank(hit: np.ndarray) -> np.ndarray:
    """(users,) 1 / place of the first hit, 0 without one; its mean is MRR."""
    return np.where(hit.any(axis=1), 1 / (1 + hit.argmax(axis=1)), 0.0)


def coverage(lists: np.ndarray, n_candidates: int) -> float:
    """The share of the films that may be recommended which stand in any list."""
    return len(np.unique(lists[lists >= 0])) / max(n_candidates, 1)


def novelty(lists: np.ndarray, popularity: np.ndarray, n_users: int) -> np.ndarray:
    """(users,) mean self-information of the films of a list, in bits: -log2 of the share of users who have the film.

    Source: Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems" (2010). One viewer
    is added to each film and to the users, so that a film without viewers has a finite value. 0 for an empty list.
    `popularity` (films,) is how many of the `n_users` training users have each film.
    """
    return _mean_in_list(lists, -np.log2((popularity + 1) / (n_users + 1)))


def mean_popularity(lists: np.ndarray, popularity: np.ndarray, n_users: int) -> np.ndarray:
    """(users,) average recommendation popularity: the mean share of training users who have the films of a list.

    Source: Abdollahpouri et al., "Managing Popularity Bias in Recommender Systems with Personalized Re-ranking" (2019).
    """
    return _mean_in_list(lists, popularity / max(n_users, 1))


def gini(lists: np.ndarray, candidates: np.ndarray) -> float:
    """How unevenly recommendations fall on the candidates, (films,) bool: 0 evenly, towards 1 all on one."""
    times = np.sort(np.bincount(lists[lists >= 0], minlength=len(candidates))[candidates]).astype(np.float64)
    if not times.sum():
        return 0.0
    place = np.arange(1, len(times) + 1)
    return float(((2 * place - len(times) - 1) * times).sum() / (len(times) * times.sum()))


def bootstrap_means(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(REPLICATES, columns): the means of values (users, columns) over users drawn with replacement.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993). Columns share the drawn users, so that
    their differences are paired.
    """
    n_users = len(values)
    means = np.empty((REPLICATES, values.shape[1]))
    step = max(1, _BLOCK // n_users)
    for start in range(0, REPLICATES, step):
        drawn = rng.integers(0, n_users, (min(step, REPLICATES - start), n_users))
        flat = drawn + n_users * np.arange(len(drawn))[:, None]
        times = np.bincount(flat.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(np.float64)
        means[start : start + step] = times @ values / n_users
    return means


def intervals(values: np.ndarray, rng: np.random.Generator) -> list[Interval]:
    """The mean of each column with its 95 % interval by bootstrap over users (percentiles)."""
    low, high = np.quantile(bootstrap_means(values, rng), [0.025, 0.975], axis=0)
    return [Interval(*map(float, one)) for one in zip(values.mean(axis=0), low, high, strict=True)]


def relative_difference(challenger: np.ndarray, champion: np.ndarray) -> float:
    """By which share the challenger's mean lies above the champion's."""
    return float(_relative(challenger.mean(), champion.mean()))


def relative_replicates(challenger: np.ndarray, champion: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(REPLICATES,) the relative difference of means over users drawn with replacement, the same ones for both.

    The metrics of both are (users,), of the same users in the same order.
    """
    means = bootstrap_means(np.column_stack([challenger, champion]), rng)
    return _relative(means[:, 0], means[:, 1])


def _relative(value: np.ndarray, base: np.ndarray) -> np.ndarray:
    """By how much value lies above base; over a base of zero anything is twice as good, and nothing is equal."""
    return np.where(base > 0, value / np.where(base > 0, base, 1) - 1, np.sign(value))


def _mean_in_list(lists: np.ndarray, of_film: np.ndarray) -> np.ndarray:
    listed = lists >= 0
    return _over(np.where(listed, of_film[lists], 0.0).sum(axis=1), listed.sum(axis=1))


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The quotient, 0 where there is no whole."""
    quotient = np.zeros(len(part))
    np.divide(part, whole, out=quotient, where=np.asarray(whole) > 0)
    return quotient
