"""What Plex answers about films: a library, or the history of its sessions, as JSON; and what its items say."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports.rows import NO_FILM, NOT_SEEN, SEVERAL, About, ExportFile, Row, Told, json_of

HALVES: Final = 2
"""Users of Plex and Jellyfin rate up to 10: a star of ours is two of theirs."""
# `imdb://tt0000010`, or of older agents `com.plexapp.agents.themoviedb://10?lang=es`.
_GUID: Final = re.compile(
    r"(?:com\.plexapp\.agents\.)?(imdb|tmdb|themoviedb)://(tt\d{1,10}|\d{1,10})(?:\?.*)?", re.DOTALL
)
_NO_RATINGS: Final = frozenset({"", "0", "0.0", "-1", "-1.0", "None"})


def read(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    """What a file tells; None for one that is no answer of Plex."""
    content = json_of(file)
    container = content.get("MediaContainer") if isinstance(content, dict) else None
    films = container.get("Metadata", []) if isinstance(container, dict) else None
    if not isinstance(films, list):
        if alone:
            raise InputError(f"{file.path} is no answer of Plex: it has no `MediaContainer` with `Metadata`.")
        return None
    return told_of(file, films, "accountID", lambda where, film: _told(where, film, now))


def told_of(file: ExportFile, items: Iterable[object], user: str, told: Any) -> list[Told]:  # noqa: ANN401
    """What the items of a file tell, in their order; an InputError where they are of several users."""
    objects = [one for one in items if isinstance(one, dict)]
    if len({str(one.get(user)) for one in objects}) > 1:
        raise InputError(f"{file.path} has the histories of several users: ask for that of one.")
    rows = (told(f"{file.path} entry {n}", one) for n, one in enumerate(objects, start=1))
    return [row for of_one in rows for row in of_one]


def about(where: str, film: Row, now: datetime) -> About:
    """The film that an item of Plex is about."""
    guids = film["Guid"] if isinstance(film.get("Guid"), list) else []
    ids = ids_of([film.get("guid"), *(one.get("id") for one in guids if isinstance(one, dict))])
    year = film.get("year") or str(film.get("originallyAvailableAt") or "")[:4]
    original = film.get("originalTitle")
    named = original if isinstance(original, str) else ""
    return About(where, film.get("title"), year, now, tmdb=ids.get("tmdb"), imdb=ids.get("imdb"), original=named)


def ids_of(guids: Iterable[object]) -> dict[str, str]:
    """The ids of TMDB and IMDb among those that Plex has of a film; of several of one kind all, which is none."""
    found = [match for guid in guids if isinstance(guid, str) and (match := _GUID.fullmatch(guid))]
    ids: dict[str, dict[str, None]] = {}
    for match in found:
        ids.setdefault(match[1].replace("themoviedb", "tmdb"), {})[match[2]] = None
    return {kind: SEVERAL.join(several) for kind, several in ids.items()}


def has_rating(value: object) -> bool:
    """Whether a user's rating is one: 0 and -1 stand for none."""
    return str(value).strip() not in _NO_RATINGS


def _told(where: str, film: Row, now: datetime) -> list[Told]:
    item = about(where, film, now)
    if film.get("type") != "movie":
        return [item.refused(NO_FILM)]
    seen = film.get("viewedAt") or film.get("lastViewedAt")
    told = [item.entry(Kind.VIEW, None, HALVES, seen)] if seen or film.get("viewCount") else []
    if has_rating(film.get("userRating")):
        told.append(item.entry(Kind.RATING, film["userRating"], HALVES, film.get("lastRatedAt")))
    return told or [item.refused(NOT_SEEN)]
