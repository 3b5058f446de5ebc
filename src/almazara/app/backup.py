"""A backup of all that cannot be made again, in one file, and its way back into an empty home and store.

In the file are the store of prices and what users did with films, each as an SQLite database whatever they are kept in;
the published versions in use; the runs, evaluations and pauses of hosts; and the settings, without secrets. Fetched
pages and raw film files are left out: they are large, and are there to be fetched again.
"""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import msgspec

from almazara.app.backup_file import (
    ARTIFACTS,
    CONTENTS,
    EVENTS,
    FORMAT,
    KINDS,
    PRICES,
    SETTINGS,
    Unpacked,
    checked_stores,
    unpack,
)
from almazara.app.mirror import mirror_over
from almazara.artifacts import Artifact, file_hash, open_artifacts, open_whole
from almazara.errors import ConflictError, NotFoundError, UnavailableError
from almazara.files import file_lock, make_folder, replace_file, replacing
from almazara.movies.users.event_store import open_event_store, open_events
from almazara.prices.store.migration import RESTORING, migrate
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import open_store, store_in
from almazara.runs import Progress
from almazara.settings import Settings, plain_settings
from almazara.sql import sqlite_file

_LAST: Final = "last_backup.json"
_FOLDERS: Final = ("runs", "evaluation", "hosts")
_UNPACKED: Final = ".restore-"
_NEW_HOME: Final = "set ALMAZARA_HOME to a new folder (and ALMAZARA_STORE_URL to an empty store), and restore"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds.

    Attributes:
        artifacts: The published versions in use, by kind.
        left_out: Why a published version is not in it, of each that is damaged.
        secrets: The settings that hold secrets, and are not in it.
    """

    path: str
    bytes: int
    listings: int
    observations: int
    film_events: int
    artifacts: dict[str, str]
    left_out: list[str]
    secrets: list[str]


@dataclass(frozen=True, slots=True)
class LastBackup:
    """What a home folder knows of the newest backup that was made of it; its file may have been moved since."""

    path: str
    bytes: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored; `settings` and `opening` are those of the backup, see `Unpacked`."""

    made_at: str
    listings: int
    observations: int
    film_events: int
    artifacts: dict[str, str]
    settings: list[str]
    opening: list[str]


def back_up(settings: Settings, path: Path, progress: Progress, *, now: datetime) -> BackupReport:
    """Write everything into one file, which appears, or replaces one, only when it is whole.

    Servers may go on meanwhile: what they keep after their part was copied is not in it.

    Raises:
        UnavailableError: when something cannot be read, or the file cannot be written.
    """
    try:
        make_folder(path.parent)
        with (
            tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as name,
            replacing(path, durable=True, private=True) as new,
        ):
            folder = Path(name)
            counts = _copy_stores(settings, folder, progress)
            artifacts, left_out = _copy_artifacts(settings, folder)
            for one in _FOLDERS:
                if (settings.home_path / one).is_dir():
                    shutil.copytree(settings.home_path / one, folder / one, ignore=shutil.ignore_patterns("*.lock"))
            lines, secrets = plain_settings(settings)
            (folder / SETTINGS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            progress("writing the file", 0, 0)
            about = {"format": FORMAT, "version": metadata.version("almazara"), "made_at": now.isoformat(), **counts}
            _pack(folder, new, {**about, "artifacts": artifacts})
    except OSError as error:
        raise UnavailableError(f"The backup {path} cannot be written: {error}.") from error
    size = path.stat().st_size
    with suppress(OSError):  # the backup is there all the same
        last = LastBackup(str(path.resolve()), size, now)
        replace_file(settings.home_path / _LAST, msgspec.json.encode(last), durable=False)
    return BackupReport(str(path), size, **counts, artifacts=artifacts, left_out=left_out, secrets=secrets)


def last_backup(settings: Settings) -> LastBackup | None:
    """The newest backup that was made of the home folder of the settings, or None."""
    try:
        return msgspec.json.decode((settings.home_path / _LAST).read_bytes(), type=LastBackup)
    except (OSError, msgspec.MsgspecError):
        return None


def restore(settings: Settings, path: Path, progress: Progress) -> RestoreReport:
    """Put a backup into the home and the store of the settings, which must be empty; it is checked whole before.

    One that was interrupted is finished by repeating it with the same file; until then the store is opened by no other.

    Raises:
        InputError: when the file is no backup, or is damaged; then nothing was changed.
        ConflictError: when there is something in the home or the store already; then nothing was changed.
        UnavailableError: when something cannot be written.
    """
    home = settings.home_path
    try:
        make_folder(home)
        with _own_folder(home) as folder:
            progress("checking the file", 0, 0)
            backup = unpack(path, folder)
            with closing(open_store(settings, half_restored=True)) as store:
                _begin(settings, store, backup, path)
                _restore_stores(settings, store, folder, progress)
                for one in _FOLDERS:
                    if (folder / one).is_dir():
                        shutil.copytree(folder / one, home / one, dirs_exist_ok=True)
                for artifact in backup.artifacts:
                    _restore_artifact(settings, store, artifact)
                store.delete_document(*RESTORING)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be restored into {home}: {error}.") from error
    said = backup.contents
    counts = said.listings, said.observations, said.film_events
    return RestoreReport(said.made_at.isoformat(), *counts, said.artifacts, backup.settings, backup.opening)


@contextmanager
def _own_folder(home: Path) -> Iterator[Path]:
    """A folder for what is unpacked, while nobody else restores; those that killed restores left are removed."""
    busy = f"Another restore into {home} is under way: wait until it has ended."
    for left in home.glob(f"{_UNPACKED}*"):
        file_lock(left / "lock", busy=busy).close()
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=_UNPACKED) as name, file_lock(Path(name, "lock"), busy=busy):
        folder = Path(name, "files")
        folder.mkdir()
        yield folder


