"""Files of titles in other languages, by blocks of rows: IMDb's has fifty million."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.raw.files import table_blocks
from almazara.movies.raw.storage import Stored, Unpacked, find, in_folder, inventory, unpacked
from almazara.movies.raw.tables import EXTRA, bare, number_rows

ID, IMDB, TITLE, LANGUAGE, REGION, TYPES, ATTRIBUTES = (
    "id", "imdb", "title", "language", "region", "types", "attributes",
)  # fmt: skip
COLUMNS: Final = (ID, IMDB, TITLE, LANGUAGE, REGION, TYPES, ATTRIBUTES)
"""What `RawTitles.blocks` gives, as text; columns that the file lacks are null."""
OWN_NAME: Final = "local_titles.csv"
"""What `fetch titles` writes."""
FILES: Final = (OWN_NAME, "title.akas.tsv")
_NAMES: Final = {
    **dict.fromkeys(("id", "tmdbid", "movieid"), ID),
    **dict.fromkeys(("titleid", "imdbid"), IMDB),
    **dict.fromkeys(("title", "titulo"), TITLE),
    **dict.fromkeys(("language", "idioma", "iso6391"), LANGUAGE),
    **dict.fromkeys(("region", "iso31661"), REGION),
    "types": TYPES,
    "attributes": ATTRIBUTES,
}
_OF_IMDB: Final = {"titleId", "ordering", "isOriginalTitle"}
_LARGEST: Final = 8 * 1024**3  # bytes; IMDb's file unpacks to 2.5 GB, and is never in memory whole


@dataclass(frozen=True, slots=True)
class RawTitles:
    """A file of titles that is open.

    Attributes:
        blocks: Gives its rows once, numbered, see COLUMNS; columns of IMDb's own file that tell titles apart are null
            in any other.
        sha256: Of the file as stored; read all blocks first.
    """

    name: str
    blocks: Callable[[], Iterator[pl.DataFrame]]
    sha256: Callable[[], str]


@contextmanager
def local_titles(folder: Path, file: Path | None, tell: Callable[[str], None]) -> Iterator[RawTitles | None]:
    """The titles of a file, or else of the one that lies with the films; None where there is neither.

    Raises:
        InputError: when the file is not there, or none of titles.
    """
    stored = find(inventory(folder), FILES) if file is None else _given(file)
    if stored is None:
        yield None
        return
    tell(f"Reading {stored.name}")
    with unpacked(stored, _LARGEST) as stream:
        yield RawTitles(stored.name, lambda: _blocks(stream, stored.name), stream.sha256)


def _given(file: Path) -> Stored:
    if not file.is_file():
        raise InputError(f"There is no file of titles {file}: give a CSV file with id, title and language.")
    return in_folder(file, file.name)


def _blocks(stream: Unpacked, name: str) -> Iterator[pl.DataFrame]:
    read, is_imdbs = 0, False

    def named(header: Sequence[str]) -> tuple[dict[str, str], str | None]:
        nonlocal is_imdbs
        is_imdbs = set(header) >= _OF_IMDB
        return _named(header, name), None if is_imdbs else '"'  # IMDb quotes nothing

    for block in table_blocks(stream, name, named):
        absent = [column for column in COLUMNS if column not in block.columns]
        unread = absent if is_imdbs else {*absent, TYPES, ATTRIBUTES}
        rows = block.with_columns(pl.lit(None, pl.String).alias(column) for column in unread)
        yield number_rows(rows.select(*COLUMNS, *({EXTRA} & {*block.columns})), first=read + 1)
        read += len(block)


def _named(columns: Sequence[str], name: str) -> dict[str, str]:
    """The columns of a file by our names for them; refused when it says no film, no title or no language."""
    names = {column: ours for column in columns if (ours := _NAMES.get(bare(column)))}
    found = set(names.values())
    if not found & {ID, IMDB} or TITLE not in found or not found & {LANGUAGE, REGION} or len(found) < len(names):
        raise InputError(
            f"{name} is no file of titles: it needs the columns id (of TMDB, or of IMDb as tt0114709), title and "
            f"language (es); it has {', '.join(columns)[:200]}."
        )
    return names
