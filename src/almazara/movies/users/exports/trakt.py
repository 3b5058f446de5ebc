"""Trakt's export: JSON (watched-movies, watched-history, ratings-movies, lists-favorites) in a zip or alone, or CSV."""

from datetime import datetime
from typing import Any, Final

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports.rows import (
    NO_FILM,
    About,
    ExportFile,
    Row,
    Told,
    columns_of,
    csv_rows,
    json_of,
    require,
)

_COLUMNS: Final = ("type", "title", "year", "imdb_id", "tmdb_id")
_RATED: Final = "rated_at"
_WATCHED: Final = ("watched_at", "last_watched_at")


def read(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    """What a file tells; None for one that tells nothing of what was seen, such as the watch list."""
    if file.path.lower().endswith(".csv"):
        return _read_csv(file, now, alone=alone)
    entries = _json_list(file, alone=alone)
    favorites = "favorites" in file.path.lower()
    told = [one for one in entries if favorites or any(name in one for name in (_RATED, *_WATCHED))]
    if not told:
        if alone and entries:
            raise InputError(
                f"{file.path} tells of no film that was watched or rated: a history of Trakt has `watched_at`, "
                "`last_watched_at` or `rated_at`, and `movie` with its `ids`."
            )
        return None
    return [_entry(f"{file.path} entry {n}", one, now, favorites) for n, one in enumerate(told, start=1)]


def _entry(where: str, one: Row, now: datetime, favorites: bool) -> Told:  # noqa: FBT001
    film, show = one.get("movie"), one.get("show")
    if not isinstance(film, dict):
        shown = show if isinstance(show, dict) else {}
        return About(where, shown.get("title"), shown.get("year"), now).refused(NO_FILM)
    ids = film["ids"] if isinstance(film.get("ids"), dict) else {}
    about = About(where, film.get("title"), film.get("year"), now, tmdb=ids.get("tmdb"), imdb=ids.get("imdb"))
    if _RATED in one:
        return about.entry(Kind.RATING, one.get("rating"), 2, one[_RATED])
    if favorites:
        return about.entry(Kind.LIKE, None, 2, one.get("listed_at"))
    return about.entry(Kind.VIEW, None, 2, next(one[name] for name in _WATCHED if name in one))


def _read_csv(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    columns = columns_of(file)
    when = next((name for name in (_RATED, *_WATCHED) if name in columns), None)
    if when is None:
        if alone:
            require(file, columns, (*_COLUMNS, "rated_at (with rating) or watched_at"))
        return None

    def row(where: str, cells: Row) -> Told:
        ids = {"tmdb": cells["tmdb_id"], "imdb": cells["imdb_id"]}
        about = About(where, cells["title"], cells["year"], now, **ids)
        if cells["type"] != "movie":
            return about.refused(NO_FILM)
        rated = when == _RATED
        return about.entry(Kind.RATING if rated else Kind.VIEW, cells["rating"] if rated else None, 2, cells[when])

    return csv_rows(file, (*_COLUMNS, "rating") if when == _RATED else _COLUMNS, row)


def _json_list(file: ExportFile, *, alone: bool) -> list[dict[str, Any]]:
    """The objects of a list; none for another JSON value, unless the file comes alone."""
    content = json_of(file)
    if alone and not isinstance(content, list):
        raise InputError(f"{file.path} is no list of entries, as the files of Trakt's export are.")
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []
