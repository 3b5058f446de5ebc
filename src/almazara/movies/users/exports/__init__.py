"""Histories as other services export them, or as any table -> what the user did with which film, row for row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from almazara.errors import InputError
from almazara.movies.users.exports import jellyfin, letterboxd, plex, table, tautulli, trakt
from almazara.movies.users.exports.rows import ExportFile, Told
from almazara.movies.users.exports.table import Reading


class Source(StrEnum):
    """Whose export it is."""

    LETTERBOXD = "letterboxd"
    IMDB = "imdb"
    TRAKT = "trakt"
    SIMKL = "simkl"
    TMDB = "tmdb"
    FILMAFFINITY = "filmaffinity"
    PLEX = "plex"
    JELLYFIN = "jellyfin"
    TAUTULLI = "tautulli"
    CSV = "csv"


_READERS: Final = {
    Source.LETTERBOXD: letterboxd.read,
    Source.TRAKT: trakt.read,
    Source.PLEX: plex.read,
    Source.JELLYFIN: jellyfin.read,
    Source.TAUTULLI: tautulli.read,
}
# TMDB's own column Rating is what all think of a film.
_TABLES: Final = {
    Source.IMDB: Reading(10, needs={"imdb": "Const", "rating": "Your Rating"}),
    Source.SIMKL: Reading(10),
    Source.TMDB: Reading(10, columns={"rating": "Your Rating"}, needs={"tmdb": "TMDb ID"}),
    Source.FILMAFFINITY: Reading(10),
    Source.CSV: Reading(),
}


def read_export(
    source: Source,
    files: Sequence[ExportFile],
    now: datetime,
    scale: int | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Told]:
    """Everything an export tells of films, in its order; files that tell nothing of what was seen are left alone.

    Args:
        source: Whose it is.
        files: Its files.
        now: The moment of what has no date; what is later is refused.
        scale: The highest rating of a table, where it is another one than the exporter's.
        columns: The names of a table's columns by what they hold, see `table.NAMES`.

    Raises:
        InputError: when no file, or a file that should, has the columns of this export.
    """
    if source in _TABLES:
        how = _TABLES[source]
        how = replace(how, scale=scale or how.scale, columns={**how.columns, **(columns or {})})
        told = table.read(files, now, how)
    else:
        found = [_READERS[source](file, now, alone=len(files) == 1) for file in files]
        those = [rows for rows in found if rows is not None]
        told = [row for rows in those for row in rows] if those else None
    if told is None:
        names = ", ".join(file.path for file in files[:8]) or "nothing"
        raise InputError(f"There is no file of a history in this {source.value} export; it holds {names}.")
    return told
