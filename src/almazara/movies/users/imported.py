"""Rows of a history, matched to films -> events that a second import knows again."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from almazara.movies.users.events import Event, Kind
from almazara.movies.users.exports.rows import Entry


def events_of(
    source: str, user: str, told: Iterable[tuple[int, Entry]], kept: Sequence[Event], now: datetime
) -> list[Event]:
    """The events of some films and rows, in their order; of the ratings of one film and moment the last one counts.

    An event's id says what it is, so that the same row is the same event whenever it is imported. A rating that comes
    back to an earlier value is another event, with another id.

    Args:
        source: Who made the export.
        user: Whose history it is.
        told: Films by id, and what is said of them.
        kept: What is kept of the user, oldest first.
        now: The moment of what has no date.
    """
    known = {event.event_id for event in kept}
    last_kept: dict[tuple[int, datetime | None], float | None] = {}
    for event in kept:
        if event.kind is Kind.RATING and event.event_id.startswith(f"{source}:"):
            last_kept[event.film_id, event.at] = last_kept[event.film_id, None] = event.value
    events: dict[str, Event] = {}
    ratings: dict[tuple[int, datetime | None], list[Event]] = {}
    for film, row in told:
        before = ratings.setdefault((film, row.at), []) if row.kind is Kind.RATING else []
        if before and before[-1].value == row.value:
            continue
        event = Event("", user, film, row.kind, row.value, row.at or now, dated=row.at is not None)
        event = replace(event, event_id=_id(source, event, sum(one.value == row.value for one in before)))
        before.append(event)
        events.setdefault(event.event_id, event)
    for moment, given in ratings.items():
        new = [event.value for event in given if event.event_id not in known]
        word = given[-1]
        if (new[-1] if new else last_kept.get(moment, word.value)) != word.value:
            ids = (_id(source, word, turn) for turn in count(1))
            event_id = next(one for one in ids if one not in known and one not in events)
            events[event_id] = replace(word, event_id=event_id)
    return list(events.values())


def _id(source: str, event: Event, turn: int) -> str:
    """Says what an event is; `turn` counts from 0 how often its rating was given before."""
    at = event.at.isoformat() if event.dated else None
    told = f"{event.user} {event.kind} {event.film_id} {event.value} {at}" + (f" {turn}" if turn else "")
    return f"{source}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"
