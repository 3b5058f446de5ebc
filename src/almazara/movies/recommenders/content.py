"""Similarity of content: shared collection, people, genres, keywords and words, with a little weight for votes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies import schema as s
from almazara.movies.features import terms, tfidf
from almazara.movies.recommenders.base import MAX_SIMILAR, Arrays

_BLOCK: Final = 512


@dataclass(frozen=True, slots=True)
class ContentConfig:
    """Weight of each field's cosine; set by hand, a later release learns them.

    Attributes:
        year_scale: Years after which the closeness of release dates has fallen to 1/e.
        max_word_share: A word in more than this share of the overviews says nothing.
    """

    collection: float = 1.0
    director: float = 0.4
    cast: float = 0.5
    genre: float = 0.8
    keyword: float = 1.0
    title: float = 0.4
    overview: float = 0.8
    year: float = 0.3
    votes: float = 0.6
    year_scale: float = 10.0
    max_word_share: float = 0.02

    def total(self) -> float:
        """Sum of the weights, by which similarities are scaled to [0, 1]."""
        linked = self.collection + self.director + self.cast + self.keyword + self.title + self.overview
        return linked + self.genre + self.year + self.votes


class ContentRecommender:
    """Reads the lists that `fit` made."""

    def __init__(self, arrays: Arrays) -> None:
        self._neighbors = arrays["neighbors"]
        self._similarity = arrays["similarity"]

    def similar(self, row: int, n: int) -> list[tuple[int, float]]:
        """See SimilarFilms."""
        pairs = zip(self._neighbors[row, :n].tolist(), self._similarity[row, :n].tolist(), strict=True)
        return [(other, similarity) for other, similarity in pairs if other >= 0]


@dataclass(frozen=True, slots=True)
class _Dense:
    """The fields that every pair of films has: they refine the candidates and choose none."""

    genre: np.ndarray
    year: np.ndarray
    prior: np.ndarray

    def score(self, config: ContentConfig, row: int, others: np.ndarray) -> np.ndarray:
        genre = self.genre[others] @ self.genre[row]
        year = np.exp(-np.abs(self.year[others] - self.year[row]) / config.year_scale)
        return np.asarray(config.genre * genre + config.year * year + self.prior[others])


def fit(
    tables: Mapping[str, pl.DataFrame],
    config: ContentConfig,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Arrays:
    """The 50 most similar films of each film.

    Candidates are the films that share a collection, person, keyword or telling word, and the most voted ones; all
    fields order them. Exact for these candidates: no approximate index (see FINDINGS: at this size exact is cheap).

    Args:
        tables: The clean tables.
        config: Weights.
        progress: Called with films done and films in all.

    Returns:
        neighbors: (films, 50) int32 rows, -1 where there are no more; similarity: (films, 50) float32.
    """
    films = tables[s.FILMS]
    fields = terms(tables)
    linked = _linked(fields, films.height, config)
    dense = _dense(fields["genre"], films, config)
    popular = np.argsort(-dense.prior, kind="stable")[: 4 * MAX_SIMILAR]
    neighbors = np.full((films.height, MAX_SIMILAR), -1, dtype=np.int32)
    similarity = np.zeros((films.height, MAX_SIMILAR), dtype=np.float32)
    transposed = sparse.csr_array(linked.T)
    for start in range(0, films.height, _BLOCK):
        shared = sparse.csr_array(linked[start : start + _BLOCK] @ transposed)
        for offset in range(shared.shape[0]):
            row = start + offset
            found = slice(shared.indptr[offset], shared.indptr[offset + 1])
            best, scores = _best(row, (shared.indices[found], shared.data[found]), popular, dense, config)
            neighbors[row, : len(best)] = best
            similarity[row, : len(best)] = scores / config.total()
        progress(min(start + _BLOCK, films.height), films.height)
    return {"neighbors": neighbors, "similarity": np.clip(similarity, 0, 1)}


def _linked(fields: Mapping[str, pl.DataFrame], n_films: int, config: ContentConfig) -> sparse.csr_array:
    """All sparse fields side by side, each scaled by the root of its weight, so that one product sums the cosines."""
    names = ("collection", "director", "cast", "keyword", "title", "overview")
    share = {"keyword": config.max_word_share * 2, "title": config.max_word_share, "overview": config.max_word_share}
    parts = [
        tfidf(fields[name], n_films, share.get(name, 1.0)) * np.float32(np.sqrt(getattr(config, name)))
        for name in names
    ]
    return sparse.csr_array(sparse.hstack(parts, format="csr", dtype=np.float32))


def _dense(genres: pl.DataFrame, films: pl.DataFrame, config: ContentConfig) -> _Dense:
    log_votes = np.log1p(films[s.VOTE_COUNT].to_numpy().astype(np.float32))
    highest = float(log_votes.max(initial=0)) or 1.0
    return _Dense(
        genre=tfidf(genres, films.height).toarray().astype(np.float32),
        year=films[s.RELEASE_YEAR].to_numpy().astype(np.float32),
        prior=np.float32(config.votes) * log_votes / np.float32(highest),
    )


def _best(
    row: int, linked: tuple[np.ndarray, np.ndarray], popular: np.ndarray, dense: _Dense, config: ContentConfig
) -> tuple[np.ndarray, np.ndarray]:
    shared, score = linked
    others = np.concatenate([shared, np.setdiff1d(popular, shared)])
    total = np.concatenate([score, np.zeros(len(others) - len(shared), dtype=np.float32)])
    total = total + dense.score(config, row, others)
    keep = others != row
    others, total = others[keep], total[keep]
    if len(others) > MAX_SIMILAR:
        first = np.argpartition(-total, MAX_SIMILAR - 1)
        edge = total[first[MAX_SIMILAR - 1]]
        chosen = np.flatnonzero(total >= edge)  # ties at the edge are decided below, not by the partition
        others, total = others[chosen], total[chosen]
    order = np.lexsort((others, -dense.prior[others], -total))[:MAX_SIMILAR]
    return others[order], total[order]
