"""Why two films are alike: what they share, in Spanish."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import polars as pl

from almazara.movies.features import ROW, TERM
from almazara.movies.recommenders.base import Arrays

_SENTENCES: Final = {
    "collection": "misma saga",
    "director": "misma dirección",
    "cast": "comparten reparto",
    "genre": "género",
    "keyword": "tema",
}
_LABELS: Final = tuple(_SENTENCES.values())
_AT_MOST: Final = 3


class ReasonNames(msgspec.Struct, frozen=True):
    """The terms behind the codes, all fields in one list; `starts` says where each field begins."""

    names: list[str]
    starts: list[int]


class Reasons:
    """Reads the arrays that `build` made; codes of a film are sorted, strongest field first."""

    def __init__(self, arrays: Arrays, names: ReasonNames) -> None:
        self._offsets = arrays["offsets"].data
        self._codes = arrays["codes"].data
        self._names = names

    def shared(self, row: int, others: Sequence[int]) -> list[list[str]]:
        """For each other film, sentences such as `misma saga: ...`: three terms at most, strongest field first."""
        own = set(self._of(row))
        return [self._sentences([code for code in self._of(other) if code in own]) for other in others]

    def _of(self, row: int) -> memoryview:
        return self._codes[self._offsets[row] : self._offsets[row + 1]]

    def _sentences(self, common: Sequence[int]) -> list[str]:
        by_field: dict[str, list[str]] = {}
        for code in common:
            label = _LABELS[bisect_right(self._names.starts, code) - 1]
            by_field.setdefault(label, []).append(self._names.names[code])
        return [f"{label}: {', '.join(terms[:_AT_MOST])}" for label, terms in by_field.items()]


def build(fields: Mapping[str, pl.DataFrame], n_films: int) -> tuple[Arrays, ReasonNames]:
    """Codes of the telling terms of each film.

    Args:
        fields: Frames of (row, term) by field.
        n_films: Number of films.

    Returns:
        offsets: (films + 1,) int64 into codes: (entries,) int32; and the names behind the codes.
    """
    names: list[str] = []
    starts: list[int] = []
    coded = []
    for field in _SENTENCES:
        vocabulary = fields[field].select(pl.col(TERM).unique().sort()).with_row_index("code", offset=len(names))
        starts.append(len(names))
        names.extend(vocabulary[TERM].to_list())
        coded.append(fields[field].join(vocabulary, on=TERM).select(ROW, "code"))
    entries = pl.concat(coded).sort(ROW, "code")
    counts = np.bincount(entries[ROW].to_numpy(), minlength=n_films)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return {"offsets": offsets, "codes": entries["code"].to_numpy().astype(np.int32)}, ReasonNames(names, starts)
