"""Histories as Letterboxd, IMDb and Trakt export them -> what the user did with which film, row for row."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from almazara.errors import InputError
from almazara.movies.users.exports import imdb, letterboxd, trakt
from almazara.movies.users.exports.rows import ExportFile, Told


class Source(StrEnum):
    """Whose export it is."""

    LETTERBOXD = "letterboxd"
    IMDB = "imdb"
    TRAKT = "trakt"


_READERS = {Source.LETTERBOXD: letterboxd.read, Source.IMDB: imdb.read, Source.TRAKT: trakt.read}


def read_export(source: Source, files: Sequence[ExportFile], now: datetime) -> list[Told]:
    """Everything an export tells of films, in its order; files that tell nothing of what was seen are left alone.

    Raises:
        InputError: when no file, or a file that should, has the columns of this export.
    """
    found = [_READERS[source](file, now, alone=len(files) == 1) for file in files]
    told = [rows for rows in found if rows is not None]
    if not told:
        names = ", ".join(file.path for file in files[:8]) or "nothing"
        raise InputError(f"There is no file of a history in this {source.value} export; it holds {names}.")
    return [row for rows in told for row in rows]
