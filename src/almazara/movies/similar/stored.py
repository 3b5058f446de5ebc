"""Ways to find similar films that read lists fitted ahead, so that a request mostly computes no similarity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.similar.lists import ROUNDING

_COMMON: Final = 1 / 16
"""Share of the films beyond which a term is kept for all of them: a language or genre has most entries of an index."""
VOTE_SCALE: Final = 10.0
"""Vote averages go from 0 to 10."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Films in order, best first.

    Attributes:
        rows: (k,) rows of the catalog.
        similarity: (k,) in [0, 1], never rising.
        shared: (k,) users who have both films, 0 where that is unknown.
    """

    rows: np.ndarray
    similarity: np.ndarray
    shared: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: np.ndarray | slice | list[int]) -> Candidates:
        """Those at some places, or where a mask is true."""
        return Candidates(self.rows[places], self.similarity[places], self.shared[places])

    def then(self, others: Candidates) -> Candidates:
        """These, and the others after them."""
        pairs = [(getattr(self, name), getattr(others, name)) for name in self.__slots__]
        return Candidates(*map(np.concatenate, pairs))


class SimilarFilms(Protocol):
    """A way to find films similar to one, by row."""

    def candidates(self, row: int) -> Candidates:
        """The most similar films that were found when the catalog was built; maybe the film itself among them."""
        ...

    def scores(self, row: int, others: np.ndarray) -> np.ndarray:
        """The similarity of some films, which come after the candidates: (others,) float."""
        ...


class StoredRecommender:
    """One list a film, which goes on with a score of all films.

    Args:
        arrays: neighbors (films, k) int32, -1 where there are no more; similarity (films, k) float32; shared (films,
            k) int32, users who have both films, where the method knows.
        scores: The scores of some films for a row.
    """

    def __init__(self, arrays: Arrays, scores: Callable[[int, np.ndarray], np.ndarray]) -> None:
        self._neighbors = arrays["neighbors"]
        self._similarity = arrays["similarity"]
        self._shared = arrays.get("shared")
        self.scores = scores

    def candidates(self, row: int) -> Candidates:
        """See SimilarFilms."""
        neighbors = self._neighbors[row]
        known = neighbors >= 0
        shared = np.zeros_like(neighbors) if self._shared is None else self._shared[row]
        return Candidates(neighbors[known], self._similarity[row][known], shared[known])


class ScoreRecommender:
    """The nearest vote averages, by what `score.fit` made: one list for each distinct average.

    Averages are (films,), NaN where unknown, which counts as 0.
    """

    def __init__(self, arrays: Arrays, averages: np.ndarray) -> None:
        self._group, self._nearest, self._similarity = arrays["group"], arrays["nearest"], arrays["similarity"]
        self._averages = averages

    def candidates(self, row: int) -> Candidates:
        """See SimilarFilms."""
        group = self._group[row]
        known = (self._nearest[group] >= 0) & (self._nearest[group] != row)
        rows = self._nearest[group][known]
        return Candidates(rows, self._similarity[group][known], np.zeros_like(rows))

    def scores(self, row: int, others: np.ndarray) -> np.ndarray:
        """See SimilarFilms."""
        averages = np.nan_to_num(self._averages[others])
        return np.asarray(1 - np.abs(averages - np.nan_to_num(self._averages[row])) / VOTE_SCALE)


class TermIndex:
    """The weights of terms in films, by film and by term, so that films are multiplied with all others without SciPy.

    Args:
        arrays: Terms of film q: film_terms (entries,) int32 and film_weights (entries,) float32 from film_starts[q] to
            film_starts[q + 1]; films of term t: term_films and term_weights from term_starts[t] to term_starts[t + 1].
    """

    def __init__(self, arrays: Arrays) -> None:
        self._film_starts = arrays["film_starts"]
        self._film_terms = arrays["film_terms"]
        self._film_weights = arrays["film_weights"]
        self._term_starts = arrays["term_starts"]
        self._term_films = arrays["term_films"]
        self._term_weights = arrays["term_weights"]

    @cached_property
    def _common(self) -> tuple[np.ndarray, np.ndarray]:
        """The place of each term among the common ones, -1 for others; and the weights of these in all films."""
        n_films, counts = len(self._film_starts) - 1, np.diff(self._term_starts)
        common = np.flatnonzero(counts > _COMMON * n_films)
        places = np.full(len(counts), -1, dtype=np.int32)
        places[common] = np.arange(len(common))
        weights = np.zeros((len(common), n_films), dtype=np.float32)
        for place, term in enumerate(common.tolist()):
            part = slice(int(self._term_starts[term]), int(self._term_starts[term + 1]))
            weights[place, self._term_films[part]] = self._term_weights[part]
        return places, weights

    def of(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """The terms of a film, and their weights."""
        place = slice(int(self._film_starts[row]), int(self._film_starts[row + 1]))
        return self._film_terms[place], self._film_weights[place]

    def of_all(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The terms of several films: the place among `rows` of the film each is of, the terms, and their weights."""
        starts = self._film_starts[rows]
        counts = self._film_starts[rows + 1] - starts
        owners = np.repeat(np.arange(len(rows)), counts)
        places = np.arange(len(owners)) + (starts - np.cumsum(counts) + counts)[owners]
        return owners, self._film_terms[places], self._film_weights[places]

    def cosines(self, rows: np.ndarray) -> np.ndarray:
        """The cosines of some films with each other: (k, k) float32, 1 on the diagonal."""
        owners, terms, weights = self.of_all(rows)
        lengths = np.sqrt(np.bincount(owners, np.square(weights), minlength=len(rows)))
        _, columns, counts = np.unique(terms, return_inverse=True, return_counts=True)
        is_shared = counts > 1  # a term of one film adds to no product
        entries = is_shared[columns]
        place = np.cumsum(is_shared) - 1
        dense = np.zeros((len(rows), int(is_shared.sum())), dtype=np.float32)
        dense[owners[entries], place[columns[entries]]] = weights[entries] / lengths[owners[entries]]
        alike = dense @ dense.T
        np.fill_diagonal(alike, 1)
        return np.asarray(np.clip(alike, 0, 1))

    def products(self, terms: np.ndarray, weights: np.ndarray, films: np.ndarray | None = None) -> np.ndarray:
        """The products of some films, or all, with what has these terms: (films,) float64.

        Args:
            terms: (terms,) distinct.
            weights: (terms,) of these.
            films: (films,) rows, in any order.
        """
        place_of, common = self._common
        places = place_of[terms]
        is_common = places >= 0
        rare = self._by_term(terms[~is_common], weights[~is_common])
        own, places = weights[is_common].astype(np.float32), places[is_common]
        if films is not None:
            return np.asarray(own @ common[places][:, films] + rare[films])
        of_common = np.zeros(len(common), dtype=np.float32)
        of_common[places] = own
        return np.asarray(of_common @ common + rare)

    def _by_term(self, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The products of all films with rare terms."""
        starts, ends = self._term_starts[terms], self._term_starts[terms + 1]
        parts = [slice(first, last) for first, last in zip(starts.tolist(), ends.tolist(), strict=True)]
        films = np.concatenate([self._term_films[:0], *(self._term_films[part] for part in parts)])
        products = np.concatenate([self._term_weights[:0], *(self._term_weights[part] for part in parts)])
        products *= np.repeat(weights, ends - starts)
        return np.bincount(films, products, minlength=len(self._film_starts) - 1)


_NEW: Final = 50
"""Viewers of a film from which on it is none that hardly anybody has seen."""


def unseen_share(viewers: np.ndarray) -> np.ndarray:
    """How much films with so many viewers are compared as one that nobody has seen: from 1 down to 0."""
    return np.asarray((1 - viewers / _NEW).clip(0, 1))


class ContentSpace:
    """Reads the group `content_matrix`, which `build.build_similar` describes."""

    def __init__(self, arrays: Arrays) -> None:
        self._index = TermIndex(arrays)
        self._emphasis = arrays.get("emphasis")  # catalogs of older versions have none
        self._unseen_shares = arrays.get("unseen_shares")
        self._scales = arrays["scales"]
        self._closeness = arrays["closeness"]
        self._prior = arrays["prior"]
        self._choosing_terms = int(arrays["choosing_terms"][0])
        self._level, self._sharpness = arrays["logit"].tolist()

    def scores(self, row: int, others: np.ndarray, unseen: float = 0.0) -> np.ndarray:
        """The similarity of some films to one, which is compared so much as one that nobody has seen: (others,)."""
        if self._emphasis is None or self._unseen_shares is None or unseen == 0:
            return self._similarity(row, others)
        found = unseen * self._similarity(row, others, (self._emphasis, self._unseen_shares))
        return found if unseen == 1 else found + (1 - unseen) * self._similarity(row, others)

    def _similarity(
        self, row: int, others: np.ndarray, of_unseen: tuple[np.ndarray, np.ndarray] | None = None
    ) -> np.ndarray:
        emphasis, shares = of_unseen or (None, np.ones(1 + len(self._scales), dtype=np.float32))
        terms, weights = self._index.of(row)
        weights = weights if emphasis is None else weights * emphasis[terms]
        chosen = terms < self._choosing_terms
        bond, refined = (
            self._index.products(terms[chosen], weights[chosen], others),
            self._index.products(terms[~chosen], weights[~chosen], others),
        )
        gained = self._sharpness * np.sqrt(bond + ROUNDING) + refined + shares[0] * self._prior[others]
        for scale, closeness, part in zip(self._scales, self._closeness, shares[1:], strict=True):
            gained += part * closeness[np.minimum(np.abs(scale[others] - scale[row]), len(closeness) - 1)]
        return np.asarray(1 / (1 + np.exp(-(gained + self._level))))

    def between(self, rows: np.ndarray) -> np.ndarray:
        """See `TermIndex.cosines`."""
        return self._index.cosines(rows)
