"""Reads the file of a backup, which may be damaged or a stranger's: unpacked into a folder, and checked whole there."""

import json
import shutil
import zipfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from almazara.artifacts import Artifact, ArtifactStore, file_hash
from almazara.errors import InputError
from almazara.files import refuse_endless
from almazara.movies.artifact import MOVIES
from almazara.movies.users.event_store import open_events
from almazara.prices.publishing import FORECASTS
from almazara.prices.store.migration import check
from almazara.prices.store.registry import store_in
from almazara.settings import Settings
from almazara.sql import sqlite_file

CONTENTS: Final = "backup.json"
PRICES: Final = "prices.db"
EVENTS: Final = "film_events.db"
SETTINGS: Final = "settings.env"
ARTIFACTS: Final = "artifacts"
KINDS: Final = (MOVIES, FORECASTS)
FORMAT: Final = 1
_LARGEST: Final = 1 << 36  # bytes that a backup may unpack to
_LARGEST_BESIDE: Final = 200_000_000
"""Of all that is no store and nothing published: some records of each run, and tables of an evaluation."""
_LARGE: Final = frozenset({CONTENTS, PRICES, EVENTS, ARTIFACTS})
_LONGEST_LIST: Final = 1 << 24  # bytes of what it says of itself, a line a file
_BLOCK: Final = 1 << 20


_HARMLESS: Final = frozenset(
    f"ALMAZARA_{name.upper()}"
    for name in (
        *("port", "log_level", "log_format", "timezone", "language", "min_votes", "demo"),
        *("films_renewed_on", "films_renewed_at"),
    )
)
"""What a stranger may choose. Each other setting, and each that comes, lets somebody in, lifts a limit, takes room or
time, or names what is asked, told or loaded."""
_PLAIN: Final = frozenset(
    f"ALMAZARA_{name.upper()}"
    for name, field in Settings.model_fields.items()
    if name != "home" and "Secret" not in str(field.annotation)
)


class _Made(msgspec.Struct, frozen=True):
    format: int
    version: str


class Contents(msgspec.Struct, frozen=True):
    """What a backup says of itself: what it holds, published versions by kind, the SHA-256 of each file by name."""

    made_at: datetime
    listings: int
    observations: int
    film_events: int
    artifacts: dict[str, str]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup in a folder, whole.

    Attributes:
        settings: Lines for a `.env`: settings of ours, in none of which a backup of ours has a secret.
        opening: More of them, which may let others in, lift a limit, or name what is asked, told or loaded.
    """

    folder: Path
    contents: Contents
    artifacts: list[Artifact]
    settings: list[str]
    opening: list[str]


def unpack(path: Path, folder: Path) -> Unpacked:
    """Unpack a backup into an empty folder, and read all that is in it.

    Raises:
        InputError: when it cannot be read, is no backup, or anything in it is damaged or missing.
    """
    try:
        refuse_endless(path)
        with zipfile.ZipFile(path) as archive:
            contents = _contents(archive)
            for name, digest in contents.files.items():
                _unpack_one(archive, name, digest, folder)
        settings, opening = _told_apart((folder / SETTINGS).read_text(encoding="utf-8").splitlines())
        artifacts = [_artifact(folder, contents, kind) for kind in contents.artifacts]
        counted = checked_stores(folder)
        if counted != (contents.listings, contents.observations, contents.film_events):
            raise ValueError(f"{CONTENTS} counts otherwise than what is in it")  # noqa: TRY301 - as all that is damaged
    except InputError as error:
        raise InputError(f"{path.name} cannot be restored: {error}") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # what a stranger's archive or database makes its reader raise is known to nobody
        cause = str(error).partition("\n")[0].rstrip(".")
        raise InputError(f"{path.name} is no backup of Almazara, or is damaged: {cause}.") from error
    return Unpacked(folder, contents, artifacts, settings, opening)


def checked_stores(folder: Path) -> tuple[int, int, int]:
    """Read all that the stores of a backup hold; returns how many listings, observations and film events there are.

    Raises:
        AlmazaraError: when something in them is damaged.
    """
    with closing(store_in(folder / PRICES)) as prices, closing(open_events(sqlite_file(folder / EVENTS))) as events:
        events.check()
        return *check(prices), events.count()


def _told_apart(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """The lines of settings of ours, and those which only somebody should take over who made the backup."""
    named = [(line.partition("=")[0], line) for line in lines]
    ours = [(name, line) for name, line in named if name in _PLAIN]
    return [line for name, line in ours if name in _HARMLESS], [line for name, line in ours if name not in _HARMLESS]


def _contents(archive: zipfile.ZipFile) -> Contents:
    listed = archive.getinfo(CONTENTS).file_size
    if listed > _LONGEST_LIST or sum(one.file_size for one in archive.infolist()) > _LARGEST:
        raise InputError(f"It unpacks to more than {_LARGEST >> 30} GB: it is no backup.")
    beside = (one for one in archive.infolist() if one.filename.partition("/")[0] not in _LARGE)
    if sum(one.file_size for one in beside) > _LARGEST_BESIDE:
        raise InputError(f"Its records of runs unpack to more than {_LARGEST_BESIDE // 10**6} MB: it is no backup.")
    said = archive.read(CONTENTS)
    made = msgspec.json.decode(said, type=_Made)
    if made.format != FORMAT:
        raise InputError(f"It was made by a newer Almazara ({made.version}): upgrade first.")
    contents = msgspec.json.decode(said, type=Contents)
    if missing := {PRICES, EVENTS, SETTINGS} - contents.files.keys():
        raise ValueError(f"{min(missing)} is missing")
    return contents


def _unpack_one(archive: zipfile.ZipFile, name: str, digest: str, folder: Path) -> None:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or PurePosixPath(name).is_absolute() or "\\" in name or not name.isprintable():
        raise ValueError(f"{name!r} is no name of a file in a backup")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _BLOCK)
    if file_hash(target) != digest:
        raise ValueError(f"{name} is not what was backed up")


def _artifact(folder: Path, contents: Contents, kind: str) -> Artifact:
    """A published version of which every file is there, and whose manifest can be written again."""
    if kind not in KINDS:
        raise ValueError(f"{kind[:40]!r} is no kind of what is published")
    artifact = ArtifactStore(folder / ARTIFACTS).get(kind, contents.artifacts[kind])
    for name in artifact.files:
        if f"{ARTIFACTS}/{kind}/{artifact.version}/{name}" not in contents.files:
            raise ValueError(f"{name[:40]!r} of {kind} {artifact.version} is missing")
    json.dumps(artifact.manifest, ensure_ascii=False).encode()  # as it is published; not all that JSON can name is text
    return artifact
