"""Keeps the events of users in SQL: an SQLite file or PostgreSQL, one table, one transaction a batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from almazara.errors import ConflictError
from almazara.files import make_folder, unwritable
from almazara.movies.users.events import MAX_RATING, MIN_RATING, Event, Kind
from almazara.settings import Settings
from almazara.sql import Database, changing_schema, open_database, sqlite_file
from almazara.words.said import said

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_CREATION_LOCK: Final = 7_215_364_023
_AT_ONCE: Final = 1_000  # rows in a statement
# What a user has deleted is overwritten in the file, too.
_PRAGMAS: Final = ("synchronous = FULL", "secure_delete = ON")

_metadata = sa.MetaData()
_events: Final = sa.Table(
    "film_event",
    _metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("film_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("at_us", sa.BigInteger, nullable=False),  # microseconds since 1970
    sa.Column("received_us", sa.BigInteger, nullable=False),  # of two events of one moment the later received counts
    sa.Index("film_event_by_user", "user_id", "at_us", "received_us", "event_id"),
)
_CONTENT: Final = tuple(column for column in _events.columns if column.name != "received_us")


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy came to.

    Attributes:
        events: How many there are to copy.
        different: Ids under which the other store holds something else, or the same come at another moment.
    """

    events: int
    different: tuple[str, ...]


