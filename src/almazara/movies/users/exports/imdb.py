"""IMDb's export: ratings.csv, from 1 to 10."""

from datetime import datetime
from typing import Final

from almazara.movies.users.events import Kind
from almazara.movies.users.exports.rows import NO_FILM, About, ExportFile, Row, Told, columns_of, csv_rows

_COLUMNS: Final = ("Const", "Your Rating", "Date Rated", "Title", "Year")
_NOT_FILMS: Final = frozenset(
    {"tvseries", "tvminiseries", "tvepisode", "videogame", "podcastseries", "podcastepisode", "tvpilot"}
)


def read(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    """What a file tells; None for one of several that has other columns."""
    if not alone and not set(_COLUMNS) <= set(columns_of(file)):
        return None

    def row(where: str, cells: Row) -> Told:
        about = About(where, cells["Title"], cells["Year"], now, imdb=cells["Const"])
        if "".join((cells.get("Title Type") or "").split()).lower() in _NOT_FILMS:
            return about.refused(NO_FILM)
        if not cells["Your Rating"]:
            return about.refused("it has no rating")
        return about.entry(Kind.RATING, cells["Your Rating"], 2, cells["Date Rated"])

    return csv_rows(file, _COLUMNS, row)
