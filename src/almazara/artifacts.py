"""Versioned artifacts: folders with a manifest, published by one atomic rename, with a way back.

Layout under a root::

    <root>/<kind>/<version>/manifest.json + files
    <root>/<kind>/current            symbolic-link-free pointer: a text file with a version's name
    <root>/<kind>/.building-*        what a killed build left; the next build removes it, or goes on with it
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from almazara.errors import NotFoundError, UnavailableError
from almazara.files import file_lock, replace_file, sync, unwritable
from almazara.settings import Settings

MANIFEST = "manifest.json"
POINTER = "current"
_BUILDING = ".building-"
_LOCK = ".lock"
VERSION = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9]{2,}")
_STAMP_LENGTH = 15
_LONGEST: Final = 300
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A published version: its folder and its manifest."""

    kind: str
    version: str
    path: Path
    manifest: Mapping[str, Any]

    @property
    def files(self) -> Mapping[str, str]:
        """The SHA-256 of each of its files, by name."""
        files: Mapping[str, str] = self.manifest["files"]
        return files


class ArtifactStore:
    """Reads and publishes the artifacts below one root folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current_version(self, kind: str) -> str | None:
        """The version in use, or None before the first build; one small read, cheap enough to poll.

        It is the one that is pointed to; where the pointer is damaged the newest one that is whole, or else the newest.
        """
        return self.pointed_to(kind) or self._newest(kind)

    def pointed_to(self, kind: str) -> str | None:
        """The version that is pointed to, or None where there is no pointer or none that names a version."""
        try:
            version = (self.root / kind / POINTER).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return version if VERSION.fullmatch(version) else None

    def is_pointer_damaged(self, kind: str) -> bool:
        """Whether there are versions, and no pointer that names one."""
        return self.pointed_to(kind) is None and self._newest(kind) is not None

    def current(self, kind: str) -> Artifact:
        """The artifact in use; raises NotFoundError when nothing of this kind was published yet."""
        version = self.current_version(kind)
        if version is None:
            raise NotFoundError(
                f"There is no version of {kind} yet under {self.root}: build it first, with almazara up."
            )
        return self.get(kind, version)

    def get(self, kind: str, version: str) -> Artifact:
        """One version by name; raises NotFoundError when there is none."""
        artifact = self._read(kind, version) if VERSION.fullmatch(version) else None
        if artifact is None:
            raise NotFoundError(f"There is no readable version {version!r} of {kind} under {self.root}.")
        return artifact

    def is_whole(self, kind: str, version: str) -> bool:
        """Whether a version's manifest and all files that it names are there."""
        artifact = self._read(kind, version)
        return artifact is not None and all((artifact.path / name).is_file() for name in artifact.files)

    def versions(self, kind: str) -> list[Artifact]:
        """All published versions that can be read, newest first."""
        found = (self._read(kind, name) for name in self._names(kind))
        return [artifact for artifact in found if artifact is not None]

    def publish(self, kind: str, fill: Callable[[Path], Mapping[str, Any]], *, now: datetime, keep: int) -> Artifact:
        """Let `fill` write files into a temporary folder, then publish it in one rename and point to it.

        Args:
            kind: The artifact's kind, a folder name.
            fill: Writes the files and returns what the manifest says of them; whatever it raises, nothing is published.
            now: The moment of the build (aware); it names the version.
            keep: How many versions stay; older ones are removed, never the current one.

        Raises:
            ConflictError: when another process builds the same kind at this moment.
            UnavailableError: when the folder cannot be written.
        """
        with self._locked(kind):
            version = self._next_name(kind, now)
            shutil.rmtree(self._building(kind, version), ignore_errors=True)
            try:
                with self._built(kind, version) as folder:
                    described = dict(fill(folder))
                    manifest = {**described, "kind": kind, "version": version, "built_at": now.isoformat()}
                    manifest["files"] = {p.name: file_hash(p) for p in sorted(folder.iterdir()) if p.is_file()}
                    (folder / MANIFEST).write_bytes(_written(manifest))
            finally:
                shutil.rmtree(self._building(kind, version), ignore_errors=True)
            self._point(kind, version)
            self._prune(kind, keep)
        return self.get(kind, version)

    def adopt(
        self, kind: str, version: str, manifest: Mapping[str, Any], fill: Callable[[Path], None], *, keep: int = 2
    ) -> Artifact:
        """Publish a version that another machine made, with its name and manifest; see `publish`.

        `fill` finds what an attempt that was broken off left in the folder. What is to go goes first: a small disk
        holds `keep` versions, not one more.

        Raises:
            UnavailableError: when its name is none of a version, or the folder cannot be written.
        """
        if not VERSION.fullmatch(version):
            raise UnavailableError(f"{version[:40]!r} is no name of a version.")
        with self._locked(kind):
            if self._read(kind, version) is None:
                self._prune(kind, keep - 1)
                with self._built(kind, version) as folder:
                    fill(folder)
                    (folder / MANIFEST).write_bytes(_written(manifest))
            self._point(kind, version)
            self._prune(kind, keep)
        return self.get(kind, version)

    def describe(self, kind: str, version: str, more: Mapping[str, Any]) -> Artifact:
        """Say more of a published version in its manifest, whose other statements stay; in one atomic replacement.

        Raises:
            NotFoundError: when there is no such version.
            ConflictError: when another process builds the same kind at this moment.
            UnavailableError: when the folder cannot be written.
        """
        with self._locked(kind):
            artifact = self.get(kind, version)
            replace_file(artifact.path / MANIFEST, _written({**artifact.manifest, **more}), durable=True)
            sync(artifact.path)
        return self.get(kind, version)

    def rollback(self, kind: str, version: str | None = None) -> Artifact:
        """Point to `version`, or to the newest one older than that which is pointed to; NotFoundError without any."""
        if version is None:
            current = self.pointed_to(kind)
            older = [found.version for found in self.versions(kind) if current is None or found.version < current]
            if not older:
                raise NotFoundError(f"There is no version of {kind} older than {current} to go back to.")
            version = older[0]
        artifact = self.get(kind, version)
        with self._locked(kind):
            self._point(kind, version)
        return artifact

    @contextmanager
    def _built(self, kind: str, version: str) -> Iterator[Path]:
        """The folder in which a version is made; it is published, on the disk, when the block ends well."""
        building, folder = self._building(kind, version), self.root / kind
        for leftover in folder.glob(f"{_BUILDING}*"):
            if leftover != building:
                shutil.rmtree(leftover, ignore_errors=True)
        building.mkdir(exist_ok=True)
        yield building
        for path in building.iterdir():
            sync(path)
        sync(building)
        shutil.rmtree(folder / version, ignore_errors=True)  # what cannot be read stands in nobody's way
        building.rename(folder / version)
        sync(folder)

    def _building(self, kind: str, version: str) -> Path:
        return self.root / kind / f"{_BUILDING}{version}"

    def _point(self, kind: str, version: str) -> None:
        pointer = self.root / kind / POINTER
        replace_file(pointer, f"{version}\n".encode(), durable=True)
        sync(pointer.parent)

    def _prune(self, kind: str, keep: int) -> None:
        current = self.current_version(kind)
        for name in self._names(kind)[max(keep, 1) :]:
            if name != current:
                shutil.rmtree(self.root / kind / name, ignore_errors=True)

    def _read(self, kind: str, version: str) -> Artifact | None:
        path = self.root / kind / version
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return Artifact(kind, version, path, manifest) if _is_manifest(manifest) else None

    def _newest(self, kind: str) -> str | None:
        found = [artifact.version for artifact in self.versions(kind)]
        return next((version for version in found if self.is_whole(kind, version)), next(iter(found), None))

    def _names(self, kind: str) -> list[str]:
        """Names of all versions, readable or not, newest first."""
        folders = (self.root / kind).glob("*/")
        return sorted((folder.name for folder in folders if VERSION.fullmatch(folder.name)), reverse=True)

    def _next_name(self, kind: str, now: datetime) -> str:
        """A name after all others, also within one second and when the clock went back."""
        newest = max(self._names(kind), default="")
        stamp, number = max(now.strftime("%Y%m%dT%H%M%S"), newest[:_STAMP_LENGTH]), 0
        while (name := f"{stamp}-{number:02d}") <= newest:
            number += 1
        return name

    @contextmanager
    def _locked(self, kind: str) -> Iterator[None]:
        """Hold the kind's lock, which the kernel releases when a process is killed."""
        folder = self.root / kind
        try:
            lock = file_lock(folder / _LOCK, busy=f"Another process is building {kind}: wait until it has ended.")
        except OSError as error:
            raise unwritable(folder, error) from error
        with lock:
            try:
                yield
            except OSError as error:
                raise unwritable(folder, error) from error


