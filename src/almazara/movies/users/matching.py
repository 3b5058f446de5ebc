"""Which film of the catalog a row of somebody's history means: by TMDB id, by IMDb id, else by title and year."""

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np

from almazara.errors import InputError
from almazara.movies.catalog.catalog import Catalog, Row
from almazara.movies.catalog.titles import check_query
from almazara.movies.users.exports.rows import Entry


class ImdbNumbers:
    """Reads the arrays that `build_imdb_numbers` made: numbers (films,) int64 by row, 0 where unknown; order int32."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._numbers = arrays["numbers"].data
        self._order = arrays["order"].data

    def of(self, row: Row) -> int | None:
        """The number of a film, without its tt; None where it is not known."""
        return self._numbers[row] or None

    def row(self, number: int) -> Row | None:
        """The one film of a number; None where there is none, or several."""
        place = bisect_left(self._order, number, key=self._numbers.__getitem__)
        rows = [row for row in self._order[place : place + 2] if self._numbers[row] == number]
        return rows[0] if len(rows) == 1 else None


def match(entry: Entry, catalog: Catalog, imdb: ImdbNumbers) -> Row | str:
    """The row of the film that is surely meant, or why none can be told."""
    by_tmdb = None if entry.tmdb is None else catalog.row_of(entry.tmdb)
    by_imdb = None if entry.imdb is None else imdb.row(entry.imdb)
    by_id = {row for row in (by_tmdb, by_imdb) if row is not None}
    if len(by_id) > 1:
        return "its ids belong to two films"
    if by_id:
        return by_id.pop()
    if entry.tmdb is not None:  # every film of the catalog has one: this is another film
        return "it is not in the catalog"
    return _by_title(entry, catalog, imdb)


def _by_title(entry: Entry, catalog: Catalog, imdb: ImdbNumbers) -> Row | str:
    if entry.year is None:
        return "it has no year, and no id that is in the catalog"
    try:
        found = catalog.find(check_query(entry.title), entry.year)
    except InputError:
        return "its title cannot be looked up"
    if found is None:
        return "it is not in the catalog"
    if any(catalog.reference(row).anio == entry.year for row in found.others):
        return "several films have its title and year"
    if entry.imdb is not None and imdb.of(found.row) not in {None, entry.imdb}:
        return "it is not in the catalog"
    return found.row
