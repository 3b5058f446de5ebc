"""Which film of the catalog a row of somebody's history means: by TMDB id, by IMDb id, else by title and year."""

from typing import Final

from almazara.errors import InputError
from almazara.movies.catalog.catalog import Catalog, Row
from almazara.movies.catalog.titles import check_query
from almazara.movies.users.exports.rows import NO_FILM, Entry

_NOT_THERE: Final = "it is not in the catalog"


def match(entry: Entry, catalog: Catalog) -> Row | str:
    """The row of the film that is surely meant, or why none can be told."""
    by_tmdb = None if entry.tmdb is None else catalog.row_of(entry.tmdb)
    by_imdb = None if entry.imdb is None else catalog.imdb.row(entry.imdb)
    by_id = {row for row in (by_tmdb, by_imdb) if row is not None}
    if len(by_id) > 1:
        return "its ids belong to two films"
    if by_id:
        return by_id.pop()
    if not entry.is_film:
        return NO_FILM
    if entry.tmdb is not None:  # every film of the catalog has one: this is another film
        return _NOT_THERE
    return _by_titles(entry, catalog)


def _by_titles(entry: Entry, catalog: Catalog) -> Row | str:
    """By its title, in either language, and year; else by one next to it, where that is one film's alone."""
    if entry.year is None:
        return "it has no year, and no id that is in the catalog"
    titles = dict.fromkeys(title for title in (entry.title, entry.original) if title)
    for years in ([entry.year], [entry.year - 1, entry.year + 1]):
        found = [_by_title(title, year, catalog) for title in titles for year in years]
        rows = {row for row in found if isinstance(row, int)}
        if len(rows) > 1:
            return "several films have its title and year"
        if rows:
            row = rows.pop()
            other = entry.imdb is not None and catalog.imdb.of(row) not in {None, entry.imdb}
            return _NOT_THERE if other else row
        if refused := [reason for reason in found if reason != _NOT_THERE]:
            return refused[0]
    return _NOT_THERE


def _by_title(title: str, year: int, catalog: Catalog) -> Row | str:
    try:
        found = catalog.find(check_query(title), year)
    except InputError:
        return "its title cannot be looked up"
    if found is None:
        return _NOT_THERE
    if any(catalog.year(row) == year for row in found.others):
        return "several films have its title and year"
    return found.row