def _is_manifest(document: object) -> bool:
    """Whether a document says what every manifest does."""
    match document:
        case {"version": str(), "built_at": str(), "files": dict()}:
            return True
        case _:
            return False


def open_whole(artifact: Artifact, opening: Callable[[Artifact], T]) -> T:
    """What `opening` makes of a version, of which each file is what its manifest says; reads each of them once.

    Raises:
        UnavailableError: when a file is damaged or not there, or when it cannot be opened all the same.
    """
    name = f"The version {artifact.version} of {artifact.kind} in {artifact.path}"
    try:
        if damaged := damaged_files(artifact):
            raise UnavailableError(
                f"{name} is damaged: {', '.join(damaged)[:_LONGEST]}. "
                "Go back to another one (rollback), or make it anew."
            )
        return opening(artifact)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UnavailableError(f"{name} cannot be opened: {error}.") from error


def damaged_files(artifact: Artifact) -> list[str]:
    """The files of a version that are not what its manifest says; reads each of them once."""
    found = ((name, digest, artifact.path / name) for name, digest in artifact.files.items())
    return [name for name, digest, path in found if not path.is_file() or file_hash(path) != digest]


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode()


def open_artifacts(settings: Settings) -> ArtifactStore:
    """The artifacts under the home folder."""
    return ArtifactStore(settings.home_path / "artifacts")
