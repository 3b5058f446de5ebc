"""Who made which films, and which belong together: found by name; and what films cost and earned."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from almazara.movies.catalog.catalog import KeyTable, Texts
from almazara.movies.catalog.titles import query_keys


class FilmsByName:
    """Names of one kind, such as actors or companies, in order; each with the rows of its films in order of release."""

    def __init__(self, arrays: Mapping[str, np.ndarray], keys: KeyTable) -> None:
        self._names = Texts(arrays)
        self._starts = arrays["starts"].data
        self._films = arrays["films"].data
        self._keys = keys

    def find(self, name: str) -> int | None:
        """The row of a name in any spelling: exactly this one first, then that with most films."""
        sharing = next((rows for key in query_keys(name) if (rows := self._keys.rows(key))), [])
        return next((row for row in sharing if self._names[row] == name), sharing[0] if sharing else None)

    def name(self, row: int) -> str:
        """The name as it is written."""
        return self._names[row]

    def films(self, row: int) -> list[int]:
        """Rows of the films of a name, in order of release, each once."""
        return list(self._films[self._starts[row] : self._starts[row + 1]])


class Money:
    """What films cost and earned, by row."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = arrays

    def returns(self, rows: Sequence[int]) -> list[float]:
        """Revenue over budget of each film, 0 where either is unknown."""
        return self._of("returns", rows)

    def revenues(self, rows: Sequence[int]) -> list[int]:
        """What each film earned in US dollars, 0 where it is unknown."""
        return self._of("revenues", rows)

    def gains(self, rows: Sequence[int]) -> list[int]:
        """Revenue less budget of each film of which both are known."""
        pairs = zip(self.revenues(rows), self._of("budgets", rows), strict=True)
        return [revenue - budget for revenue, budget in pairs if revenue and budget]

    def doubtful(self, rows: Sequence[int]) -> list[int]:
        """Those of the rows whose budget or revenue cannot be meant."""
        return [row for row, flag in zip(rows, self._of("doubtful", rows), strict=True) if flag]

    def _of(self, name: str, rows: Sequence[int]) -> list[Any]:
        return list(self._arrays[name][rows].tolist())