class EventStore:
    """The events of all users; safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        order = (_events.c.at_us, _events.c.received_us, _events.c.event_id)
        self._of_user = sa.select(*_CONTENT).where(_events.c.user_id == sa.bindparam("user")).order_by(*order)
        self._all = sa.select(*_CONTENT).order_by(_events.c.user_id, *order)

    def append(self, events: Sequence[Event], now: datetime) -> int:
        """Keep a batch, each id once, whole or not at all, and say how many were new; what is kept stays as it is.

        Of two events of one moment the later one of a batch counts, as does that of a later batch.

        Raises:
            ConflictError: when an id is kept with another content; then nothing of the batch is kept.
        """
        # In one order, so that two batches of the same events wait for each other instead of blocking each other.
        ordered = sorted(enumerate(events), key=lambda placed: placed[1].event_id)
        insert = self._database.insert(_events).on_conflict_do_nothing().returning(_events.c.event_id)
        new: set[str] = set()
        with self._database.writing() as connection:
            for chunk in _chunks(ordered):
                rows = [_as_row(event, now + place * _MICROSECOND) for place, event in chunk]
                new.update(connection.scalars(insert, rows))
            for repeated in _chunks([event for event in events if event.event_id not in new]):
                _check_same(connection, repeated)
        return len(new)

    def of_user(self, user: str) -> list[Event]:
        """A user's events, oldest first."""
        with self._database.reading() as connection:
            return [_as_event(row) for row in connection.execute(self._of_user, {"user": user}).all()]

    def all(self) -> list[Event]:
        """Everybody's events, by user, oldest first: what models are trained on."""
        with self._database.reading() as connection:
            return [_as_event(row) for row in connection.execute(self._all).all()]

    def delete_user(self, user: str) -> int:
        """Delete all events of a user; returns how many there were."""
        with self._database.writing() as connection:
            return connection.execute(sa.delete(_events).where(_events.c.user_id == user)).rowcount

    def withdraw(self, user: str, film_id: int, kind: Kind, source: str) -> int:
        """Delete what a source said of one kind of a user's film; returns how many events there were."""
        about = (_events.c.user_id == user, _events.c.film_id == film_id, _events.c.kind == kind.value)
        theirs = _events.c.event_id.startswith(f"{source}:", autoescape=True)
        with self._database.writing() as connection:
            return connection.execute(sa.delete(_events).where(*about, theirs)).rowcount

    def copy_to(self, other: "EventStore", progress: Callable[[int], object] = lambda _: None) -> CopyReport:
        """Copy all events into another store, with the moments at which they came, and compare each with what is there.

        What is kept there under the same id stays; a copy that was interrupted can be repeated. `progress` is told how
        many are done.
        """
        insert = other._database.insert(_events).on_conflict_do_nothing()  # noqa: SLF001 - one of this class
        done = 0
        different: list[str] = []
        for rows in self._pages():
            same_ids = sa.select(_events).where(_events.c.event_id.in_([row.event_id for row in rows]))
            with other._database.writing() as connection:  # noqa: SLF001 - one of this class
                connection.execute(insert, [row._asdict() for row in rows])
                kept = {tuple(row) for row in connection.execute(same_ids)}
            different += [row.event_id for row in rows if tuple(row) not in kept]
            done += len(rows)
            progress(done)
        return CopyReport(done, tuple(different))

    def check(self) -> None:
        """Read all events, and change nothing.

        Raises:
            UnavailableError: when the database, or one of them, is damaged.
        """
        for _ in self._pages():
            pass

    def _pages(self) -> Iterator[Sequence[sa.Row[Any]]]:
        """All rows, by id, each of which is an event."""
        page = sa.select(_events).where(_events.c.event_id > sa.bindparam("last")).order_by(_events.c.event_id)
        last = ""
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(page.limit(_AT_ONCE), {"last": last}).all()
                for row in rows:
                    _check_row(row)
            if not rows:
                return
            yield rows
            last = rows[-1].event_id

    def count(self) -> int:
        """How many events are kept."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(_events)).scalar_one()

    def close(self) -> None:
        """Let go of the connections."""
        self._database.close()


def open_events(url: str | sa.URL) -> EventStore:
    """Open the store that a URL names, and make its table where it is missing; see `sql.open_database`."""
    database = open_database(
        url,
        example="events.db",
        pragmas=_PRAGMAS,
        called=said("kept.database.events"),
        damaged=said("films.error.damaged_events"),
        prepare=_make_table,
    )
    return EventStore(database)


def _make_table(engine: sa.Engine) -> None:
    if not sa.inspect(engine).has_table(_events.name):
        with changing_schema(engine, _CREATION_LOCK) as connection:
            _metadata.create_all(connection)


def _check_same(connection: sa.Connection, repeated: Sequence[Event]) -> None:
    ids = [event.event_id for event in repeated]
    rows = connection.execute(sa.select(*_CONTENT).where(_events.c.event_id.in_(ids)))
    kept = {row.event_id: _as_event(row) for row in rows}
    other = [event.event_id for event in repeated if not event.repeats(kept[event.event_id])]
    if other:
        raise ConflictError(said("films.error.other_content", n=str(len(other)), first=repr(other[0])))


def _as_row(event: Event, now: datetime) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "user_id": event.user,
        "film_id": event.film_id,
        "kind": event.kind.value,
        "value": event.value,
        "at_us": (event.at - _EPOCH) // _MICROSECOND,
        "received_us": (now - _EPOCH) // _MICROSECOND,
    }


def _as_event(row: Sequence[Any]) -> Event:
    """The event of a row; raises TypeError, ValueError or OverflowError where it is damaged.

    What is raised names the column, and nothing of the row: an id may name a user.
    """
    event_id, user, film_id, word, value, at_us = row
    if not (type(event_id) is type(user) is type(word) is str and type(film_id) is type(at_us) is int):
        wrong = next(
            one.name for one, cell in zip(_CONTENT, row, strict=True) if type(cell) is not one.type.python_type
        )
        raise TypeError(f"{wrong} of an event holds a value of another type")
    kind = Kind(word)
    is_rated = type(value) is float and MIN_RATING <= value <= MAX_RATING
    if is_rated is not (kind is Kind.RATING) or not (is_rated or value is None):
        raise ValueError("value of an event holds no rating, or one where there is none")
    return Event(event_id, user, film_id, kind, value, _EPOCH + timedelta(microseconds=at_us))


def _check_row(row: sa.Row[Any]) -> None:
    """Raise what `_as_event` does, also where the moment at which it came is damaged."""
    _as_event([getattr(row, column.name) for column in _CONTENT])
    if type(row.received_us) is not int:
        raise TypeError("received_us of an event holds a value of another type")


def _chunks(events: Sequence[T]) -> Iterator[Sequence[T]]:
    return (events[start : start + _AT_ONCE] for start in range(0, len(events), _AT_ONCE))


def open_event_store(settings: Settings) -> EventStore:
    """The store of events: the database that the settings name, or a file in the home folder.

    DynamoDB has no place for them, so that with it, too, they are kept in the home folder.
    """
    if events_in_database(settings) and settings.store_url is not None:
        return open_events(settings.store_url.get_secret_value())
    try:
        make_folder(settings.home_path)
    except OSError as error:
        raise unwritable(settings.home_path, error) from error
    return open_events(sqlite_file(settings.home_path / "film_events.db"))


def events_in_database(settings: Settings) -> bool:
    """Whether the database that the settings name keeps events."""
    url = settings.store_url
    return url is not None and url.get_secret_value().partition(":")[0] in {"sqlite", "postgresql"}
