"""What film users do is kept, and they are answered from all of it."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from almazara.bounded import reading
from almazara.movies.users.answering import ListQuery, UserAnswers
from almazara.movies.users.answers import DeletedAnswer, EventsAnswer, GroupAnswer, NoticeAnswer, UserAnswer
from almazara.movies.users.event_store import EventStore, open_event_store
from almazara.movies.users.events import check_user, read_events
from almazara.movies.users.exports import Source, read_export
from almazara.movies.users.exports.rows import Entry, ExportFile, Refused, Told
from almazara.movies.users.imported import events_of
from almazara.movies.users.notices import Notice, Server, read_notice, shown, user_of
from almazara.settings import Settings
from almazara.words.numbers import Language
from almazara.words.said import Said, said

_TOLD: Final = "almazara.movies.users.exports.files:told"


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
        message = said("films.user.events", received=len(events), new=new, known=known)
        return EventsAnswer(len(events), new, known, message.text(language))

    def delete(self, user: str, language: Language = Language.ES) -> DeletedAnswer:
        """Delete all that was kept of a user; nothing is deleted while there is no catalog to answer from."""
        in_file = self.answers().is_rated_by(check_user(user))
        deleted = self.store.delete_user(user)
        rest = said("films.user.in_file") if in_file else ""
        message = said("films.user.deleted", user=user, n=deleted, in_file=rest)
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
        now = datetime.now(UTC)
        about = {"path": str(path), "source": source.value, "now": now.isoformat()}
        [told] = reading(_TOLD, self._settings.reading_mb, lambda _stage: None, scale=scale, columns=columns, **about)
        kinds: dict[bool, type[Told]] = {True: Entry, False: Refused}
        rows = [msgspec.convert(row, kinds[is_entry]) for is_entry, row in told]
        return self._keep(source, check_user(user), rows, now)

    def import_files(
        self,
        files: Sequence[ExportFile],
        source: Source,
        user: str,
        scale: int | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Imported:
        """The same, of files that are read already."""
        now = datetime.now(UTC)
        return self._keep(source, check_user(user), read_export(source, files, now, scale, columns), now)

    def import_pages(self, pages: Iterable[ExportFile], source: Source, user: str) -> Imported:
        """The same, of the pages of a server, each kept as it comes: what breaks off is taken up by another run."""
        whole = Imported(0, 0, [])
        for page in pages:
            one = self.import_files([page], source, user)
            whole = Imported(whole.new + one.new, whole.known + one.known, whole.refused + one.refused)
        return whole

    def hear(
        self, server: Server, body: object, user: str | None, account: str | None, language: Language = Language.ES
    ) -> NoticeAnswer:
        """Keep what a media server says by itself; what cannot be taken is said in the answer and is no error.

        Args:
            server: Who sent it.
            body: Its notice, decoded; an InputError where it is none.
            user: Whose it is; None for who is called as the account.
            account: The one account whose notices count; None for all.
            language: Of the sentence.
        """
        now = datetime.now(UTC)
        notice = read_notice(server, body, now)
        whose = user_of(notice.account) if user is None else check_user(user)
        if notice.ignored is None and whose is not None and account in {None, notice.account}:
            return self._heard(server, whose, notice, now, language)
        why = notice.ignored or _not_theirs(notice.account, account)
        return NoticeAnswer(None, 0, 0, 0, 1, why.text(language))

    def _heard(self, server: Server, user: str, notice: Notice, now: datetime, language: Language) -> NoticeAnswer:
        withdrawn = 0
        for film, kind in notice.withdrawn:
            found = self._matched(film)
            if not isinstance(found, Refused):
                withdrawn += self.store.withdraw(user, found[0], kind, server)
        kept = self._keep(server, user, notice.told, now)
        counted = said("films.play.kept", user=user, new=kept.new, known=kept.known, withdrawn=withdrawn)
        sentences = [counted, *map(_not_taken, kept.refused)]
        message = " ".join(one.text(language) for one in sentences)
        return NoticeAnswer(user, kept.new, kept.known, withdrawn, len(kept.refused), message)

    def _keep(self, source: str, user: str, rows: Iterable[Told], now: datetime) -> Imported:
        matched = [self._matched(row) for row in rows]
        told = [one for one in matched if not isinstance(one, Refused)]
        events = events_of(source, user, told, self.store.of_user(user), now)
        new = self.store.append(events, now)
        return Imported(new, len(events) - new, [one for one in matched if isinstance(one, Refused)])

    def _matched(self, row: Told) -> tuple[int, Entry] | Refused:
        """The film that a row surely means, or why none can be told."""
        if isinstance(row, Refused):
            return row
        film = self.answers().film_of(row)
        return (film, row) if isinstance(film, int) else Refused(row.where, row.title, row.year, film)


def _not_theirs(account: str, wanted: str | None) -> Said:
    """Why a notice counts for nobody."""
    if wanted not in {None, account}:
        return said("films.play.other_account", account=shown(account))
    return said("films.play.no_user", account=shown(account))


def _not_taken(refused: Refused) -> Said:
    """The reason of a row that was not taken, which imports say in English, in words of every language."""
    reason = re.sub("[^a-z]+", "_", refused.reason)
    return said("films.play.not_taken", title=shown(refused.title), why=said(f"films.play.why.{reason}"))
