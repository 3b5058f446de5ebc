"""What users do with films: events, read and checked at the door; a batch is taken whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Final, cast

from almazara.errors import InputError
from almazara.movies.catalog.catalog import IMDB_ID, FilmId
from almazara.words.said import Said, said

MAX_EVENTS: Final = 1_000
MIN_RATING: Final = 0.5
MAX_RATING: Final = 5.0
MAX_SKEW: Final = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""
FIRST_MOMENT: Final = datetime(1895, 12, 28, tzinfo=UTC)  # the first film was shown to a public
USER_PATTERN: Final = "[A-Za-z0-9_][A-Za-z0-9._@:+-]{0,63}"
LARGEST_ID: Final = 2**63 - 1
_USER: Final = re.compile(USER_PATTERN)
_LONGEST_ID: Final = 128
_FIELDS: Final = ["id", "usuario", "pelicula", "tipo", "valor", "momento"]
_NAMED: Final = 3


class Kind(StrEnum):
    """What a user did."""

    VIEW = "view"
    RATING = "rating"
    LIKE = "like"
    DISLIKE = "dislike"


KINDS: Final = {
    "vista": Kind.VIEW,
    "valoracion": Kind.RATING,
    "me_gusta": Kind.LIKE,
    "no_me_gusta": Kind.DISLIKE,
    **{kind.value: kind for kind in Kind},
}
"""The kinds as they are sent: the API's own words, and the English ones."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a user did with a film.

    Attributes:
        event_id: Chosen by the sender; the same id is the same event, however often it comes.
        user: The user's id, as the sender knows it.
        value: The rating from 0.5 to 5; None for other kinds.
        at: When, in UTC.
        dated: Whether the sender said when. A repetition of an undated event is the same one whenever it comes.
    """

    event_id: str
    user: str
    film_id: int
    kind: Kind
    value: float | None
    at: datetime
    dated: bool = True

    def repeats(self, kept: Event) -> bool:
        """Whether this, under the same id, says the same as what is kept."""
        same = (self.user, self.film_id, self.kind, self.value) == (kept.user, kept.film_id, kept.kind, kept.value)
        return same and (not self.dated or self.at == kept.at)


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """What is wrong with one entry of a batch; positions count from 0."""

    posicion: int
    detalle: Said | str


class BatchError(InputError):
    """Some entries of a batch cannot be used, so none was taken."""

    def __init__(self, problems: Sequence[EntryProblem], total: int) -> None:
        named = [said("films.entry.at", position=str(one.posicion), fault=one.detalle) for one in problems[:_NAMED]]
        if len(problems) > _NAMED:
            named.append(said("films.entry.more", n=len(problems) - _NAMED))
        faults = reduce(lambda first, then: said("films.entry.then", first=first, then=then), named)
        super().__init__(said("films.entry.refused", n=len(problems), total=total, faults=faults))
        self.problems = list(problems)


def read_events(body: object, now: datetime, id_of: Callable[[FilmId], int | None]) -> list[Event]:
    """The events of a decoded JSON body: one object, or a list of them.

    An event without `momento` is of `now`; `id_of` gives the catalog's number of a film, None where it has none.

    Raises:
        BatchError: naming every entry that cannot be used.
        InputError: when there are none, or more than 1,000.
    """
    entries = body if isinstance(body, list) else [body]
    if not 1 <= len(entries) <= MAX_EVENTS:
        raise InputError(said("films.error.events", n=len(entries), most=MAX_EVENTS))
    events: list[Event] = []
    problems: list[EntryProblem] = []
    for position, entry in enumerate(entries):
        try:
            events.append(_read_event(entry, now, id_of))
        except InputError as error:
            problems.append(EntryProblem(position, error.words))
    problems += _repeated(entries)
    if problems:
        raise BatchError(sorted(problems, key=lambda one: one.posicion), len(entries))
    return events


def check_user(user: object) -> str:
    """A user's id; raises InputError, in Spanish, when it is not of the form of one."""
    if isinstance(user, str) and _USER.fullmatch(user):
        return user
    raise InputError(said("films.error.user"))


def _repeated(entries: Sequence[object]) -> list[EntryProblem]:
    seen: set[str] = set()
    problems = []
    for position, entry in enumerate(entries):
        event_id = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(event_id, str):
            if event_id in seen:
                problems.append(EntryProblem(position, said("films.entry.repeated", id=repr(event_id[:40]))))
            seen.add(event_id)
    return problems


def _read_event(entry: object, now: datetime, id_of: Callable[[FilmId], int | None]) -> Event:
    if not isinstance(entry, dict):
        raise InputError(said("films.entry.object", fields=_FIELDS))
    unknown = next((name for name in entry if name not in _FIELDS), None)
    if unknown is not None:
        raise InputError(said("films.entry.field", name=repr(str(unknown)[:40]), fields=_FIELDS))
    kind, at = _kind(entry.get("tipo")), _moment(entry.get("momento"), now)
    return Event(
        event_id=_event_id(entry.get("id")),
        user=_user(entry.get("usuario")),
        film_id=_film(entry.get("pelicula"), id_of),
        kind=kind,
        value=_value(kind, entry.get("valor")),
        at=at or now,
        dated=at is not None,
    )


def _event_id(text: object) -> str:
    if isinstance(text, str) and 1 <= len(text) <= _LONGEST_ID and text.isascii() and text.isprintable():
        return text
    raise InputError(said("films.entry.id", most=str(_LONGEST_ID)))


def _user(user: object) -> str:
    if isinstance(user, str) and _USER.fullmatch(user):
        return user
    raise InputError(said("films.entry.user"))


def _film(named: object, id_of: Callable[[FilmId], int | None]) -> int:
    if isinstance(named, str):
        is_id = bool(IMDB_ID.fullmatch(named))
    else:
        is_id = isinstance(named, int) and not isinstance(named, bool) and 1 <= named <= LARGEST_ID
    if not is_id:
        raise InputError(said("films.entry.film"))
    film_id = id_of(cast("FilmId", named))
    if film_id is None:
        raise InputError(said("films.entry.no_film", film=str(named)))
    return film_id


def _kind(word: object) -> Kind:
    if isinstance(word, str) and word in KINDS:
        return KINDS[word]
    raise InputError(said("films.entry.kind"))


def _value(kind: Kind, value: object) -> float | None:
    if kind is not Kind.RATING:
        if value is not None:
            raise InputError(said("films.entry.value_of_rating"))
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not MIN_RATING <= value <= MAX_RATING:
        raise InputError(said("films.entry.value", low=f"{MIN_RATING:g}", high=f"{MAX_RATING:g}"))
    return float(value)


def _moment(text: object, now: datetime) -> datetime | None:
    """The moment in UTC, or None where none was given."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        if moment is None or moment.tzinfo is None:
            raise InputError(said("films.entry.moment"))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(said("films.entry.moment")) from error
    if moment > now + MAX_SKEW:
        raise InputError(said("films.entry.future", now=now.isoformat(timespec="seconds")))
    if moment < FIRST_MOMENT:
        raise InputError(said("films.entry.before_film"))
    return moment
