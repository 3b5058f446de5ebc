"""Letterboxd's export: a zip with ratings.csv, watched.csv, diary.csv and likes/films.csv, or one of these files."""

from datetime import datetime
from typing import Final

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports.rows import About, ExportFile, Row, Told, columns_of, csv_rows, require

_COLUMNS: Final = ("Date", "Name", "Year", "Letterboxd URI")
_RATED: Final = (*_COLUMNS, "Rating")
_KINDS: Final = {"ratings": Kind.RATING, "watched": Kind.VIEW, "diary": Kind.VIEW, "likes": Kind.LIKE}
# What users deleted is kept in the export, and so are lists of films, seen or not.
_LEFT_ALONE: Final = frozenset({"deleted", "orphaned", "lists", "__macosx"})


def read(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    """What a file tells; None for one that tells nothing of what was seen."""
    parts = file.path.lower().split("/")
    name = "likes" if parts[-2:] == ["likes", "films.csv"] else parts[-1].removesuffix(".csv")
    if _LEFT_ALONE.intersection(parts) or ("likes" in parts[:-1] and name != "likes"):
        return None
    if alone:
        name = _kind_of(name, file)
    if name not in _KINDS:
        return None

    def row(where: str, cells: Row) -> Told:
        about = About(where, cells["Name"], cells["Year"], now)
        rating = cells.get("Rating") if name in {"ratings", "diary"} else None
        if name == "diary" and rating == "0":  # seen, and not rated
            rating = None
        return about.entry(
            Kind.RATING if rating else _KINDS[name], rating, 1, cells.get("Watched Date") or cells["Date"]
        )

    return csv_rows(file, _RATED if name == "ratings" else _COLUMNS, row)


def _kind_of(name: str, file: ExportFile) -> str:
    """Which of the files one alone is, whatever its name: watched films, likes and the watch list have like columns."""
    columns = columns_of(file)
    if "Rating" in columns:
        return "diary" if "Watched Date" in columns else "ratings"
    if name.startswith("watched"):
        return "watched"
    if name.startswith(("films", "likes")):
        return "likes"
    if set(_COLUMNS) <= set(columns):
        raise InputError(
            f"{file.path} may hold films that were watched, liked, or only meant to be seen: call it watched.csv or "
            "films.csv (likes) as Letterboxd does, or give the whole zip."
        )
    require(file, columns, _RATED)
    return name
