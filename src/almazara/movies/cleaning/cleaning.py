"""Raw film files -> the tables of the clean catalog and a report that accounts for every row."""

from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl
from msgspec import Struct

from almazara.movies.cleaning import ratings
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.films import FILM_NAMES, film_keys, films, judge, judge_details, unread
from almazara.movies.cleaning.report import VERDICT, CleaningReport, FileReport, account, has_repeats, quarantined
from almazara.movies.raw import nested
from almazara.movies.raw.pairs import MAX_RATING
from almazara.movies.raw.tables import (
    NO_VALUE,
    ROW,
    ColumnLoss,
    RawCatalog,
    RawFile,
    as_json,
    lost_cells,
    renamed,
    summed,
)


@dataclass(frozen=True, slots=True)
class CleanCatalog:
    """The clean tables, each exactly as in `schema.SCHEMAS`, and what became of the raw rows."""

    tables: dict[str, pl.DataFrame]
    report: CleaningReport


@dataclass(frozen=True, slots=True)
class _Nested:
    """How one raw column of nested cells becomes a table; an entry needs a value in one of the columns `needs`."""

    column: str
    table: str
    entry: type[Struct]
    needs: tuple[str, ...]
    single: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """What one column, or one file, gives to the catalog."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    files: tuple[FileReport, ...] = ()
    quarantine: tuple[pl.DataFrame, ...] = ()
    entries: dict[str, int] = field(default_factory=dict)
    losses: tuple[ColumnLoss, ...] = ()


_OF_FILMS: Final = (
    _Nested("genres", s.GENRES, nested.Tag, ("genre",)),
    _Nested("production_companies", s.COMPANIES, nested.Tag, ("company",)),
    _Nested("production_countries", s.COUNTRIES, nested.Country, ("iso_3166_1", "country")),
    _Nested("spoken_languages", s.LANGUAGES, nested.Language, ("iso_639_1", "language")),
    _Nested("belongs_to_collection", s.COLLECTIONS, nested.Tag, ("collection",), single=True),
)
_OF_KEYWORDS: Final = (_Nested("keywords", s.KEYWORDS, nested.Tag, ("keyword",)),)
_OF_CREDITS: Final = (
    _Nested("cast", s.CAST, nested.CastMember, (s.NAME,)),
    _Nested("crew", s.CREW, nested.CrewMember, (s.NAME,)),
)
# What a file has in which credits were merged with the films, and which keeps of the crew only who directs.
_DIRECTORS: Final = (_Nested("director", s.CREW, nested.Director, (s.NAME,)),)
# Texts of a nested cell that say "no entries".
_EMPTY_CELLS: Final = (*NO_VALUE, "[]", "{}")
_DIRECTOR: Final = "Director"
_LISTS: Final = "lists are read as [{'id': 18, 'name': 'Drama'}], in Python or JSON, or as names alone: Drama, Comedy"


def clean(raw: RawCatalog) -> CleanCatalog:
    """Clean a raw catalog; the same input gives the same tables."""
    raw = _called_alike(raw)
    known, keys, parts = _films(raw)
    if raw.credits is not None:
        parts += _details(raw.credits, _OF_CREDITS, known[s.ID])
    if raw.keywords is not None:
        parts += _details(raw.keywords, _OF_KEYWORDS, known[s.ID])
    rated = ratings.clean(raw, known, keys)
    tables = {name: pl.DataFrame(schema=schema) for name, schema in s.SCHEMAS.items()}
    for part in parts:
        tables |= part.tables
    quarantine = [frame for part in parts for frame in part.quarantine] + [rated.quarantine]
    tables |= {
        s.FILMS: _joined_back(known, tables),
        s.FILM_KEYS: keys,
        s.RATINGS: rated.table,
        s.QUARANTINE: pl.concat(quarantine),
    }
    files = (*(file for part in parts for file in part.files), *rated.files)
    report = CleaningReport(
        files=files,
        cells=_refused_cells(tables[s.QUARANTINE]),
        entries={name: count for part in parts for name, count in part.entries.items()},
        columns=summed((*(loss for part in parts for loss in part.losses), *rated.losses)),
        notes=(*_notes(raw), *rated.notes, *(f"{file.name} has no rows." for file in files if not file.read)),
    )
    return CleanCatalog({name: tables[name].select(*schema) for name, schema in s.SCHEMAS.items()}, report)


def _called_alike(raw: RawCatalog) -> RawCatalog:
    """The same with the columns that we know by our names for them."""

    def named(file: RawFile | None) -> RawFile | None:
        return replace(file, frame=renamed(file.frame, FILM_NAMES)) if file else None

    films = named(raw.movies) or raw.movies
    return replace(raw, movies=films, credits=named(raw.credits), keywords=named(raw.keywords))


def _films(raw: RawCatalog) -> tuple[pl.DataFrame, pl.DataFrame, list[_Part]]:
    """The films, their keys, and what else their file gives."""
    rows = judge(raw.movies)
    losses, cells = unread(raw.movies, rows)
    lost = _Part(quarantine=(quarantined(raw.movies.name, cells),), losses=tuple(losses))
    kept = _kept(rows)
    parts = [_file_part(raw.movies, rows), lost, *_children(raw.movies, kept, _film_specs(raw))]
    return films(kept), film_keys(kept), parts


def _refused_cells(quarantine: pl.DataFrame) -> dict[str, int]:
    """How many quarantined cells each `file column reason` has."""
    label = pl.col("file") + " " + pl.col("reason").str.strip_prefix("cell ").str.replace(": ", " ", literal=True)
    cells = quarantine.filter(pl.col("reason").str.starts_with("cell ")).select(label)
    return dict(cells.group_by("file", maintain_order=True).len().iter_rows())


def _film_specs(raw: RawCatalog) -> tuple[_Nested, ...]:
    """The nested columns that are expected in the films' own file."""
    merged = () if raw.credits else _OF_CREDITS
    if merged and "director" in raw.movies.columns and "crew" not in raw.movies.columns:
        merged = (_OF_CREDITS[0], *_DIRECTORS)
    return (*_OF_FILMS, *(() if raw.keywords else _OF_KEYWORDS), *merged)


