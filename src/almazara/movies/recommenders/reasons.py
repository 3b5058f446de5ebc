"""Why two films are alike: what they share, in Spanish."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from almazara.movies.recommenders.base import Arrays
from almazara.movies.texts import Texts

SENTENCES: Final = {
    "collection": "misma saga",
    "director": "misma dirección",
    "cast": "comparten reparto",
    "genre": "género",
    "keyword": "tema",
}
_LABELS: Final = tuple(SENTENCES.values())
_AT_MOST: Final = 3
_REMEMBERED: Final = 4096


class Reasons:
    """Reads the arrays that `build_reasons` made; codes of a film are sorted, strongest field first."""

    def __init__(self, arrays: Arrays, names: Texts) -> None:
        self._starts = arrays["starts"].tolist()
        self._offsets = arrays["offsets"].data
        self._codes = arrays["codes"].data
        self._term = lru_cache(_REMEMBERED)(names.__getitem__)  # genres come again and again

    def shared(self, row: int, others: Sequence[int]) -> list[list[str]]:
        """For each other film, sentences such as `misma saga: ...`: three terms at most, strongest field first."""
        own = set(self._of(row))
        return [self._sentences(sorted(own.intersection(self._of(other)))) for other in others]

    def _of(self, row: int) -> memoryview:
        return self._codes[self._offsets[row] : self._offsets[row + 1]]

    def _sentences(self, common: Sequence[int]) -> list[str]:
        by_field: dict[int, list[int]] = {}
        for code in common:
            by_field.setdefault(bisect_right(self._starts, code) - 1, []).append(code)
        return [
            f"{_LABELS[field]}: {', '.join([self._term(code) for code in codes[:_AT_MOST]])}"
            for field, codes in by_field.items()
        ]
