"""A backup of all that cannot be made again, in one file, and its way back into an empty home and store.

In the file are the store of prices and what users did with films, each as an SQLite database whatever they are kept in;
the published versions in use; the runs, evaluations and pauses of hosts; and the settings, without secrets. Fetched
pages and raw film files are left out: they are large, and are there to be fetched again.
"""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec

from almazara.app.mirror import share
from almazara.artifacts import MANIFEST, file_hash, open_artifacts, open_whole
from almazara.errors import ConflictError, InputError, NotFoundError, UnavailableError
from almazara.files import make_folder, replace_file, replacing
from almazara.movies.artifact import MOVIES
from almazara.movies.users.event_store import open_event_store, open_events
from almazara.prices.publishing import FORECASTS
from almazara.prices.store.migration import migrate
from almazara.prices.store.registry import open_store, store_in
from almazara.runs import Progress
from almazara.settings import Settings, plain_settings
from almazara.sql import sqlite_file

_CONTENTS: Final = "backup.json"
_PRICES: Final = "prices.db"
_EVENTS: Final = "film_events.db"
_SETTINGS: Final = "settings.env"
_LAST: Final = "last_backup.json"
_FOLDERS: Final = ("runs", "evaluation", "hosts")
_KINDS: Final = (MOVIES, FORECASTS)
_FORMAT: Final = 1
_LARGEST: Final = 1 << 36  # bytes that a backup may unpack to
_LONGEST_LIST: Final = 1 << 24  # bytes of what it says of itself, a line a file
_BLOCK: Final = 1 << 20


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
    """What was restored; `settings` are those of the backup, as lines of a `.env`."""

    made_at: str
    listings: int
    observations: int
    film_events: int
    artifacts: dict[str, str]
    settings: list[str]


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
            (folder / _SETTINGS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            progress("writing the file", 0, 0)
            about = {"format": _FORMAT, "version": metadata.version("almazara"), "made_at": now.isoformat(), **counts}
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

    Raises:
        InputError: when the file is no backup, or is damaged; then nothing was changed.
        ConflictError: when there is something in the home or the store already; then nothing was changed.
        UnavailableError: when something cannot be written.
    """
    _require_empty(settings)
    home = settings.home_path
    try:
        make_folder(home)
        with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as name:
            folder = Path(name)
            about = _unpack(path, folder)
            _restore_stores(settings, folder, progress)
            for one in _FOLDERS:
                if (folder / one).is_dir():
                    shutil.copytree(folder / one, home / one, dirs_exist_ok=True)
            artifacts = _restore_artifacts(settings, folder)
            lines = (folder / _SETTINGS).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be restored into {home}: {error}.") from error
    counts = {name: about[name] for name in ("listings", "observations", "film_events")}
    return RestoreReport(about["made_at"], **counts, artifacts=artifacts, settings=lines)


def _copy_stores(settings: Settings, folder: Path, progress: Progress) -> dict[str, int]:
    with closing(open_store(settings)) as source, closing(store_in(folder / _PRICES)) as target:
        report = migrate(source, target, lambda step: progress("copying prices", step.done, step.total))
    with closing(open_event_store(settings)) as films, closing(open_events(sqlite_file(folder / _EVENTS))) as copied:
        events = films.copy_to(copied).events
    return {"listings": report.listings, "observations": report.observations, "film_events": events}


def _restore_stores(settings: Settings, folder: Path, progress: Progress) -> None:
    with closing(store_in(folder / _PRICES)) as source, closing(open_store(settings)) as target:
        migrate(source, target, lambda step: progress("restoring prices", step.done, step.total))
    with closing(open_events(sqlite_file(folder / _EVENTS))) as source, closing(open_event_store(settings)) as films:
        source.copy_to(films)


def _copy_artifacts(settings: Settings, folder: Path) -> tuple[dict[str, str], list[str]]:
    """Copy what is published; returns its versions by kind, and why one that is damaged was left out."""
    store, found, left_out = open_artifacts(settings), {}, []
    for kind in _KINDS:
        if (version := store.current_version(kind)) is None:
            continue
        try:
            source = open_whole(store.get(kind, version), lambda whole: whole.path)
        except (NotFoundError, UnavailableError) as error:
            left_out.append(str(error))
            continue
        shutil.copytree(source, folder / "artifacts" / kind / version)
        found[kind] = version
    return found, left_out


def _restore_artifacts(settings: Settings, folder: Path) -> dict[str, str]:
    store, found = open_artifacts(settings), {}
    for kind in _KINDS:
        for source in (folder / "artifacts" / kind).glob("*/"):
            manifest = json.loads((source / MANIFEST).read_text(encoding="utf-8"))

            def fill(target: Path, source: Path = source) -> None:
                shutil.copytree(source, target, dirs_exist_ok=True)

            artifact = store.adopt(kind, source.name, manifest, fill)
            share(settings, artifact)
            found[kind] = artifact.version
    return found


def _require_empty(settings: Settings) -> None:
    with closing(open_store(settings)) as store, closing(open_event_store(settings)) as films:
        is_used = bool(store.listings()) or bool(store.latest()) or films.count() > 0
    if is_used or any(open_artifacts(settings).versions(kind) for kind in _KINDS):
        raise ConflictError(
            f"There is something in {settings.home_path} or its store already, with which a restore would be mixed: "
            "set ALMAZARA_HOME to a new folder (and ALMAZARA_STORE_URL to an empty store), and restore there."
        )


def _pack(folder: Path, target: Path, about: Mapping[str, Any]) -> None:
    names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        digests = {name: file_hash(folder / name) for name in names}
        archive.writestr(_CONTENTS, json.dumps({**about, "files": digests}, indent=1))
        for name in names:
            archive.write(folder / name, name)


def _unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup, each file checked; returns what it says of itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.getinfo(_CONTENTS).file_size
            if listed > _LONGEST_LIST or sum(one.file_size for one in archive.infolist()) > _LARGEST:
                raise InputError(f"{path.name} unpacks to more than {_LARGEST >> 30} GB: it is no backup.")
            about: dict[str, Any] = json.loads(archive.read(_CONTENTS))
            if about["format"] != _FORMAT:
                raise InputError(f"{path.name} was made by a newer Almazara ({about['version']}): upgrade first.")
            for name, digest in about["files"].items():
                _unpack_one(archive, name, folder)
                if file_hash(folder / name) != digest:
                    raise InputError(f"{path.name} is damaged: {name} is not what was backed up.")
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise InputError(f"{path.name} is no backup of Almazara, or is damaged: {error}.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    return about


def _unpack_one(archive: zipfile.ZipFile, name: str, folder: Path) -> None:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or PurePosixPath(name).is_absolute() or "\\" in name:
        raise ValueError(f"{name!r} leads out of the folder")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK)
