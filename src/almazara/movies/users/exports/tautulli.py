"""Tautulli's history of a Plex server: the JSON that its `get_history` answers."""

from datetime import datetime
from typing import Final

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports.plex import HALVES, ids_of, told_of
from almazara.movies.users.exports.rows import NO_FILM, NOT_SEEN, About, ExportFile, Row, Told, json_of

_TO_THE_END: Final = frozenset({"1", "1.0"})


def read(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    """What a file tells; None for one that is no history of Tautulli."""
    rows = json_of(file)
    for name in ("response", "data", "data"):
        rows = rows.get(name) if isinstance(rows, dict) else None
    if not isinstance(rows, list):
        if alone:
            raise InputError(f"{file.path} is no answer of Tautulli's get_history: it has no `response.data.data`.")
        return None
    return told_of(file, rows, "user_id", lambda where, row: [_told(where, row, now)])


def _told(where: str, row: Row, now: datetime) -> Told:
    ids, original = ids_of([row.get("guid")]), row.get("original_title")
    named = original if isinstance(original, str) else ""
    about = About(
        where, row.get("title"), row.get("year"), now, tmdb=ids.get("tmdb"), imdb=ids.get("imdb"), original=named
    )
    if row.get("media_type") != "movie":
        return about.refused(NO_FILM)
    if str(row.get("watched_status")) not in _TO_THE_END:
        return about.refused(NOT_SEEN)
    return about.entry(Kind.VIEW, None, HALVES, row.get("stopped") or row.get("date"))
