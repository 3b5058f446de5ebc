"""Folders and zip files of raw film data -> raw frames."""

import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.raw.pairs import (
    MAX_RATING,
    MOVIE_ID,
    PAIRS,
    REFUSED,
    SCORE,
    TIME,
    USER,
    Pairs,
    read_pairs,
    scale_of,
)
from almazara.movies.raw.storage import Stored, Unpacked, find, inventory, unpacked
from almazara.movies.raw.tables import (
    EXTRA,
    RawCatalog,
    RawFile,
    RawRatings,
    bare,
    bare_names,
    header_of,
    number_rows,
    parse,
    parse_table,
    summed,
)
from almazara.movies.raw.text import as_utf8, blocks_without_mark

MOVIES: Final = ("movies_metadata.csv", "movies_dataset.csv", "tmdb_5000_movies.csv")
# What no file but one of films has, under whatever name it comes; it may hold the credits too.
_OF_FILMS: Final = ("title", "release_date", "genres", "vote_count")
CREDITS: Final = ("credits.csv", "tmdb_5000_credits.csv")
KEYWORDS: Final = ("keywords.csv",)
# Kaggle's MovieLens 20M has `rating.csv`, `link.csv` and `movie.csv`.
LINKS: Final = ("links.csv", "link.csv", "links_small.csv")
_TITLES_WITHOUT_HEADER: Final = {"movies.dat": "::", "u.item": "|"}
TITLES: Final = ("movies.csv", "movie.csv", *_TITLES_WITHOUT_HEADER)
_PAIR_FILES: Final = ("interactions.parquet", "interactions.csv", "pairs.parquet", "pairs.csv", "ratings.parquet")
RATINGS: Final = ("ratings.csv", "rating.csv", "ratings_small.csv", "ratings.dat", "u.data", *_PAIR_FILES)
# MovieLens' and others' names of the same columns, see `renamed`.
_RATING_NAMES: Final = {
    **dict.fromkeys(("userid", "user"), USER),
    **dict.fromkeys(("movieid", "movie", "filmid", "itemid", "item"), MOVIE_ID),
    "rating": SCORE,
    "timestamp": TIME,
}
_LONGEST_CELL: Final = 16_000_000  # bytes; the cast and crew of a film take some 0.2 MB
_LONGEST_LINE: Final = 32_000_000  # bytes of a line of ratings


def read_raw(folder: Path, ratings: Path | None = None, progress: Callable[[str], None] = lambda _: None) -> RawCatalog:
    """Read a folder or zip of raw film data, and ratings from it or from `ratings`.

    Args:
        folder: A folder or zip file of The Movies Dataset, TMDB 5000, or a file of films that holds all; files plain
            or gzip, at most one folder down.
        ratings: A folder or zip file of MovieLens; without it, ratings are taken from `folder` where it has them.
        progress: Is told the name of each file before it is read.
    """
    files = inventory(folder)
    rated = inventory(ratings) if ratings else files
    source = _needed(rated, "ratings", RATINGS, ratings) if ratings else find(rated, RATINGS)
    own, titles, keywords = find(rated, LINKS), find(rated, TITLES), find(files, KEYWORDS)
    if own and titles and not _holds_titles(titles):
        titles = None  # a movies.csv may be the films themselves
    links = find(files, LINKS) if ratings and titles and not own else own
    notes = []
    if source and not ratings and not links and not titles:
        notes = [f"{source.name} was left out: {folder} has no {LINKS[0]} that says which films it rates."]
        source = None
    films = _read_csv(find(files, MOVIES) or _file_of_films(files) or _needed(files, "films", MOVIES, folder), progress)
    credited = find(files, CREDITS)
    if credited is None and films.name.lower().removesuffix(".gz") in MOVIES and not _holds(films, "cast"):
        _needed(files, "credits", CREDITS, folder)
    return RawCatalog(
        movies=films,
        credits=_read_csv(credited, progress) if credited else None,
        keywords=_read_csv(keywords, progress) if keywords else None,
        ratings=_read_ratings(source, progress) if source else None,
        links=_read_csv(links, progress) if source and links else None,
        own_links=own is not None,
        titles=_read_titles(titles, progress) if source and titles else None,
        notes=tuple(notes),
    )


def _file_of_films(files: Sequence[Stored]) -> Stored | None:
    """The one CSV file whose columns are those of films; None where none or several are."""
    found = [file for file in files if file.plain_name.endswith(".csv") and _has_columns(file, _OF_FILMS)]
    return found[0] if len(found) == 1 else None


def _holds(file: RawFile, column: str) -> bool:
    return bare(column) in map(bare, file.columns)


def _holds_titles(file: Stored) -> bool:
    return file.plain_name in _TITLES_WITHOUT_HEADER or _has_columns(file, (MOVIE_ID, "title"))


def _has_columns(file: Stored, wanted: Sequence[str]) -> bool:
    try:
        with unpacked(file) as stream:
            first = next(blocks_without_mark(stream.blocks(), file.name))
        _, names = header_of(first, file.name)
    except InputError:
        return False
    return set(bare_names(*wanted)) <= set(bare_names(*names))


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
        _require_short_cells(frame, file.name)
        return RawFile(file.name, stream.sha256(), frame)


