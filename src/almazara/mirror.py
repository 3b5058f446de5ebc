"""Published versions beyond this machine: pushed when they are published, pulled by the servers that answer from them.

Where they lie is a place for bytes by name (`Blobs`): a store that several machines share, or what fsspec opens. A
version is whole before a pointer names it, and each of its files is checked against its manifest when it is pulled.
"""

import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from almazara import log
from almazara.artifacts import MANIFEST, POINTER, VERSION, Artifact, ArtifactStore, file_hash
from almazara.errors import InputError, MissingExtraError, UnavailableError

AT_ONCE: Final = 8
"""Files that are copied side by side."""
_TABLE: Final = ".parquet"
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BETWEEN: Final = re.compile(r'[\s",\[\]]+')  # versions in a pointer: line ends; of earlier versions what is JSON's


class ReadBlobs(Protocol):
    """Gives bytes by name; a name has parts with `/` between them. Threads may share it."""

    def get(self, name: str) -> bytes | None:
        """The bytes of a name, or None.

        Raises:
            UnavailableError: when they cannot be asked for.
        """
        ...

    def copy(self, name: str, target: Path) -> None:
        """Write the bytes of a name into a file.

        Raises:
            UnavailableError: when they are not there, or cannot be asked for.
        """
        ...


class Blobs(ReadBlobs, Protocol):
    """Keeps bytes by name."""

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes under a name.

        Raises:
            UnavailableError: when they cannot be kept.
        """
        ...

    def delete(self, name: str) -> None:
        """Forget a name; fine when it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class Mirror:
    """Pushes and pulls versions of some kinds of artifact.

    Attributes:
        kinds: Those that are mirrored.
    """

    artifacts: ArtifactStore
    blobs: Blobs
    kinds: frozenset[str]

    def push(self, artifact: Artifact) -> None:
        """Keep a version and point to it; the one that was pointed to before stays, those before it go.

        Raises:
            UnavailableError: when it cannot be kept.
        """
        kind = artifact.kind
        if kind not in self.kinds:
            return
        kept = _pointed_to(self.blobs, kind)
        if artifact.version not in kept:
            for name in (*artifact.manifest["files"], MANIFEST):  # the manifest last: with it the version is whole
                self.blobs.put(f"{kind}/{artifact.version}/{name}", (artifact.path / name).read_bytes())
        versions = [artifact.version, *(one for one in kept if one != artifact.version)]
        self.blobs.put(f"{kind}/{POINTER}", "".join(f"{one}\n" for one in versions[:2]).encode())
        for version in versions[2:]:
            self._forget(kind, version)
        log.event("artifact_pushed", kind=kind, version=artifact.version)

    def pull(self) -> list[str]:
        """Take in the version of each kind that is pointed to, where it is another than ours; returns these kinds.

        Raises:
            UnavailableError: when it cannot be asked for, or is damaged; what was in use stays.
        """
        return [kind for kind in sorted(self.kinds) if pull_current(self.artifacts, self.blobs, kind)]

    def published(self) -> dict[str, str | None]:
        """The version of each kind that is pointed to, None where there is none.

        Raises:
            UnavailableError: when it cannot be asked for.
        """
        return {kind: next(iter(_pointed_to(self.blobs, kind)), None) for kind in sorted(self.kinds)}

    def _forget(self, kind: str, version: str) -> None:
        try:
            names: Iterable[str] = _manifest(self.blobs, kind, version)["files"]
        except UnavailableError:
            return
        for name in (MANIFEST, *names):
            self.blobs.delete(f"{kind}/{version}/{name}")


