"""What media servers send by themselves when somebody has seen or rated something: webhooks of Plex and Jellyfin."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from almazara.errors import InputError
from almazara.movies.users.events import USER_PATTERN, Kind
from almazara.movies.users.exports import plex
from almazara.movies.users.exports.plex import HALVES, has_rating
from almazara.movies.users.exports.rows import About, Told
from almazara.words.said import Said, said

_USER: Final = re.compile(USER_PATTERN)
_SHOWN: Final = 60  # characters of a foreign text that are repeated
_TOGGLED, _RATED = "TogglePlayed", "UpdateUserRating"


class Server(StrEnum):
    """Whose notices are understood."""

    PLEX = "plex"
    JELLYFIN = "jellyfin"


@dataclass(frozen=True, slots=True)
class Notice:
    """What one notice says of one film.

    Attributes:
        account: The name of the account on the server, empty where none is named.
        told: What holds of the film from now on.
        withdrawn: What the server said of it before and holds no more, with the film as an entry.
        ignored: Why the notice counts as nothing, if it does.
    """

    account: str
    told: tuple[Told, ...] = ()
    withdrawn: tuple[tuple[Told, Kind], ...] = ()
    ignored: Said | None = None


def read_notice(server: Server, body: object, now: datetime) -> Notice:
    """The notice that a decoded body holds; raises InputError where it is none of that server."""
    if not isinstance(body, Mapping):
        raise InputError(said(f"films.play.no_{server}"))
    return (_of_plex if server is Server.PLEX else _of_jellyfin)(body, now)


def user_of(account: str) -> str | None:
    """The id of a user that an account's name makes, without accents and with `_` for spaces; None where it makes none.

    A number alone makes none: it would be that user of the file of ratings.
    """
    bare = "".join(one for one in unicodedata.normalize("NFKD", account) if not unicodedata.combining(one))
    user = "_".join(bare.split())
    return user if _USER.fullmatch(user) and not user.isdigit() else None


def shown(text: object) -> str:
    """The beginning of a foreign text, as it may be repeated in an answer."""
    return "".join(one for one in str(text)[:_SHOWN] if one.isprintable())


def _of_plex(body: Mapping[str, Any], now: datetime) -> Notice:
    event, film = body.get("event"), body.get("Metadata")
    if not isinstance(event, str):
        raise InputError(said("films.play.no_plex"))
    account = _name(body["Account"].get("title") if isinstance(body.get("Account"), dict) else None)
    if event not in {"media.scrobble", "media.rate"}:
        return Notice(account, ignored=said("films.play.other_notice", notice=shown(event)))
    if not isinstance(film, dict) or film.get("type") != "movie":
        return Notice(account, ignored=said("films.play.no_film"))
    about = plex.about(event, film, now)
    if event == "media.scrobble":
        return Notice(account, (about.entry(Kind.VIEW, None, HALVES, film.get("lastViewedAt")),))
    rating = body.get("rating", film.get("userRating"))  # what was given now, before what the item had
    return _opinions(account, about, {Kind.RATING: rating}, film.get("lastRatedAt"))


def _of_jellyfin(body: Mapping[str, Any], now: datetime) -> Notice:
    kind, reason = body.get("NotificationType"), body.get("SaveReason")
    if not isinstance(kind, str):
        raise InputError(said("films.play.no_jellyfin"))
    account = _name(body.get("NotificationUsername"))
    stopped = kind == "PlaybackStop"
    if not stopped and not (kind == "UserDataSaved" and reason in (_TOGGLED, _RATED)):
        notice = kind if reason is None else f"{kind} {reason}"
        return Notice(account, ignored=said("films.play.other_notice", notice=shown(notice)))
    if body.get("ItemType") != "Movie":
        return Notice(account, ignored=said("films.play.no_film"))
    title, moment = _name(body.get("Name")), body.get("UtcTimestamp")
    tmdb, imdb = body.get("Provider_tmdb"), body.get("Provider_imdb")
    about = About(kind, title, body.get("Year"), now, tmdb=tmdb, imdb=imdb)
    if reason == _RATED and not stopped:
        return _opinions(account, about, {Kind.RATING: body.get("Rating"), Kind.LIKE: body.get("Favorite")}, moment)
    if stopped and not _is_true(body.get("PlayedToCompletion")):
        return Notice(account, ignored=said("films.play.not_to_the_end"))
    return _opinions(account, about, {Kind.VIEW: stopped or body.get("Played")}, moment)


def _opinions(account: str, about: About, values: Mapping[Kind, object], moment: object) -> Notice:
    """What holds of a film and what does not, by what is said of each kind; None says nothing."""
    told: list[Told] = []
    withdrawn: list[tuple[Told, Kind]] = []
    for kind, value in ((kind, value) for kind, value in values.items() if value is not None):
        is_rating = kind is Kind.RATING
        if has_rating(value) if is_rating else _is_true(value):
            told.append(about.entry(kind, value if is_rating else None, HALVES, moment))
        else:
            withdrawn.append((about.entry(Kind.VIEW, None, HALVES, None), kind))
    ignored = None if told or withdrawn else said("films.play.no_opinion")
    return Notice(account, tuple(told), tuple(withdrawn), ignored)


def _name(text: object) -> str:
    """A name as it was before the plugin of Jellyfin put strokes before its quotes."""
    return text.strip().replace('\\"', '"') if isinstance(text, str) else ""


def _is_true(value: object) -> bool:
    """Templates and forms write flags as texts."""
    return str(value).lower() == "true"
