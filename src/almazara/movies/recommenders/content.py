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
from almazara.movies.recommenders.base import CANDIDATES, Arrays
from almazara.movies.recommenders.lists import Films, Lists

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
class Content:
    """Films as they are compared: similarity = linked + broad products, year and prior, all scaled already.

    Attributes:
        linked: (films, terms) float32: the fields that choose candidates.
        broad: (films, terms) float32: fields that too many films share to choose by them; they only refine.
        years: (films,) float32.
        year_weight: What films of the same year gain; it falls to 1/e in `year_scale` years.
        prior: (films,) float32: what a candidate gains for being known.
    """

    linked: sparse.csr_array
    broad: sparse.csr_array
    years: np.ndarray
    year_weight: float
    year_scale: float
    prior: np.ndarray

    def refine(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """What the fields that every film has add to the pairs (rows[i], others[i])."""
        genre = self.broad[rows].multiply(self.broad[others]).sum(axis=1)
        closeness = np.exp(-np.abs(self.years[rows] - self.years[others]) / np.float32(self.year_scale))
        return np.asarray(genre + np.float32(self.year_weight) * closeness + self.prior[others], dtype=np.float32)

    def arrays(self) -> Arrays:
        """What it takes to compare any two films without SciPy; see `build_similar`."""
        by_film = sparse.csr_array(sparse.hstack([self.linked, self.broad], format="csr"))
        by_term = sparse.csc_array(by_film)
        return {
            "film_starts": by_film.indptr.astype(np.int64),
            "film_terms": by_film.indices.astype(np.int32),
            "film_weights": by_film.data.astype(np.float32),
            "term_starts": by_term.indptr.astype(np.int64),
            "term_films": by_term.indices.astype(np.int32),
            "term_weights": by_term.data.astype(np.float32),
            "years": self.years,
            "year": np.array([self.year_weight, self.year_scale], dtype=np.float32),
            "prior": self.prior,
        }


def describe(tables: Mapping[str, pl.DataFrame], config: ContentConfig) -> Content:
    """Films as they are compared, from the clean tables."""
    films = tables[s.FILMS]
    fields = terms(tables)
    scale = np.float32(1 / config.total())
    log_votes = np.log1p(films[s.VOTE_COUNT].to_numpy().astype(np.float32))
    highest = float(log_votes.max(initial=0)) or 1.0
    return Content(
        linked=_linked(fields, films.height, config) * np.sqrt(scale),
        broad=tfidf(fields["genre"], films.height) * np.sqrt(np.float32(config.genre) * scale),
        years=films[s.RELEASE_YEAR].to_numpy().astype(np.float32),
        year_weight=config.year * float(scale),
        year_scale=config.year_scale,
        prior=np.float32(config.votes) * scale * log_votes / np.float32(highest),
    )


def fit(content: Content, films: Films, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Arrays:
    """The most similar films of each film.

    Candidates are the films that share a collection, person, keyword or telling word, filled up with the most voted
    ones where these are few; all fields order them. Exact for these candidates: no approximate index.

    Returns:
        neighbors, similarity: see `Lists.arrays`.
    """
    n_films = len(films.votes)
    popular = np.argsort(-films.votes, kind="stable")[: 2 * CANDIDATES]
    transposed = sparse.csr_array(content.linked.T)
    lists = Lists(n_films)
    for start in range(0, n_films, _BLOCK):
        found = _filled(sparse.csr_array(content.linked[start : start + _BLOCK] @ transposed), popular)
        rows = start + np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        score = found.data + content.refine(rows, found.indices)
        for row, (first, last) in enumerate(zip(found.indptr, found.indptr[1:], strict=False), start=start):
            lists.put(row, *films.best(row, found.indices[first:last], score[first:last]))
        progress(min(start + _BLOCK, n_films), n_films)
    return lists.arrays()


def _linked(fields: Mapping[str, pl.DataFrame], n_films: int, config: ContentConfig) -> sparse.csr_array:
    """All sparse fields side by side, each scaled by the root of its weight, so that one product sums the cosines."""
    names = ("collection", "director", "cast", "keyword", "title", "overview")
    share = {"keyword": 2 * config.max_word_share, "title": config.max_word_share, "overview": config.max_word_share}
    parts = [
        tfidf(fields[name], n_films, share.get(name, 1.0)) * np.float32(np.sqrt(getattr(config, name)))
        for name in names
    ]
    return sparse.csr_array(sparse.hstack(parts, format="csr", dtype=np.float32))


def _filled(shared: sparse.csr_array, popular: np.ndarray) -> sparse.csr_array:
    """The candidates, with the most voted films added (at nothing shared) to rows that have too few."""
    poor = np.flatnonzero(np.diff(shared.indptr) <= CANDIDATES)
    if not len(poor):
        return shared
    rows, columns = np.repeat(poor, len(popular)), np.tile(popular, len(poor))
    nothing = np.full(len(rows), np.float32(1e-9))
    return sparse.csr_array(shared + sparse.csr_array((nothing, (rows, columns)), shape=shared.shape))
