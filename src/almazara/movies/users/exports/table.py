"""A table of films that somebody saw or rated, known by the names of its columns: IMDb, TMDB, Simkl, any CSV."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from almazara.errors import InputError
from almazara.movies.catalog.titles import fold, split_year
from almazara.movies.users.events import MAX_RATING, Kind
from almazara.movies.users.exports.rows import (
    NOT_SEEN,
    About,
    ExportFile,
    Refused,
    Row,
    Told,
    columns_of,
    json_of,
    rows_of,
)

# What a column may be called, compared in small letters without accents and signs; the first that is there counts.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "tmdb": ("tmdbid", "tmdb"),
    "imdb": ("const", "tconst", "imdbid", "imdb"),
    "movielens": ("movieid", "movielensid"),
    "title": ("title", "name", "titulo", "pelicula", "film", "movie"),
    "original": ("originaltitle", "titulooriginal"),
    "year": ("year", "anio", "ano", "releaseyear", "releasedate", "releasedatemonthdayyear"),
    "rating": (
        *("yourrating", "yourated", "myrating", "userrating", "rating10", "rating"),
        *("minota", "tunota", "nota", "puntuacion", "valoracion", "score", "stars"),
    ),
    "date": ("daterated", "ratedat", "dateadded", "created", "date", "fecha", "timestamp"),
    "watched": ("watcheddate", "watchedat", "lastwatchedat", "lastwatched", "fechavista"),
    "type": ("titletype", "type", "tipo"),
    "status": ("status", "watchlist", "estado"),
    "user": ("userid", "user"),
}
_NUMBERS: Final = ("tmdb", "imdb")
_OF_ONE: Final = ("title", "movielens", *_NUMBERS)
# How exporters call a film in their languages; whatever is called otherwise must be known by its id.
_FILM_WORDS: Final = ("movie", "film", "pelicula", "metraj", "metrag", "corto", "short")
_SEEN: Final = ("completed", "watched", "seen", "vista", "visto")
_NO_RATING: Final = re.compile(r"0*([.,]0*)?")
_SLASHED: Final = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_MONTHS: Final = 12
_DATES: Final = ("date", "watched")
_OF_TEN, _OF_A_HUNDRED = 10, 100


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is to be read, where its columns do not say so.

    Attributes:
        scale: The highest rating; None to tell it by the ratings.
        columns: The names of columns by what they hold (see `NAMES`), before those that are known.
        needs: What a table of this exporter always holds, and how the exporter calls it.
    """

    scale: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)


def read(files: Sequence[ExportFile], now: datetime, how: Reading) -> list[Told] | None:
    """What the tables of an export tell, None where none is one; of several files the others are left alone."""
    links = [file for file in files if _is_links(file)]
    tables = [file for file in files if file not in links]
    ids = {row["movielens"]: row for file in links for row in _fields(rows_of(file), _known(file, {}))}
    found = [_read_one(file, now, how, ids, alone=len(tables) == 1) for file in tables]
    told = [rows for rows in found if rows is not None]
    return [row for rows in told for row in rows] if told else None


def _is_links(file: ExportFile) -> bool:
    """Whether it says which film each number of MovieLens is."""
    names = {} if _is_json(file) else _known(file, {})
    return {"movielens", *_NUMBERS} <= names.keys() and "rating" not in names


def _is_json(file: ExportFile) -> bool:
    return file.path.lower().endswith(".json")


def _read_one(
    file: ExportFile, now: datetime, how: Reading, links: Mapping[str, Row], *, alone: bool
) -> list[Told] | None:
    names = dict(_SIMKL) if _is_json(file) else _known(file, how.columns)
    lacking = [label for what, label in how.needs.items() if what not in names]
    history = names.keys() & {"rating", "watched", "status"}
    if lacking or not names.keys() & set(_OF_ONE) or not (alone or history):
        if not alone:
            return None
        raise InputError(_lacks(file, lacking))
    if not links and not names.keys() & {"title", *_NUMBERS}:
        raise InputError(f"{file.path} has the numbers of MovieLens alone: give the folder that has links.csv too.")
    rows = _simkl_rows(file) if _is_json(file) else rows_of(file)
    fields = _fields(rows, names)
    if len({row.get("user", "") for row in fields}) > 1:
        raise InputError(f"{file.path} has the histories of several users: give that of one.")
    halves = (how.scale or _scale(file, names, fields)) / MAX_RATING
    told = iter(_dated(fields))

    def entry(where: str, row: Mapping[str, str]) -> Told:
        return _entry(where, row, now, halves, links.get(row.get("movielens", ""), {}))

    return [row if isinstance(row, Refused) else entry(row[0], next(told)) for row in rows]