def _notes(raw: RawCatalog) -> tuple[str, ...]:
    absent = [spec.column for spec in _film_specs(raw) if spec.column not in raw.movies.columns]
    missing = [f"{raw.movies.name} has no column {', '.join(absent)}: those tables are empty."] if absent else []
    if raw.ratings and (divided := raw.ratings.scale // MAX_RATING) > 1:
        missing.append(f"{raw.ratings.name} rates up to {raw.ratings.scale}: ratings were divided by {divided}.")
    damaged = raw.movies.frame.select(pl.col(s.TITLE).str.contains("\ufffd").sum()).item()
    if damaged:
        missing.append(f"{damaged:,} titles of {raw.movies.name} hold \ufffd: letters that were lost before.")
    return (*raw.notes, *missing)


def _details(file: RawFile, specs: tuple[_Nested, ...], known: pl.Series) -> list[_Part]:
    """The parts of a file that has one row a film beside the films' own file."""
    rows = judge_details(file, [spec.column for spec in specs], known)
    return [_file_part(file, rows), *_children(file, _kept(rows), specs)]


def _file_part(file: RawFile, rows: pl.DataFrame) -> _Part:
    """The account of a file's rows, and those that go to quarantine as they were read."""
    bad = rows.select(ROW, reason=VERDICT).filter(pl.col("reason").str.starts_with("quarantined:"))
    content = as_json(file.frame.join(bad.select(ROW), on=ROW, how="semi"))
    refused = bad.with_columns(pl.col("reason").str.strip_prefix("quarantined:"), content)
    return _Part(files=(account(file.name, file.sha256, rows[VERDICT]),), quarantine=(quarantined(file.name, refused),))


def _children(file: RawFile, kept: pl.DataFrame, specs: tuple[_Nested, ...]) -> list[_Part]:
    return [_child(file, kept, spec) for spec in specs if spec.column in kept.columns]


def _kept(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without a verdict, in order of the film's id, so that all tables are."""
    return rows.filter(pl.col(VERDICT).is_null()).sort(s.ID)


def _child(file: RawFile, kept: pl.DataFrame, spec: _Nested) -> _Part:
    """The table of a nested column; the cells that cannot be read go to quarantine, their films stay."""
    told = kept.select(ROW, s.ID, spec.column).filter(~pl.col(spec.column).is_in(_EMPTY_CELLS))
    found = _unnested(told[spec.column], spec)
    names = dict(zip(found.entries.columns, s.SCHEMAS[spec.table], strict=True))
    entries = found.entries.with_columns(told[s.ID].gather(found.entries[nested.INDEX]).alias(nested.INDEX))
    named = _without_blanks(entries.rename(names)).filter(pl.any_horizontal(pl.col(spec.needs).is_not_null()))
    table = named.filter(pl.struct(pl.all()).is_first_distinct()) if has_repeats(named) else named
    cells, reasons = told[found.refused[nested.INDEX]], found.refused[nested.REASON]
    refused = cells.select(ROW, reason=f"cell {spec.column}: " + reasons, content=as_json(cells))
    label = f"{file.name} {spec.column}"
    left_out = {
        "malformed": found.malformed,
        "unnamed": len(entries) - len(named),
        "repeated": len(named) - len(table),
    }
    lost = told.select(pl.int_range(pl.len()).is_in(found.refused[nested.INDEX].implode())).to_series()
    return _Part(
        tables={spec.table: table},
        quarantine=(quarantined(file.name, refused),),
        entries={f"{label} {why}": count for why, count in left_out.items() if count},
        losses=(lost_cells(file.name, told[spec.column], lost, told[ROW], _LISTS),),
    )


def _unnested(cells: pl.Series, spec: _Nested) -> nested.Unnested:
    """Lists, or names where most cells hold no list."""
    listed = cells.str.contains(r"^\s*[\[{]").sum()
    names = 2 * listed < len(cells) and spec.entry is not nested.CrewMember
    return (nested.split_names if names else nested.unnest)(cells, spec.entry, single=spec.single)


def _without_blanks(entries: pl.DataFrame) -> pl.DataFrame:
    """Texts without the spaces and tabs around them, which would make two people of one; null where nothing is left."""
    text = pl.col(pl.String).str.strip_chars()
    return entries.with_columns(pl.when(text != "").then(text))


def _joined_back(known: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Films with their genres and directors as lists, in raw order, and the name of their collection."""
    directors = tables[s.CREW].filter(pl.col("job") == _DIRECTOR).rename({s.NAME: s.DIRECTORS})
    genres = tables[s.GENRES].rename({"genre": s.GENRES})
    collections = tables[s.COLLECTIONS].unique(s.FILM_ID, keep="first", maintain_order=True)
    return (
        known.join(_lists(genres, s.GENRES), on=s.ID, how="left", maintain_order="left")
        .join(_lists(directors, s.DIRECTORS), on=s.ID, how="left", maintain_order="left")
        .join(collections, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
        .with_columns(pl.col(s.GENRES, s.DIRECTORS).fill_null([]))
    )


def _lists(entries: pl.DataFrame, column: str) -> pl.DataFrame:
    distinct = entries.select(pl.col(s.FILM_ID).alias(s.ID), column).unique(maintain_order=True)
    return distinct.group_by(s.ID, maintain_order=True).agg(column)
