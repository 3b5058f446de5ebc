"""Folders and zip files of raw film data -> raw frames."""

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.raw.pairs import MOVIE_ID, PAIRS, REFUSED, SCORE, TIME, USER, read_pairs
from almazara.movies.raw.storage import Stored, Unpacked, find, inventory, unpacked
from almazara.movies.raw.tables import EXTRA, RawCatalog, RawFile, RawRatings, number_rows, parse, parse_table

MOVIES: Final = ("movies_metadata.csv", "movies_dataset.csv", "tmdb_5000_movies.csv")
CREDITS: Final = ("credits.csv", "tmdb_5000_credits.csv")
KEYWORDS: Final = ("keywords.csv",)
LINKS: Final = ("links.csv", "links_small.csv")
TITLES: Final = ("movies.csv", "movies.dat", "u.item")
_PAIR_FILES: Final = ("interactions.parquet", "interactions.csv", "pairs.parquet", "pairs.csv", "ratings.parquet")
RATINGS: Final = ("ratings.csv", "ratings_small.csv", "ratings.dat", "u.data", *_PAIR_FILES)
# MovieLens' and others' names of the same columns, compared without case and underscores.
_SYNONYMS: Final = {
    **dict.fromkeys(("userid", "user"), USER),
    **dict.fromkeys(("movieid", "movie", "filmid", "itemid", "item"), MOVIE_ID),
    "rating": SCORE,
    "timestamp": TIME,
}


def read_raw(folder: Path, ratings: Path | None = None, progress: Callable[[str], None] = lambda _: None) -> RawCatalog:
    """Read a folder or zip of raw film data, and ratings from it or from `ratings`.

    Args:
        folder: A folder or zip file of The Movies Dataset or TMDB 5000; files plain or gzip, at most one folder down.
        ratings: A folder or zip file of MovieLens; without it, ratings are taken from `folder` where it has them.
        progress: Is told the name of each file before it is read.
    """
    files = inventory(folder)
    rated = inventory(ratings) if ratings else files
    source = _needed(rated, "ratings", RATINGS, ratings) if ratings else find(rated, RATINGS)
    links, titles, keywords = find(rated, LINKS), find(rated, TITLES), find(files, KEYWORDS)
    notes = []
    if source and not ratings and not links and not titles:
        notes = [f"{source.name} was left out: {folder} has no {LINKS[0]} that says which films it rates."]
        source = None
    return RawCatalog(
        movies=_read_csv(_needed(files, "films", MOVIES, folder), progress),
        credits=_read_csv(_needed(files, "credits", CREDITS, folder), progress),
        keywords=_read_csv(keywords, progress) if keywords else None,
        ratings=_read_ratings(source, progress) if source else None,
        links=_read_csv(links, progress) if source and links else None,
        titles=_read_titles(titles, progress) if source and titles and not links else None,
        notes=tuple(notes),
    )


def _needed(files: Sequence[Stored], what: str, names: Sequence[str], folder: Path) -> Stored:
    found = find(files, names)
    if found is None:
        there = ", ".join(file.name for file in files[:20]) or "no files"
        looked_for = f"looked for {', '.join(names)} (plain or .gz), found {there}"
        raise InputError(f"{folder} has no file of {what}: {looked_for}.")
    return found


def _read_csv(file: Stored, progress: Callable[[str], None]) -> RawFile:
    progress(f"Reading {file.name}")
    with unpacked(file) as stream:
        frame = parse_table(stream.read(), file.name)
        return RawFile(file.name, stream.sha256(), frame)


def _read_titles(file: Stored, progress: Callable[[str], None]) -> RawFile:
    """movies.csv, or the older forms in Latin-1 without a header: `1::Title (1995)::...` and `1|Title (1995)|...`."""
    separator = {"movies.dat": "::", "u.item": "|"}.get(file.plain_name)
    if separator is None:
        return _read_csv(file, progress)
    progress(f"Reading {file.name}")
    with unpacked(file) as stream:
        data, digest = stream.read(), stream.sha256()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    fields = [(*line.split(separator, 2), "", "")[:2] for line in text.splitlines() if line.strip()]
    frame = pl.DataFrame(fields, schema={MOVIE_ID: pl.String, "title": pl.String}, orient="row")
    return RawFile(file.name, digest, number_rows(frame))


def _read_ratings(file: Stored, progress: Callable[[str], None]) -> RawRatings:
    progress(f"Reading {file.name}")
    with unpacked(file) as stream:
        blocks = _parquet(stream, file) if file.plain_name.endswith(".parquet") else _text_blocks(stream, file)
        pairs, refused, read = [pl.DataFrame(schema=PAIRS)], [pl.DataFrame(schema=REFUSED)], 0
        for block in blocks:
            good, bad = read_pairs(number_rows(block, first=read + 1))
            read += len(block)
            pairs.append(good)
            refused.append(bad)
        digest = stream.sha256()
    return RawRatings(file.name, digest, read, pl.concat(pairs), pl.concat(refused))


def _parquet(stream: Unpacked, file: Stored) -> Iterator[pl.DataFrame]:
    try:
        frame = pl.read_parquet(io.BytesIO(stream.read()))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{file.name} cannot be read as Parquet: {error}.") from error
    names = _rating_names(frame.columns, file.name)
    yield frame.rename(names).select(pl.col(list(names.values())).cast(pl.String))


def _text_blocks(stream: Unpacked, file: Stored) -> Iterator[pl.DataFrame]:
    """The rows of a text file of ratings, a block at a time: it may hold millions."""
    lines = _whole_lines(stream.blocks())
    bare = file.plain_name.endswith((".dat", ".data"))
    separator, quote = ("\t", None) if bare else (",", '"')
    header = [USER, MOVIE_ID, SCORE, TIME]
    first = next(lines, b"")
    if not first.strip():
        raise InputError(f"{file.name} is empty.")
    if not bare:
        line, _, first = first.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        header = next(csv.reader([line.decode("utf-8", "replace").strip()]), [])
    names = _rating_names(header, file.name)
    for block in filter(None, itertools.chain([first], lines)):
        data = block.replace(b"::", b"\t") if file.plain_name.endswith(".dat") else block
        frame = parse(data, header, file.name, separator=separator, quote=quote)
        extra = [EXTRA] if EXTRA in frame.columns else []
        yield frame.rename(names).select(*names.values(), *extra)


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that end with a line's end."""
    rest = b""
    for block in blocks:
        lines, end, tail = block.rpartition(b"\n")
        if end:
            yield rest + lines + end
            rest = tail
        else:
            rest += tail
    if rest:
        yield rest


def _rating_names(columns: Sequence[str], name: str) -> dict[str, str]:
    """The columns of a file of ratings by our names for them; refused when none holds the user or the film."""
    known = {column: _SYNONYMS.get(column.strip().lower().replace("_", "")) for column in columns}
    names = {column: ours for column, ours in known.items() if ours}
    if not {USER, MOVIE_ID} <= set(names.values()) or len(set(names.values())) < len(names):
        raise InputError(f"{name} needs one column userId and one {MOVIE_ID}; it has {', '.join(columns)}.")
    return names
