"""What lists of similar films are worth: half of the users teach them, what the other half sees together judges them.

The truth of a film are the ten films that the judging half has most seen together with it, by cosine and, apart, by
log-likelihood ratio; and the films of its collection, of which no method is told.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.errors import InputError
from almazara.movies.catalog.catalog import Arrays
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import metrics
from almazara.movies.judging.kept_evaluation import MeasuredMetric, MeasuredSimilar, SimilarMethod
from almazara.movies.similar import collaborative, content, hybrid
from almazara.movies.similar.collaborative import Viewers
from almazara.movies.similar.lists import Films

SERVED: Final = "hibrido"
METRIC: Final = "ndcg_at_5"
_FEWEST_RATINGS: Final = 3
_FEWEST_VIEWERS: Final = 20
"""In the judging half, of a film whose list is judged."""
_MOST_FILMS: Final = 5000
"""The most rated ones: from there on the measuring costs the same for any catalog."""
_TRUE: Final = 10
_LISTED: Final = 5
_BLOCK: Final = 256


def measure(tables: Mapping[str, pl.DataFrame], seed: int) -> MeasuredSimilar:
    """NDCG@5 of our lists and of neighbourhood methods by each truth, with intervals by bootstrap over judged films.

    Args:
        tables: Clean tables.
        seed: Of the halves and of the bootstrap.

    Raises:
        InputError: when no film has ratings enough to be judged by.
    """
    rng = np.random.default_rng(seed)
    seen = collaborative.viewers(tables[s.RATINGS], tables[s.FILMS][s.ID])
    rows = _most_rated(seen.counts)
    users = rng.permutation(seen.matrix.shape[0])
    halves = users[: len(users) // 2], users[len(users) // 2 :]
    teaching, judging = (Viewers(sparse.csr_array(seen.matrix[half][:, rows])) for half in halves)
    judged = np.flatnonzero(judging.counts >= _FEWEST_VIEWERS)
    if not len(judged):
        raise InputError(f"Of no film's list could {_FEWEST_VIEWERS} users judge who did not teach it.")
    lists = _ours(tables, rows, teaching) | _by_neighbors(teaching)
    gains = _gains(
        {name: some[judged] for name, some in lists.items()}, judging, judged, tables[s.FILMS][rows.tolist()]
    )
    methods = [SimilarMethod(name, name == SERVED, _metrics(found, rng)) for name, found in gains.items()]
    return MeasuredSimilar(len(users), len(rows), len(judged), methods)


def cosine(both: np.ndarray, own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Cosine of co-occurrence, of counts of users that broadcast: who has both films, the one, and the other."""
    return np.asarray(both / np.sqrt(np.maximum(own, 1) * np.maximum(others, 1)))


def likelihood_ratio(both: np.ndarray, own: np.ndarray, others: np.ndarray, users: int) -> np.ndarray:
    """Log-likelihood ratio of the same counts, negative where films are seen together less than by chance.

    Source: Dunning, "Accurate methods for the statistics of surprise and coincidence" (1993).
    """

    def term(count: np.ndarray) -> np.ndarray:
        return np.asarray(count * np.log(np.maximum(count, 1e-12)))

    cells = (both, own - both, others - both, users - own - others + both)
    margins = (own, users - own, others, users - others)
    ratio = 2 * (sum(map(term, cells)) - sum(map(term, margins)) + term(np.array(float(users))))
    return np.where(both * users > own * others, ratio, -ratio)


def best(scores: np.ndarray, rows: np.ndarray, n: int, counts: np.ndarray) -> np.ndarray:
    """(rows, n): the best other films of each row by `scores` (rows, films), equal ones by their counts (films,)."""
    others = np.array(scores, dtype=np.float32)
    others[np.arange(len(rows)), rows] = -np.inf
    by_counts = np.argsort(-counts, kind="stable")
    return np.asarray(by_counts[np.argsort(-others[:, by_counts], axis=1, kind="stable")[:, :n]])


def _most_rated(counts: np.ndarray) -> np.ndarray:
    """Rows of the films that are compared, rising."""
    first = np.argsort(-counts, kind="stable")[:_MOST_FILMS]
    return np.sort(first[counts[first] >= _FEWEST_RATINGS])


