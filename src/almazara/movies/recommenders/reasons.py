"""Why two films are alike: what they share, in Spanish."""

from __future__ import annotations

from collections.abc import Mapping
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
_AT_MOST: Final = 3


class ReasonNames(msgspec.Struct, frozen=True):
    """The terms behind the codes, all fields in one list; `starts` says where each field begins."""

    names: list[str]
    starts: list[int]


class Reasons:
    """Reads the arrays that `build` made; codes of a film are sorted, strongest field first."""

    def __init__(self, arrays: Arrays, names: ReasonNames) -> None:
        self._offsets = arrays["offsets"]
        self._codes = arrays["codes"]
        self._names = names

    def shared(self, row: int, other: int) -> list[str]:
        """Sentences such as `misma saga: ...`, at most three terms each, strongest field first."""
        common = sorted(self._of(row) & self._of(other))
        bounds = [*self._names.starts, len(self._names.names)]
        found = []
        for label, start, end in zip(_SENTENCES.values(), bounds, bounds[1:], strict=False):
            terms = [self._names.names[code] for code in common if start <= code < end][:_AT_MOST]
            if terms:
                found.append(f"{label}: {', '.join(terms)}")
        return found

    def _of(self, row: int) -> set[int]:
        return set(self._codes[self._offsets[row] : self._offsets[row + 1]].tolist())


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