def _begin(settings: Settings, store: ObservationStore, backup: Unpacked, path: Path) -> None:
    """Keep in the store which backup comes into it, or go on with the one that is kept there."""
    mark = {"made_at": backup.contents.made_at.isoformat(), "sha256": file_hash(path)}
    begun = store.document(*RESTORING)
    if begun is None:
        _require_empty(settings, store)
        store.put_document(*RESTORING, mark)
    elif begun["sha256"] != mark["sha256"]:
        raise ConflictError(
            f"The restore of another backup, that of {begun['made_at']}, was interrupted here: repeat it with that "
            f"file, or {_NEW_HOME} {path.name} there."
        )


def _copy_stores(settings: Settings, folder: Path, progress: Progress) -> dict[str, int]:
    with closing(open_store(settings)) as source, closing(store_in(folder / PRICES)) as target:
        report = migrate(source, target, lambda step: progress("copying prices", step.done, step.total))
    with closing(open_event_store(settings)) as films, closing(open_events(sqlite_file(folder / EVENTS))) as copied:
        events = films.copy_to(copied).events
    progress("checking what was copied", 0, 0)
    counts = report.listings, report.observations, events
    if checked_stores(folder) != counts:
        raise UnavailableError("What was copied is not what there is: look whether the disk is sound, and repeat.")
    return dict(zip(("listings", "observations", "film_events"), counts, strict=True))


def _restore_stores(settings: Settings, store: ObservationStore, folder: Path, progress: Progress) -> None:
    with closing(store_in(folder / PRICES)) as source:
        migrate(source, store, lambda step: progress("restoring prices", step.done, step.total))
    with closing(open_events(sqlite_file(folder / EVENTS))) as source, closing(open_event_store(settings)) as films:
        source.copy_to(films)


def _copy_artifacts(settings: Settings, folder: Path) -> tuple[dict[str, str], list[str]]:
    """Copy what is published; returns its versions by kind, and why one that is damaged was left out."""
    store, found, left_out = open_artifacts(settings), {}, []
    for kind in KINDS:
        if (version := store.current_version(kind)) is None:
            continue
        try:
            source = open_whole(store.get(kind, version), lambda whole: whole.path)
        except (NotFoundError, UnavailableError) as error:
            left_out.append(str(error))
            continue
        shutil.copytree(source, folder / ARTIFACTS / kind / version)
        found[kind] = version
    return found, left_out


def _restore_artifact(settings: Settings, store: ObservationStore, unpacked: Artifact) -> None:
    def fill(target: Path) -> None:
        shutil.copytree(unpacked.path, target, dirs_exist_ok=True)

    found = open_artifacts(settings).adopt(unpacked.kind, unpacked.version, unpacked.manifest, fill)
    if mirror := mirror_over(settings, store):
        mirror.push(found)


def _require_empty(settings: Settings, store: ObservationStore) -> None:
    with closing(open_event_store(settings)) as films:
        is_used = bool(store.listings()) or bool(store.latest()) or films.count() > 0
    if is_used or any(open_artifacts(settings).versions(kind) for kind in KINDS):
        raise ConflictError(
            f"There is something in {settings.home_path} or its store already, with which a restore would be mixed: "
            f"{_NEW_HOME} there."
        )


def _pack(folder: Path, target: Path, about: Mapping[str, Any]) -> None:
    names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        digests = {name: file_hash(folder / name) for name in names}
        archive.writestr(CONTENTS, json.dumps({**about, "files": digests}, indent=1))
        for name in names:
            archive.write(folder / name, name)
