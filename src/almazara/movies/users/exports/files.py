"""Opens the files of an export: a zip, a folder, or one file; nothing is unpacked to the disk."""

import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Final

from almazara.errors import InputError
from almazara.movies.raw.storage import Stored, unpacked
from almazara.movies.raw.text import UNDECODED, as_utf8, without_mark
from almazara.movies.users.exports.rows import ExportFile

_KINDS: Final = (".csv", ".json")
_MOST_FILES: Final = 2_000
_LARGEST: Final = 32_000_000  # bytes of one file, unpacked: ten times the history of who rates ten films a day


def read_files(path: Path) -> list[ExportFile]:
    """The CSV and JSON files of an export, in order of their paths."""
    if not path.exists():
        raise InputError(f"There is no file {path}: give the zip of the export, or one of its files.")
    if not (path.is_file() or path.is_dir()):
        raise InputError(f"{path} is no file or folder that could be read.")
    try:
        files = sorted(_members(path), key=lambda one: one[0])
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    if len(files) > _MOST_FILES:
        raise InputError(f"{path} holds {len(files)} files: no export of films has more than {_MOST_FILES}.")
    return [ExportFile(name, _text(name, opener)) for name, opener in files]


def _members(path: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    if path.is_dir():
        for file in path.rglob("*"):
            if file.is_file() and file.suffix.lower() in _KINDS:
                yield file.relative_to(path).as_posix(), partial(_open_file, file)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(_KINDS)]
        for name in names:
            yield name, partial(_open_member, path, name)
    else:
        yield path.name, partial(_open_file, path)


def _open_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _open_member(archive: Path, name: str) -> IO[bytes]:
    return zipfile.ZipFile(archive).open(name)


def _text(name: str, opener: Callable[[], IO[bytes]]) -> str:
    with unpacked(Stored(name, opener)) as content:
        data = content.read_within(_LARGEST)
    text = as_utf8(without_mark(data, name), name).decode()
    if UNDECODED in text:
        raise InputError(f"{name} is damaged: not all of it is UTF-8. Export it again, or save it as UTF-8.")
    return text
