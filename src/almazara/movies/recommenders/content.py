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
        max_word_share: A word in more than this share of the films says nothing; a keyword in more than twice it.
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
    max_word_share: float = 0.005

    def total(self) -> float:
        """Sum of the weights, by which similarities are scaled to [0, 1]."""
        linked = self.collection + self.director + self.cast + self.keyword + self.title + self.overview
        return linked + self.genre + self.year + self.votes


@dataclass(frozen=True, slots=True)
class _Dense:
    """The fields that every pair of films has: they refine the candidates and choose none."""

    genre: np.ndarray
    year: np.ndarray
    prior: np.ndarray

    def score(self, config: ContentConfig, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Scores of the pairs (rows[i], others[i])."""
        genre = np.einsum("ij,ij->i", self.genre[rows], self.genre[others])
        year = np.exp(-np.abs(self.year[rows] - self.year[others]) / np.float32(config.year_scale))
        return np.asarray(config.genre * genre + config.year * year + self.prior[others], dtype=np.float32)


def fit(
    tables: Mapping[str, pl.DataFrame],
    config: ContentConfig,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Arrays:
    """The 50 most similar films of each film.

    Candidates are the films that share a collection, person, keyword or telling word, filled up with the most voted
    ones where these are few; all fields order them. Exact for these candidates: no approximate index.

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
    popular = np.argsort(-dense.prior, kind="stable")[: 2 * MAX_SIMILAR]
    neighbors = np.full((films.height, MAX_SIMILAR), -1, dtype=np.int32)
    similarity = np.zeros((films.height, MAX_SIMILAR), dtype=np.float32)
    transposed = sparse.csr_array(linked.T)
    for start in range(0, films.height, _BLOCK):
        shared = _filled(sparse.csr_array(linked[start : start + _BLOCK] @ transposed), popular)
        rows = start + np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
        score = shared.data + dense.score(config, rows, shared.indices)
        score[rows == shared.indices] = -1  # a film is never its own neighbor
        for row, (first, last) in enumerate(zip(shared.indptr, shared.indptr[1:], strict=False), start=start):
            best, scores = _best(shared.indices[first:last], score[first:last], dense.prior)
            neighbors[row, : len(best)] = best
            similarity[row, : len(best)] = scores / config.total()
        progress(min(start + _BLOCK, films.height), films.height)
    return {"neighbors": neighbors, "similarity": np.clip(similarity, 0, 1)}


def _linked(fields: Mapping[str, pl.DataFrame], n_films: int, config: ContentConfig) -> sparse.csr_array:
    """All sparse fields side by side, each scaled by the root of its weight, so that one product sums the cosines."""
    names = ("collection", "director", "cast", "keyword", "title", "overview")
    share = {"keyword": 2 * config.max_word_share, "title": config.max_word_share, "overview": config.max_word_share}
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


def _filled(shared: sparse.csr_array, popular: np.ndarray) -> sparse.csr_array:
    """The candidates, with the most voted films added (at nothing shared) to rows that have too few."""
    poor = np.flatnonzero(np.diff(shared.indptr) <= MAX_SIMILAR)
    if not len(poor):
        return shared
    rows, columns = np.repeat(poor, len(popular)), np.tile(popular, len(poor))
    nothing = np.full(len(rows), np.float32(1e-9))
    return sparse.csr_array(shared + sparse.csr_array((nothing, (rows, columns)), shape=shared.shape))


def _best(others: np.ndarray, score: np.ndarray, prior: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first 50 by score; equal ones in order of votes, then row."""
    if len(others) > MAX_SIMILAR:
        edge = np.partition(score, len(score) - MAX_SIMILAR)[len(score) - MAX_SIMILAR]
        chosen = np.flatnonzero(score >= max(edge, 0))  # ties at the edge are decided below, not by the partition
    else:
        chosen = np.flatnonzero(score >= 0)
    others, score = others[chosen], score[chosen]
    order = np.lexsort((others, -prior[others], -score))[:MAX_SIMILAR]
    return others[order], score[order]
