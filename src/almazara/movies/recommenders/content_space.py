"""Films as sparse vectors of their content, read by film and by term: what no list was fitted for is scored here."""

from __future__ import annotations

import numpy as np

from almazara.movies.recommenders.base import ROUNDING, Arrays


class ContentSpace:
    """Reads the group `content_matrix`, which `building.build_similar` describes."""

    def __init__(self, arrays: Arrays) -> None:
        self._film_starts = arrays["film_starts"]
        self._film_terms = arrays["film_terms"]
        self._film_weights = arrays["film_weights"]
        self._term_starts = arrays["term_starts"]
        self._term_films = arrays["term_films"]
        self._term_weights = arrays["term_weights"]
        self._scales = arrays["scales"]
        self._closeness = arrays["closeness"]
        self._prior = arrays["prior"]
        self._choosing_terms = int(arrays["choosing_terms"][0])
        self._level, self._sharpness = arrays["logit"].tolist()

    def scores(self, row: int) -> np.ndarray:
        """The similarity of all films to one: (films,) float64."""
        terms, weights = self._of(row)
        chosen = terms < self._choosing_terms
        bond, refined = self._products(terms[chosen], weights[chosen]), self._products(terms[~chosen], weights[~chosen])
        gained = self._sharpness * np.sqrt(bond + ROUNDING) + refined + self._prior
        for scale, closeness in zip(self._scales, self._closeness, strict=True):
            gained += closeness[np.minimum(np.abs(scale - scale[row]), len(closeness) - 1)]
        return np.asarray(1 / (1 + np.exp(-(gained + self._level))))

    def _products(self, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The products of all films with one that has these terms: (films,) float64."""
        starts, ends = self._term_starts[terms], self._term_starts[terms + 1]
        parts = [slice(first, last) for first, last in zip(starts.tolist(), ends.tolist(), strict=True)]
        films = np.concatenate([self._term_films[:0], *(self._term_films[part] for part in parts)])
        products = np.concatenate([self._term_weights[:0], *(self._term_weights[part] for part in parts)])
        products *= np.repeat(weights, ends - starts)
        return np.bincount(films, products, minlength=len(self._prior))

    def between(self, rows: np.ndarray) -> np.ndarray:
        """The cosines of some films with each other: (k, k) float32, 1 on the diagonal."""
        parts = [self._of(row) for row in rows.tolist()]
        counts = [len(terms) for terms, _ in parts]
        terms = np.concatenate([terms for terms, _ in parts])
        distinct, columns = np.unique(terms, return_inverse=True)
        dense = np.zeros((len(rows), len(distinct)), dtype=np.float32)
        dense[np.repeat(np.arange(len(rows)), counts), columns] = np.concatenate([weights for _, weights in parts])
        lengths = np.sqrt(np.einsum("ij,ij->i", dense, dense))
        dense /= np.where(lengths > 0, lengths, 1)[:, None]
        shared = dense[:, np.count_nonzero(dense, axis=0) > 1]  # a term of one film adds to no product
        alike = shared @ shared.T
        np.fill_diagonal(alike, 1)
        return np.asarray(np.clip(alike, 0, 1))

    def _of(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        place = slice(int(self._film_starts[row]), int(self._film_starts[row + 1]))
        return self._film_terms[place], self._film_weights[place]
