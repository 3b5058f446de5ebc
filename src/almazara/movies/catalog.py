"""The catalog in memory: look-ups of films and counts of releases, without a scan per question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import polars as pl

from almazara.errors import NotFoundError
from almazara.movies import schema as s
from almazara.movies.titles import compact, normalize_all, query_keys, split_year

Row = int
"""Position of a film in the catalog's columns."""

SUGGESTIONS: Final = 5


class CatalogData(msgspec.Struct, frozen=True):
    """What the catalog stores, one list entry a film.

    `*_keys` lead from a normalized title, and the same without spaces, to rows, best voted first.

    Releases are counted by month (12), by weekday from Monday (7), by day of the month (31), and by date.
    """

    ids: list[int]
    titles: list[str]
    years: list[int]
    popularity: list[float | None]
    averages: list[float | None]
    votes: list[int]
    title_keys: dict[str, list[Row]]
    original_keys: dict[str, list[Row]]
    by_month: list[int]
    by_weekday: list[int]
    by_day: list[int]
    by_date: dict[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """The film that answers a title, and the others that share it."""

    row: Row
    others: list[Row]


class Catalog:
    """Answers `which film is this` and `how many came out` by dictionaries and lists."""

    def __init__(self, data: CatalogData) -> None:
        self.data = data
        self._row_of_id = {film_id: row for row, film_id in enumerate(data.ids)}

    def __len__(self) -> int:
        return len(self.data.ids)

    def row(self, film_id: int) -> Row:
        """The row of a film id.

        Raises:
            NotFoundError: when the catalog has no such film.
        """
        row = self._row_of_id.get(film_id)
        if row is None:
            raise NotFoundError(f"No hay ninguna película con id {film_id}.")
        return row

    def find(self, title: str, year: int | None = None, film_id: int | None = None) -> Found | None:
        """The film a title means, or None: the same spelling before the same letters, then the most voted.

        A year may come as an argument or as `Title (1950)`; a film whose own title ends so is found first.
        """
        rows = self._sharing(title)
        if not rows:
            bare, written_year = split_year(title)
            if written_year is not None:
                title, year = bare, written_year if year is None else year
                rows = self._sharing(bare)
        eligible = [row for row in rows if self._fits(row, year, film_id)]
        if not eligible:
            return None
        best = min(eligible, key=lambda row: (self._spelling_tier(row, title), rows.index(row)))
        return Found(best, [row for row in rows if row != best])

    def _sharing(self, title: str) -> list[Row]:
        keys = query_keys(title)
        for table in (self.data.title_keys, self.data.original_keys):
            for key in keys:
                if key in table:
                    return table[key]
        return []

    def _fits(self, row: Row, year: int | None, film_id: int | None) -> bool:
        return (year is None or self.data.years[row] == year) and (film_id is None or self.data.ids[row] == film_id)

    def _spelling_tier(self, row: Row, title: str) -> int:
        own = self.data.titles[row]
        if own == title:
            return 0
        return 1 if own.casefold() == title.casefold() else 2


def build_catalog(films: pl.DataFrame, keys: pl.DataFrame) -> CatalogData:
    """Columns, title keys and counts from the clean films and their keys.

    Args:
        films: The table `films`, in order of id.
        keys: The table `film_keys`.
    """
    original = films.select(s.ID).join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left")[s.ORIGINAL_TITLE].to_list()
    titles, votes = films[s.TITLE].to_list(), films[s.VOTE_COUNT].to_list()
    dates = films[s.RELEASE_DATE]
    return CatalogData(
        ids=films[s.ID].to_list(),
        titles=titles,
        years=films[s.RELEASE_YEAR].to_list(),
        popularity=films[s.POPULARITY].to_list(),
        averages=films[s.VOTE_AVERAGE].to_list(),
        votes=votes,
        title_keys=_rows_by_key(titles, votes),
        original_keys=_rows_by_key(original, votes),
        by_month=_counts(dates.dt.month(), 12),
        by_weekday=_counts(dates.dt.weekday(), 7),
        by_day=_counts(dates.dt.day(), 31),
        by_date=dict(dates.cast(pl.String).value_counts(sort=False).sort(s.RELEASE_DATE).iter_rows()),
    )


def _rows_by_key(titles: Sequence[str | None], votes: Sequence[int]) -> dict[str, list[Row]]:
    keys = normalize_all([title or "" for title in titles])
    rows: dict[str, list[Row]] = {}
    for row in sorted(range(len(titles)), key=lambda row: (-votes[row], row)):
        if keys[row]:
            rows.setdefault(keys[row], []).append(row)
    for key in list(rows):
        rows.setdefault(compact(key), rows[key])
    return rows


def _counts(parts: pl.Series, size: int) -> list[int]:
    counted = dict(parts.value_counts().iter_rows())
    return [counted.get(number, 0) for number in range(1, size + 1)]
