"""Published versions beyond this machine: pushed when they are published, pulled by the servers that answer from them.

Where they lie is a place for bytes by name (`Blobs`): a store that several machines share, or what fsspec opens. A
version is whole before a pointer names it, and each of its files is checked against its manifest when it is pulled.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from almazara import log
from almazara.artifacts import MANIFEST, POINTER, Artifact, ArtifactStore
from almazara.errors import InputError, MissingExtraError, UnavailableError

_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class Blobs(Protocol):
    """Keeps bytes by name; a name has parts with `/` between them."""

    def get(self, name: str) -> bytes | None:
        """The bytes of a name, or None.

        Raises:
            UnavailableError: when they cannot be asked for.
        """
        ...

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
        kept = self._pointer(kind)
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
        return [kind for kind in sorted(self.kinds) if self._pull(kind)]

    def _pull(self, kind: str) -> bool:
        version = next(iter(self._pointer(kind)), None)
        if version is None or version == self.artifacts.current_version(kind):
            return False
        manifest = self._manifest(kind, version)

        def fill(folder: Path) -> None:
            for name, digest in manifest["files"].items():
                content = self.blobs.get(f"{kind}/{version}/{name}")
                if content is None or hashlib.sha256(content).hexdigest() != digest or not _PLAIN.issuperset(name):
                    raise UnavailableError(f"The file {name} of version {version} of {kind} is missing or damaged.")
                (folder / name).write_bytes(content)

        self.artifacts.adopt(kind, version, manifest, fill)
        log.event("artifact_pulled", kind=kind, version=version)
        return True

    def _manifest(self, kind: str, version: str) -> Mapping[str, Any]:
        content = self.blobs.get(f"{kind}/{version}/{MANIFEST}")
        try:
            manifest = json.loads(content or b"")
            if isinstance(manifest["files"], dict):
                return dict(manifest)
        except (ValueError, KeyError, TypeError):
            pass
        raise UnavailableError(f"The manifest of version {version} of {kind} is missing or damaged.")

    def _pointer(self, kind: str) -> list[str]:
        """The versions that are kept, the one in use first."""
        content = self.blobs.get(f"{kind}/{POINTER}")
        return content.decode("utf-8", "replace").split() if content else []

    def _forget(self, kind: str, version: str) -> None:
        try:
            names: Iterable[str] = self._manifest(kind, version)["files"]
        except UnavailableError:
            return
        for name in (MANIFEST, *names):
            self.blobs.delete(f"{kind}/{version}/{name}")


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