def _require_short_cells(frame: pl.DataFrame, name: str) -> None:
    for column, longest in frame.select(pl.col(pl.String).str.len_bytes().max()).row(0, named=True).items():
        if (longest or 0) > _LONGEST_CELL:
            told = f"a cell of {longest // 10**6} MB in the column {column[:40]}"
            raise InputError(f"{name} has {told}: it was not read.")


def _read_titles(file: Stored, progress: Callable[[str], None]) -> RawFile:
    """movies.csv, or the older forms in Latin-1 without a header: `1::Title (1995)::...` and `1|Title (1995)|...`."""
    separator = _TITLES_WITHOUT_HEADER.get(file.plain_name)
    if separator is None:
        return _read_csv(file, progress)
    progress(f"Reading {file.name}")
    with unpacked(file) as stream:
        text, digest = as_utf8(stream.read(), file.name).decode(), stream.sha256()
    fields = [(*line.split(separator, 2), "", "")[:2] for line in text.splitlines() if line.strip()]
    frame = pl.DataFrame(fields, schema={MOVIE_ID: pl.String, "title": pl.String}, orient="row")
    return RawFile(file.name, digest, number_rows(frame))


def _read_ratings(file: Stored, progress: Callable[[str], None]) -> RawRatings:
    progress(f"Reading {file.name}")
    nothing = pl.DataFrame(schema=REFUSED)
    found, read, scale = [Pairs(pl.DataFrame(schema=PAIRS), nothing, nothing, ())], 0, 0
    with unpacked(file) as stream:
        blocks = _parquet(stream, file) if file.plain_name.endswith(".parquet") else _text_blocks(stream, file)
        for block in blocks:
            scale = scale or scale_of(block)  # the first block has hundreds of thousands of rows
            found.append(read_pairs(number_rows(block, first=read + 1), file.name, scale))
            read += len(block)
        digest = stream.sha256()
    pairs, refused, undated = (
        pl.concat(parts) for parts in zip(*((one.good, one.refused, one.undated) for one in found), strict=True)
    )
    losses = summed(loss for one in found for loss in one.losses)
    return RawRatings(file.name, digest, read, pairs, refused, undated, losses, scale or MAX_RATING)


def _parquet(stream: Unpacked, file: Stored) -> Iterator[pl.DataFrame]:
    try:
        frame = pl.read_parquet(io.BytesIO(stream.read()))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{file.name} cannot be read as Parquet: {error}.") from error
    names = _rating_names(frame.columns, file.name)
    yield frame.rename(names).select(pl.col(list(names.values())).cast(pl.String))


def _text_blocks(stream: Unpacked, file: Stored) -> Iterator[pl.DataFrame]:
    """The rows of a text file of ratings, a block at a time: it may hold millions."""
    if not file.plain_name.endswith((".dat", ".data")):
        yield from table_blocks(stream, file.name, lambda header: (_rating_names(header, file.name), '"'))
        return
    header = [USER, MOVIE_ID, SCORE, TIME]
    for block in _told_lines(stream, file.name):
        data = block.replace(b"::", b"\t") if file.plain_name.endswith(".dat") else block
        yield parse(data, header, file.name, separator="\t", quote=None)


def table_blocks(
    stream: Unpacked, name: str, named: Callable[[Sequence[str]], tuple[dict[str, str], str | None]]
) -> Iterator[pl.DataFrame]:
    """The rows of a text file with a header, a block at a time, as text.

    `named` is given the header, and gives the columns to read by our names for them, and the sign that quotes.
    """
    lines = _told_lines(stream, name)
    line, _, first = next(lines).partition(b"\n")
    separator, header = header_of(line, name)
    names, quote = named(header)
    for block in filter(None, itertools.chain([first], lines)):
        frame = parse(block, header, name, separator=separator, quote=quote)
        extra = [EXTRA] if EXTRA in frame.columns else []
        yield frame.rename(names).select(*names.values(), *extra)


def _told_lines(stream: Unpacked, name: str) -> Iterator[bytes]:
    """The text of a file that is not empty, in UTF-8, in blocks that end with a line's end."""
    lines = (as_utf8(block, name) for block in _whole_lines(blocks_without_mark(stream.blocks(), name), name))
    first = next(lines, b"")
    if not first.strip():
        raise InputError(f"{name} is empty.")
    return itertools.chain([first], lines)


def _whole_lines(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same bytes in blocks that end with a line's end."""
    rest = b""
    for block in blocks:
        lines, end, tail = block.rpartition(b"\n")
        if end:
            yield rest + lines + end
            rest = tail
        elif len(rest) > _LONGEST_LINE:
            raise InputError(f"{name} has a line of more than {_LONGEST_LINE // 10**6} MB: it was not read.")
        else:
            rest += tail
    if rest:
        yield rest


def _rating_names(columns: Sequence[str], name: str) -> dict[str, str]:
    """The columns of a file of ratings by our names for them; refused when none holds the user or the film."""
    names = {column: ours for column in columns if (ours := _RATING_NAMES.get(bare(column)))}
    if not {USER, MOVIE_ID} <= set(names.values()) or len(set(names.values())) < len(names):
        raise InputError(f"{name} needs one column userId and one {MOVIE_ID}; it has {', '.join(columns)}.")
    return names
