"""What film users do is kept, and they are answered from all of it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from almazara.movies.users.answering import ListQuery, UserAnswers
from almazara.movies.users.answers import DeletedAnswer, EventsAnswer, GroupAnswer, UserAnswer
from almazara.movies.users.event_store import EventStore, open_event_store
from almazara.movies.users.events import check_user, read_events
from almazara.movies.users.exports import Source, read_export
from almazara.movies.users.exports.rows import Entry, Refused
from almazara.movies.users.imported import events_of
from almazara.settings import Settings
from almazara.words.numbers import Language
from almazara.words.said import said


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an export: how many events were new and known, and the rows that were refused."""

    new: int
    known: int
    refused: list[Refused]


class FilmUsers:
    """The users of the film product, over the answers of the version in use; the store opens when first needed."""

    def __init__(self, settings: Settings, answers: Callable[[], UserAnswers]) -> None:
        self._settings = settings
        self._opened: EventStore | None = None
        self._lock = threading.Lock()
        self.answers = answers

    @property
    def store(self) -> EventStore:
        """Where events are kept."""
        with self._lock:
            if self._opened is None:
                self._opened = open_event_store(self._settings)
            return self._opened

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def add(self, body: object, language: Language = Language.ES) -> EventsAnswer:
        """Keep the events of a decoded JSON body, all or none; see `read_events` and `EventStore.append`."""
        now = datetime.now(UTC)
        events = read_events(body, now, self.answers().id_of)
        new = self.store.append(events, now)
        known = len(events) - new
        message = said("films.user.events", received=str(len(events)), new=str(new), known=str(known))
        return EventsAnswer(len(events), new, known, message.text(language))

    def delete(self, user: str, language: Language = Language.ES) -> DeletedAnswer:
        """Delete all that was kept of a user; nothing is deleted while there is no catalog to answer from."""
        in_file = self.answers().is_rated_by(check_user(user))
        deleted = self.store.delete_user(user)
        rest = said("films.user.in_file") if in_file else ""
        message = said("films.user.deleted", user=user, n=str(deleted), in_file=rest)
        return DeletedAnswer(user, deleted, in_file, message.text(language))

    def recommend(self, user: str, query: ListQuery, language: Language = Language.ES) -> UserAnswer:
        """Films for a user, from all that is known of them now."""
        return self.answers().for_user(user, self.store.of_user(check_user(user)), query, language)

    def recommend_together(
        self, users: Sequence[str], query: ListQuery, language: Language = Language.ES
    ) -> GroupAnswer:
        """Films for several users at once."""
        events = {user: self.store.of_user(check_user(user)) for user in users}
        return self.answers().for_group(events, query, language)

    def import_export(
        self,
        path: Path,
        source: Source,
        user: str,
        scale: int | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Imported:
        """Add the history that another service exported; what is no such export, or imported already, adds nothing.

        For `scale` and `columns` see `read_export`.
        """
        from almazara.movies.users.exports.files import read_files

        now, answers = datetime.now(UTC), self.answers()
        kept = self.store.of_user(check_user(user))
        told: list[tuple[int, Entry]] = []
        refused = []
        for row in read_export(source, read_files(path), now, scale, columns):
            film = answers.film_of(row) if isinstance(row, Entry) else None
            if isinstance(row, Refused):
                refused.append(row)
            elif isinstance(film, int):
                told.append((film, row))
            else:
                refused.append(Refused(row.where, row.title, row.year, str(film)))
        events = events_of(source, user, told, kept, now)
        new = self.store.append(events, now)
        return Imported(new, len(events) - new, refused)
