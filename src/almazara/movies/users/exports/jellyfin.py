"""What Jellyfin answers about the films that a user has seen: `Items` with their ids and `UserData`, as JSON."""

from datetime import datetime
from typing import Final

from almazara.errors import InputError
from almazara.movies.users.events import Kind
from almazara.movies.users.exports.plex import HALVES, has_rating, told_of
from almazara.movies.users.exports.rows import NO_FILM, NOT_SEEN, About, ExportFile, Row, Told, json_of

_PLAYBACK_REPORTING: Final = 9  # cells of a row of that plugin's backup


def read(file: ExportFile, now: datetime, *, alone: bool) -> list[Told] | None:
    """What a file tells; None for one that is no list of items."""
    if file.text.partition("\n")[0].count("\t") == _PLAYBACK_REPORTING - 1:
        raise InputError(
            f"{file.path} is a backup of Playback Reporting, which has no year and no id of a film, and does not say "
            "whether it was seen to its end: give the answer of `/Items`, or use `almazara movies events fetch`."
        )
    content = json_of(file)
    items = content.get("Items") if isinstance(content, dict) else None
    if not isinstance(items, list):
        if alone:
            raise InputError(f"{file.path} is no answer of Jellyfin: it has no list of `Items`.")
        return None
    return told_of(file, items, "UserId", lambda where, item: _told(where, item, now))


def _told(where: str, item: Row, now: datetime) -> list[Told]:
    ids, data = (item[name] if isinstance(item.get(name), dict) else {} for name in ("ProviderIds", "UserData"))
    original = item.get("OriginalTitle")
    named = original if isinstance(original, str) else ""
    title, year, tmdb, imdb = item.get("Name"), item.get("ProductionYear"), ids.get("Tmdb"), ids.get("Imdb")
    about = About(where, title, year, now, tmdb=tmdb, imdb=imdb, original=named)
    if item.get("Type") != "Movie":
        return [about.refused(NO_FILM)]
    told = []
    if data.get("Played") is True:
        told.append(about.entry(Kind.VIEW, None, HALVES, data.get("LastPlayedDate")))
    if has_rating(data.get("Rating")):
        told.append(about.entry(Kind.RATING, data["Rating"], HALVES, None))
    if data.get("IsFavorite") is True:
        told.append(about.entry(Kind.LIKE, None, HALVES, None))
    return told or [about.refused(NOT_SEEN)]
