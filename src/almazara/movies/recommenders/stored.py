"""Recommenders that read lists fitted ahead, so that a request computes no similarity."""

from __future__ import annotations

from almazara.movies.recommenders.base import Arrays


class ContentRecommender:
    """One list a film, as `content.fit` makes them."""

    def __init__(self, arrays: Arrays) -> None:
        self._neighbors = arrays["neighbors"]
        self._similarity = arrays["similarity"]

    def similar(self, row: int, n: int) -> list[tuple[int, float]]:
        """See SimilarFilms."""
        pairs = zip(self._neighbors[row, :n].tolist(), self._similarity[row, :n].tolist(), strict=True)
        return [(other, similarity) for other, similarity in pairs if other >= 0]


class ScoreRecommender:
    """One list for each distinct vote average, as `score.fit` makes them: the list depends on the average alone."""

    def __init__(self, arrays: Arrays) -> None:
        self._group = arrays["group"]
        self._nearest = arrays["nearest"]
        self._similarity = arrays["similarity"]

    def similar(self, row: int, n: int) -> list[tuple[int, float]]:
        """See SimilarFilms."""
        group = self._group[row]
        pairs = zip(self._nearest[group].tolist(), self._similarity[group].tolist(), strict=True)
        return [(other, similarity) for other, similarity in pairs if other not in (row, -1)][:n]
