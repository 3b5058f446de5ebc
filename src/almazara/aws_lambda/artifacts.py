"""Published artifacts copied from a bucket into the home folder, as they are needed to answer.

The bucket holds what `artifacts/` of a home folder holds, `<kind>/<version>/` and the pointer `<kind>/current`, as
another machine with `ALMAZARA_ARTIFACTS_URL` pushes it (`almazara.mirror`).
"""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import msgspec

from almazara import log
from almazara.artifacts import MANIFEST, POINTER, VERSION, ArtifactStore, file_hash
from almazara.aws_lambda.remote import AT_ONCE, Bucket
from almazara.errors import UnavailableError
from almazara.files import replace_file

_TABLE: Final = ".parquet"  # read to build and to train, never to answer
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def copy_current(bucket: Bucket, artifacts: ArtifactStore, kind: str) -> None:
    """Copy the version that the bucket points to, unless it is here already, and point to it.

    Raises:
        UnavailableError: when it cannot be read, or is not what its manifest says; what is here stays in use.
    """
    pointer = bucket.read(f"{kind}/{POINTER}")
    version = "" if pointer is None else pointer.decode("utf-8", "replace").strip().partition("\n")[0]
    if version in {"", artifacts.current_version(kind)}:
        return
    if not VERSION.fullmatch(version):
        raise UnavailableError(f"{kind}/{POINTER} of the bucket names {version[:40]!r}, which is no version.")
    _make_room(artifacts, kind, version)
    folder = artifacts.root / kind / version
    folder.mkdir(parents=True, exist_ok=True)
    manifest = bucket.read(f"{kind}/{version}/{MANIFEST}") or b""
    files = _files(manifest, f"{kind}/{version}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for copied in [pool.submit(_copy, bucket, f"{kind}/{version}", folder / name, files[name]) for name in files]:
            copied.result()
    kept = {**msgspec.json.decode(manifest), "files": files}  # whole is a version with all that its manifest names
    (folder / MANIFEST).write_bytes(msgspec.json.encode(kept))
    replace_file(folder.parent / POINTER, f"{version}\n".encode(), durable=False)
    log.event("artifact_copied", kind=kind, version=version, files=len(files))


def _make_room(artifacts: ArtifactStore, kind: str, version: str) -> None:
    """Remove the versions before the one in use: the disk of a function holds two, and not many."""
    for old in (artifacts.root / kind).glob("*/"):
        if old.name not in {artifacts.current_version(kind), version}:
            shutil.rmtree(old, ignore_errors=True)


def _files(manifest: bytes, version: str) -> dict[str, str]:
    """The files of a version that answers are made of, with their hashes."""
    try:
        described: Any = msgspec.json.decode(manifest)
        files: dict[str, str] = msgspec.convert(described["files"], dict[str, str])
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise UnavailableError(f"The bucket holds no readable manifest of {version}.") from error
    if strange := [name for name in files if not _FILE.fullmatch(name)]:
        raise UnavailableError(f"The manifest of {version} names {strange[0][:40]!r}, which is no file of an artifact.")
    return {name: found for name, found in files.items() if not name.endswith(_TABLE)}


def _copy(bucket: Bucket, version: str, target: Path, expected: str) -> None:
    if target.is_file() and file_hash(target) == expected:
        return  # of a copy that was broken off
    bucket.copy(f"{version}/{target.name}", target)
    if file_hash(target) != expected:
        raise UnavailableError(f"{version}/{target.name} of the bucket is not the file that its manifest describes.")
