"""Reads the files of an export: a zip, a folder, or one file; nothing is unpacked to the disk."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from almazara.bounded import Tell
from almazara.errors import InputError
from almazara.files import refuse_endless
from almazara.movies.raw.storage import MOST_FILES, Stored, in_folder, in_zip, is_zip, unpacked
from almazara.movies.raw.text import UNDECODED, as_utf8, without_mark
from almazara.movies.users.exports import Source, read_export
from almazara.movies.users.exports.rows import Entry, ExportFile, Told

_KINDS: Final = (".csv", ".json")
_LARGEST: Final = 32_000_000  # bytes of one file, unpacked: ten times the history of who rates ten films a day


def told(
    tell: Tell, path: str, source: str, now: str, *, scale: int | None, columns: Mapping[str, str] | None
) -> Iterator[list[tuple[bool, Told]]]:
    """What an export tells, in one piece, of each row whether it was taken; see `read_export` and `bounded`."""
    tell(f"Reading {Path(path).name}")
    rows = read_export(Source(source), read_files(Path(path)), datetime.fromisoformat(now), scale, columns)
    yield [(isinstance(row, Entry), row) for row in rows]


def read_files(path: Path) -> list[ExportFile]:
    """The CSV and JSON files of an export, in order of their paths."""
    if not path.exists():
        raise InputError(f"There is no file {path}: give the zip of the export, or one of its files.")
    try:
        refuse_endless(path)
        files = sorted(_members(path), key=lambda one: one.name)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    if len(files) > MOST_FILES:
        raise InputError(f"{path} holds {len(files)} files: no export of films has more than {MOST_FILES}.")
    return [ExportFile(file.name, _text(file)) for file in files]


def _members(path: Path) -> Iterator[Stored]:
    if path.is_dir():
        found = [file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in _KINDS]
        yield from (in_folder(file, file.relative_to(path).as_posix()) for file in found)
    elif is_zip(path):
        yield from (file for file in in_zip(path) if file.name.lower().endswith(_KINDS))
    else:
        yield in_folder(path, path.name)


def _text(file: Stored) -> str:
    name = file.name
    with unpacked(file) as content:
        data = content.read_within(_LARGEST)
    text = as_utf8(without_mark(data, name), name).decode()
    if UNDECODED in text:
        raise InputError(f"{name} is damaged: not all of it is UTF-8. Export it again, or save it as UTF-8.")
    return text