def _known(file: ExportFile, chosen: Mapping[str, str]) -> dict[str, str]:
    """The file's columns by what they hold."""
    there = columns_of(file)
    if missing := [name for name in chosen.values() if name not in there]:
        raise InputError(f"{file.path} has no column {', '.join(missing)}; it has {', '.join(there)}.")
    bare = {"".join(filter(str.isalnum, fold(name))): name for name in reversed(there)}
    found = {what: next((bare[name] for name in names if name in bare), None) for what, names in NAMES.items()}
    return {what: name for what, name in found.items() if name is not None} | dict(chosen)


def _lacks(file: ExportFile, lacking: Sequence[str]) -> str:
    there = ", ".join(columns_of(file)[:20]) or "none"
    wanted = ", ".join(lacking) or "a column that names a film: " + ", ".join(
        name for what in _OF_ONE for name in NAMES[what]
    )
    return f"{file.path} lacks {wanted}; it has the columns {there}. Name them with --column title=NAME and the like."


def _fields(rows: Iterable[tuple[str, Row] | Refused], names: Mapping[str, str]) -> list[dict[str, str]]:
    """What the readable rows say, by what it is."""
    cells = [row[1] for row in rows if not isinstance(row, Refused)]
    return [{what: str(row.get(name) or "").strip() for what, name in names.items()} for row in cells]


def _scale(file: ExportFile, names: Mapping[str, str], fields: Sequence[Mapping[str, str]]) -> int:
    """Up to which number a user rates, by the ratings that they gave."""
    if "rating" not in names or "movielens" in names:
        return int(MAX_RATING)
    if names["rating"].lower() == "rating10":
        return _OF_TEN
    texts = [row["rating"].replace(",", ".") for row in fields]
    highest = max((float(text) for text in texts if re.fullmatch(r"\d+(\.\d+)?", text)), default=MAX_RATING)
    if highest < MAX_RATING:
        raise InputError(f"{file.path} rates up to {highest:g}, out of 5, 10 or 100? Say it with --scale.")
    return int(MAX_RATING) if highest == MAX_RATING else _OF_TEN if highest <= _OF_TEN else _OF_A_HUNDRED


def _dated(fields: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """With dates like 13/2/2026 as ISO has them, where one of them shows whether days or months come first."""
    dates = [match for row in fields for what in _DATES if (match := _SLASHED.match(row.get(what, "")))]
    days_first, months_first = (any(int(match[part]) > _MONTHS for match in dates) for part in (1, 2))
    if days_first == months_first:
        return list(fields)
    day, month = (1, 2) if days_first else (2, 1)

    def iso(match: re.Match[str]) -> str:
        return f"{match[3]}-{int(match[month]):02}-{int(match[day]):02}"

    return [row | {what: _SLASHED.sub(iso, row[what], count=1) for what in _DATES if what in row} for row in fields]


def _entry(where: str, told: Mapping[str, str], now: datetime, halves: float, link: Mapping[str, str]) -> Told:
    title, year = told.get("title", ""), re.search(r"\d{4}", told.get("year", ""))
    bare, in_title = (title, int(year[0])) if year else split_year(title)
    tmdb, imdb = (told.get(name) or link.get(name) for name in _NUMBERS)
    original, is_film = told.get("original", ""), _is_film(told.get("type", ""))
    about = About(where, bare, in_title, now, tmdb=tmdb, imdb=imdb, original=original, is_film=is_film)
    dated, watched = told.get("date"), told.get("watched")
    if not _NO_RATING.fullmatch(told.get("rating", "")):
        return about.entry(Kind.RATING, told["rating"], halves, dated or watched)
    status = told.get("status", "").casefold()
    if status and status not in _SEEN:
        return about.refused(NOT_SEEN)
    if "rating" in told and not (watched or status):
        return about.refused("it has no rating")
    return about.entry(Kind.VIEW, None, halves, watched or dated)


def _is_film(kind: str) -> bool:
    bare = "".join(filter(str.isalnum, fold(kind)))
    return not bare or bare == "video" or any(word in bare for word in _FILM_WORDS)


# Of a film of the backup that Simkl makes in JSON.
_SIMKL: Final = {name: name for name in ("title", "year", "imdb", "tmdb", "rating", "date", "watched", "status")}


def _simkl_rows(file: ExportFile) -> list[tuple[str, Row] | Refused]:
    content = json_of(file)
    films = content.get("movies") if isinstance(content, dict) else None
    if not isinstance(films, list):
        raise InputError(f"{file.path} has no list of `movies`, as the backup of Simkl has.")
    return [(f"{file.path} entry {n}", _simkl_row(one)) for n, one in enumerate(films, 1) if isinstance(one, dict)]


def _simkl_row(one: Mapping[str, Any]) -> Row:
    film = one["movie"] if isinstance(one.get("movie"), dict) else {}
    ids = film["ids"] if isinstance(film.get("ids"), dict) else {}
    return {
        **{name: film.get(name) for name in ("title", "year")},
        **{name: ids.get(name) for name in _NUMBERS},
        "rating": one.get("user_rating"),
        "date": one.get("user_rated_at"),
        "watched": one.get("last_watched_at"),
        "status": one.get("status"),
    }
