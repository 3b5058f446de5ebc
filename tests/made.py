"""Folders that take long to make: once a run, or once for as long as what they are made of stays the same."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

import pytest

import almazara

_PACKAGE = Path(almazara.__file__).parent


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker of a run makes and the others wait for."""
    root = tmp_path_factory.getbasetemp()
    return _made(root.parent if "PYTEST_XDIST_WORKER" in os.environ else root, name, make)


def kept(request: pytest.FixtureRequest, name: str, made_of: Iterable[Path], make: Callable[[Path], object]) -> Path:
    """A folder that stays in pytest's cache until one of these files changes, or Python, or a library that reckons."""
    cache = getattr(request.config, "cache", None)
    if cache is None:  # -p no:cacheprovider
        return made_once(request.getfixturevalue("tmp_path_factory"), name, make)
    root = cache.mkdir("made")
    versions = [sys.version, *(metadata.version(library) for library in ("numpy", "polars", "scipy"))]
    key = hashlib.sha256("\n".join(versions).encode())
    for path in sorted(made_of):
        key.update(str(path).encode() + path.read_bytes())
    current = f"{name}-{key.hexdigest()[:16]}"
    folder = _made(root, current, make)
    for path in root.glob(f"{name}-*"):
        if not path.name.startswith(current):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)  # others do too
    return folder


def source_of_movies() -> list[Path]:
    """All that a film catalog is built by."""
    folders = (_PACKAGE / "movies", _PACKAGE / "words")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return [*_PACKAGE.glob("*.py"), *files]


def _made(root: Path, name: str, make: Callable[[Path], object]) -> Path:
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was cut off
            make(folder)
            done.touch()
    return folder