def pull_current(artifacts: ArtifactStore, blobs: ReadBlobs, kind: str, *, tables: bool = True) -> bool:
    """Take in the version that is pointed to, where it is another than the one in use; says whether it was.

    Files are copied side by side, and those that an attempt before has brought are not asked for again.

    Args:
        artifacts: Where it is published.
        blobs: Where it lies.
        kind: The artifact's kind.
        tables: Whether tables come along, which are read to build and to train, never to answer.

    Raises:
        UnavailableError: when it cannot be asked for, or is damaged; what was in use stays.
    """
    version = next(iter(_pointed_to(blobs, kind)), None)
    if version is None or version == artifacts.pointed_to(kind):
        return False
    if not VERSION.fullmatch(version):
        raise UnavailableError(f"{version[:40]!r}, which is published as {kind}, is no name of a version.")
    manifest = _manifest(blobs, kind, version)
    files = {name: digest for name, digest in manifest["files"].items() if tables or not name.endswith(_TABLE)}

    def bring(folder: Path, name: str) -> None:
        target = folder / name
        if target.is_file() and file_hash(target) == files[name]:
            return
        blobs.copy(f"{kind}/{version}/{name}", target)
        if file_hash(target) != files[name]:
            raise UnavailableError(f"The file {name} of version {version} of {kind} is damaged where it is published.")

    def fill(folder: Path) -> None:
        for other in {path.name for path in folder.iterdir()} - files.keys():
            (folder / other).unlink()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for brought in [pool.submit(bring, folder, name) for name in files]:
                brought.result()

    artifacts.adopt(kind, version, {**manifest, "files": files}, fill)  # whole is what its manifest names
    log.event("artifact_pulled", kind=kind, version=version, files=len(files))
    return True


def _pointed_to(blobs: ReadBlobs, kind: str) -> list[str]:
    """The versions that are kept, the one in use first."""
    content = blobs.get(f"{kind}/{POINTER}")
    names = _BETWEEN.split(content.decode("utf-8", "replace")) if content else []
    return [name for name in names if name]


def _manifest(blobs: ReadBlobs, kind: str, version: str) -> dict[str, Any]:
    """What is said of a published version; its files are named as files of an artifact are."""
    try:
        manifest = json.loads(blobs.get(f"{kind}/{version}/{MANIFEST}") or b"")
        if all(_FILE.fullmatch(name) and isinstance(digest, str) for name, digest in manifest["files"].items()):
            return dict(manifest)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise UnavailableError(f"The manifest of version {version} of {kind} is missing or damaged.")


class UrlBlobs:
    """Bytes below a URL that fsspec opens: a folder, `s3://bucket/path`, `gs://bucket/path`, `memory://path`."""

    def __init__(self, url: str) -> None:
        """Open it.

        Raises:
            MissingExtraError: when fsspec, or the library for this kind of URL, is not installed.
            InputError: when the URL is of no kind that fsspec knows.
        """
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            raise MissingExtraError("remote", "Artifacts at a URL") from error
        except ValueError as error:
            raise InputError(f"ALMAZARA_ARTIFACTS_URL is of no known kind: {str(error).splitlines()[0]}") from error

    def get(self, name: str) -> bytes | None:
        """The bytes of a name, or None."""
        try:
            return bytes(self._files.cat_file(self._path(name)))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise UnavailableError(f"The artifacts' place did not give {name}: {error!r}.") from error

    def copy(self, name: str, target: Path) -> None:
        """Write the bytes of a name into a file."""
        try:
            self._files.get_file(self._path(name), str(target))
        except Exception as error:
            raise UnavailableError(f"The artifacts' place did not give {name}: {error!r}.") from error

    def put(self, name: str, content: bytes) -> None:
        """Keep bytes under a name."""
        path = self._path(name)
        try:
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(path, content)
        except Exception as error:
            raise UnavailableError(f"The artifacts' place did not take {name}: {error!r}.") from error

    def delete(self, name: str) -> None:
        """Forget a name; fine when it is not there."""
        try:
            self._files.rm_file(self._path(name))
        except FileNotFoundError:
            return
        except Exception as error:  # noqa: BLE001 - what is left costs room only
            log.event("blob_not_deleted", blob=name, error=repr(error))

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"
