"""What the steps of a retraining gave, kept until it has ended: one that is killed is gone on with, not repeated."""

import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Final, Self, TypeVar

import msgspec
import numpy as np
import polars as pl
from scipy import sparse

from almazara import log
from almazara.movies.cleaning.cleaning import CleanCatalog
from almazara.movies.cleaning.tables import read_clean, write_clean

T = TypeVar("T")

_LISTS: Final = "lists.npy"
_UNREADABLE: Final = (OSError, ValueError, msgspec.MsgspecError, pl.exceptions.PolarsError)


class KeptWork:
    """Steps' results in a folder of its own; used as a context, at whose end they go.

    They stay only where the process is killed, or told to end: an error would be the same the next time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, Exception):
            shutil.rmtree(self._folder, ignore_errors=True)

    def clean(self, inputs: str, make: Callable[[], CleanCatalog]) -> CleanCatalog:
        """The clean catalog of these inputs."""
        return self._once("clean", inputs, make, write_clean, read_clean)

    def lists(self, inputs: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """The lists that a model trained on these inputs made for judged users."""
        return self._once("lists", inputs, make, _write_lists, _read_lists)

    def _once(
        self,
        name: str,
        inputs: str,
        make: Callable[[], T],
        write: Callable[[T, Path], None],
        read: Callable[[Path], T],
    ) -> T:
        """What was kept of the same inputs, or else what is made now; that it cannot be kept harms nobody."""
        code = hashlib.sha256(f"{metadata.version('almazara')}\n{inputs}".encode()).hexdigest()[:16]
        place, unfinished = self._folder / f"{name}-{code}", self._folder / ".unfinished"
        with suppress(*_UNREADABLE):
            found = read(place)
            log.event("retraining_goes_on", after=name)
            return found
        made = make()
        with suppress(OSError):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            write(made, unfinished)
            unfinished.rename(place)
        return made


def state_of(*places: Path | None) -> str:
    """Names, sizes and times of files, or of those in folders and theirs: another text when one of them changes."""
    lines = []
    for place in filter(None, places):
        files = sorted([*place.iterdir(), *place.glob("*/*")]) if place.is_dir() else [place]
        for path in files:
            with suppress(OSError):
                about = path.stat()
                lines.append(f"{path} {about.st_size} {about.st_mtime_ns}")
    return "\n".join(lines)


def digest(*matrices: sparse.csr_array | np.ndarray) -> str:
    """Another text when a value of an array, sparse or not, changes."""
    found = hashlib.sha256()
    for matrix in matrices:
        for part in [matrix] if isinstance(matrix, np.ndarray) else [matrix.indptr, matrix.indices, matrix.data]:
            found.update(f"{part.dtype} {part.shape}".encode())
            found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


def _write_lists(lists: np.ndarray, folder: Path) -> None:
    np.save(folder / _LISTS, lists)


def _read_lists(folder: Path) -> np.ndarray:
    found: np.ndarray = np.load(folder / _LISTS)
    return found
