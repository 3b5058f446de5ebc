"""Stored files as streams, alike from a folder or a zip file, plain or gzip, with a limit on what they unpack to."""

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Final, TypeVar

from almazara.errors import InputError
from almazara.files import refuse_endless

T = TypeVar("T")

# The largest file of the kinds that we read unpacks to 0.9 GB, and none to ten times its size: more is a bomb.
MAX_UNPACKED: Final = 2 * 1024**3
MAX_RATIO: Final = 100
MOST_FILES: Final = 2_000
_SMALL: Final = 1 << 24  # what unpacks to no more harms nobody, whatever its ratio
_BLOCK: Final = 1 << 24
_GZIP: Final = b"\x1f\x8b"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, UnicodeError)
_READ_ERRORS: Final = (*_DAMAGED, OSError)
ZIP_ERRORS: Final = (*_DAMAGED, ValueError, LookupError, OverflowError)
"""What opening a damaged zip file, or a file in it, raises: it holds names, places and sizes."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in a folder or zip: its name, how many bytes it takes there, and how to open what is stored."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    @property
    def plain_name(self) -> str:
        """Its name in lower case, without `.gz`."""
        return self.name.lower().removesuffix(".gz")


def inventory(path: Path) -> list[Stored]:
    """The files in a folder (and its folders) or in a zip file, the shallowest first."""
    if path.is_dir():
        below = [*path.iterdir(), *path.glob("*/*")]
        return _ordered([in_folder(file, file.relative_to(path).as_posix()) for file in below if file.is_file()])
    if not path.exists():
        raise InputError(f"There is no folder or zip file {path}.")
    try:
        refuse_endless(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    if not is_zip(path):
        raise InputError(f"{path} is neither a folder nor a zip file.")
    return _ordered([file for file in in_zip(path) if not file.name.startswith("__MACOSX/")])


def in_folder(path: Path, name: str) -> Stored:
    """A file, by a name of its own."""
    return Stored(name, path.stat().st_size, lambda: path.open("rb"))


def is_zip(path: Path) -> bool:
    """Whether a file is a zip file; raises InputError where it cannot be told."""
    return _guarded(path, lambda: zipfile.is_zipfile(path))


def in_zip(path: Path) -> list[Stored]:
    """The files in a zip file, by their paths in it; raises InputError where it is damaged."""
    members = _guarded(path, lambda: _members(path))
    if len(members) > MOST_FILES:
        raise InputError(f"{path} holds {len(members)} files: nothing that is read here has more than {MOST_FILES}.")
    return [Stored(one.filename, one.compress_size, partial(_member, path, one.filename)) for one in members]


def _members(path: Path) -> list[zipfile.ZipInfo]:
    """What a zip file holds, but for folders, of which one may be called `.` alone."""
    with zipfile.ZipFile(path) as archive:
        return [info for info in archive.infolist() if not info.is_dir() and PurePosixPath(info.filename).name]


def _member(path: Path, name: str) -> IO[bytes]:
    return _guarded(path, lambda: zipfile.ZipFile(path).open(name))


def _guarded(path: Path, opening: Callable[[], T]) -> T:
    try:
        return opening()
    except (*ZIP_ERRORS, OSError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error


def _ordered(files: Sequence[Stored]) -> list[Stored]:
    """The shallowest first, each by its last name."""
    placed = sorted(((PurePosixPath(file.name).parts, file) for file in files), key=lambda one: (len(one[0]), one[0]))
    return [replace(file, name=parts[-1]) for parts, file in placed]


def find(files: Sequence[Stored], names: Sequence[str]) -> Stored | None:
    """The first of `names` that is there, plain or gzip, in any case; of two the shallower, then the plain one."""
    return next((file for name in names for file in files if file.plain_name == name), None)


class Unpacked:
    """A file's content, hashed as stored while it is read; it refuses to unpack more than the limit."""

    def __init__(self, stored: IO[bytes], name: str, size: int, largest: int | None = None) -> None:
        self._stored = stored
        self._name = name
        self._largest = largest or MAX_UNPACKED
        self._most = max(_SMALL, MAX_RATIO * size)
        self._digest = hashlib.sha256()

    def read(self) -> bytes:
        """All of it."""
        return b"".join(self.blocks())

    def read_within(self, most: int) -> bytes:
        """All of it.

        Raises:
            InputError: when it is more than `most` bytes, of which no more than a block is read.
        """
        blocks, size = [], 0
        for block in self.blocks():
            size += len(block)
            if size > most:
                raise InputError(f"{self._name} holds more than {most // 10**6} MB: it was not read.")
            blocks.append(block)
        return b"".join(blocks)

    def blocks(self) -> Iterator[bytes]:
        """All of it, in blocks of about 16 MB at most."""
        size = 0
        for block in self._plain():
            size += len(block)
            if size > self._largest:
                raise InputError(f"{self._name} unpacks to more than {self._largest / 1024**3:g} GB: it was not read.")
            if size > self._most:
                raise InputError(f"{self._name} unpacks to more than {MAX_RATIO} times its size: it was not read.")
            yield block

    def sha256(self) -> str:
        """Of the bytes as stored; read all of it first."""
        return self._digest.hexdigest()

    def _plain(self) -> Iterator[bytes]:
        stored = self._hashed()
        first = next(stored, b"")
        return _gunzip(chain([first], stored)) if first.startswith(_GZIP) else chain([first], stored)

    def _hashed(self) -> Iterator[bytes]:
        while block := self._stored.read(_BLOCK):
            self._digest.update(block)
            yield block


def _gunzip(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of one or more gzip members; zeros after them are padding."""
    member = zlib.decompressobj(wbits=31)
    for block in blocks:
        rest = block
        while rest:
            yield member.decompress(rest, _BLOCK)
            rest = member.unconsumed_tail
            if member.eof:
                rest = member.unused_data.lstrip(b"\0")
                member = zlib.decompressobj(wbits=31) if rest else member
    while not member.eof and (tail := member.decompress(member.unconsumed_tail, _BLOCK)):
        yield tail
    if not member.eof:
        raise EOFError("the gzip file ends before its end")


@contextmanager
def unpacked(file: Stored, largest: int | None = None) -> Iterator[Unpacked]:
    """Open a file's content, and turn what can go wrong with it into a sentence."""
    try:
        with file.open() as stored:
            yield Unpacked(stored, file.name, file.size, largest)
    except _READ_ERRORS as error:
        raise InputError(f"{file.name} cannot be read: {error}.") from error