def fitted(tables: Mapping[str, pl.DataFrame], rows: np.ndarray, viewers: Viewers) -> dict[str, Arrays]:
    """Our lists (`Lists.arrays`) of some films among themselves, by each method, from their content and these viewers.

    Args:
        tables: The clean tables.
        rows: (films,) of the films, rising.
        viewers: Of these films.
    """
    described = content.describe(tables).of(rows)
    votes = tables[s.FILMS][s.VOTE_COUNT].to_numpy()[rows].astype(np.float32)
    films = Films(votes, np.full(len(rows), -1, dtype=np.int32))
    by_content, by_viewers = content.fit(described, films), collaborative.fit(viewers, films)
    return {
        SERVED: hybrid.fit(by_content, by_viewers, described, viewers, films),
        "contenido": by_content,
        "colaborativo": by_viewers,
    }


def _ours(tables: Mapping[str, pl.DataFrame], rows: np.ndarray, viewers: Viewers) -> dict[str, np.ndarray]:
    """Our lists (films, listed), of each method, from content without collections and from these viewers."""
    untold = {**tables, s.COLLECTIONS: tables[s.COLLECTIONS].clear()}
    return {name: arrays["neighbors"][:, :_LISTED] for name, arrays in fitted(untold, rows, viewers).items()}


def _by_neighbors(viewers: Viewers) -> dict[str, np.ndarray]:
    """The lists of methods that anyone has at hand."""
    found: dict[str, list[np.ndarray]] = {"item_knn": [], "llr": [], "popularity": []}
    for rows in _blocks(np.arange(len(viewers.counts))):
        by_cosine, by_ratio = _scores(viewers, rows)
        for name, scores in zip(found, (by_cosine, by_ratio, np.zeros_like(by_cosine)), strict=True):
            found[name].append(best(scores, rows, _LISTED, viewers.counts))
    return {name: np.concatenate(lists) for name, lists in found.items()}


def _blocks(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]


def _scores(viewers: Viewers, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows, films): cosines and log-likelihood ratios."""
    both = viewers.together(rows).toarray().astype(np.float64)
    own, others = viewers.counts[rows][:, None], viewers.counts[None]
    return cosine(both, own, others), likelihood_ratio(both, own, others, viewers.matrix.shape[0])


def _gains(
    lists: Mapping[str, np.ndarray], judging: Viewers, judged: np.ndarray, films: pl.DataFrame
) -> dict[str, dict[str, np.ndarray]]:
    """NDCG@5 (judged,) of each method by each truth; where a film has no truth, NaN."""
    codes = films[s.COLLECTION].rank("dense").fill_null(0).to_numpy()
    found: dict[str, dict[str, list[np.ndarray]]] = {name: {} for name in lists}
    for places in _blocks(np.arange(len(judged))):
        rows = judged[places]
        by_cosine, by_ratio = (
            _marked(best(scores, rows, _TRUE, judging.counts), scores > 0) for scores in _scores(judging, rows)
        )
        collection = (codes[rows][:, None] == codes) & (codes > 0) & (np.arange(len(codes)) != rows[:, None])
        for name, some in lists.items():
            for truth, true in {"cosine": by_cosine, "llr": by_ratio, "collection": collection}.items():
                found[name].setdefault(f"{METRIC}_{truth}", []).append(_ndcg(some[places], true))
    return {name: {metric: np.concatenate(parts) for metric, parts in by.items()} for name, by in found.items()}


def _marked(listed: np.ndarray, possible: np.ndarray) -> np.ndarray:
    """(rows, films) bool: what is listed of what is possible."""
    marked = np.zeros_like(possible)
    np.put_along_axis(marked, listed, values=True, axis=1)
    return np.asarray(marked & possible)


def _ndcg(lists: np.ndarray, truth: np.ndarray) -> np.ndarray:
    wanted = truth.sum(axis=1)
    hit = np.take_along_axis(truth, lists, axis=1) & (lists >= 0)
    return np.where(wanted > 0, metrics.ndcg(hit, wanted), np.nan)


def _metrics(gains: Mapping[str, np.ndarray], rng: np.random.Generator) -> list[MeasuredMetric]:
    known = {name: values[~np.isnan(values)] for name, values in gains.items()}
    found = {name: metrics.intervals(values[:, None], rng)[0] for name, values in known.items() if len(values)}
    return [MeasuredMetric(name, one.mean, one.low, one.high) for name, one in found.items()]
