"""What the clean tables promise, checked before they are published."""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from almazara.errors import ContractError
from almazara.frames import require_columns
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import CleanCatalog
from almazara.movies.cleaning.films import FIRST_DAY, LAST_DAY, MAX_MONEY
from almazara.movies.cleaning.report import CleaningReport, FileReport, has_repeats
from almazara.movies.raw.pairs import MAX_RATING

_MAY_BE_NULL: Final[Mapping[str, tuple[str, ...]]] = {
    s.FILMS: (
        s.ORIGINAL_LANGUAGE,
        s.OVERVIEW,
        "tagline",
        "status",
        "runtime",
        s.POPULARITY,
        s.VOTE_AVERAGE,
        s.COLLECTION,
    ),
    s.FILM_KEYS: (s.IMDB_ID, s.ORIGINAL_TITLE, s.ADULT),
    s.GENRES: ("genre_id",),
    s.COMPANIES: ("company_id",),
    s.COLLECTIONS: ("collection_id",),
    s.KEYWORDS: ("keyword_id",),
    s.COUNTRIES: ("iso_3166_1", "country"),
    s.LANGUAGES: ("iso_639_1", "language"),
    s.CAST: (s.PERSON_ID, "character", "order"),
    s.CREW: (s.PERSON_ID, "department", "job"),
    s.RATINGS: (s.RATING, s.RATED_AT),
}
_UNIQUE: Final[Mapping[str, tuple[str, ...]]] = {
    s.FILMS: (s.ID,),
    s.FILM_KEYS: (s.FILM_ID,),
    s.COLLECTIONS: (s.FILM_ID,),
    s.RATINGS: (s.USER_ID, s.FILM_ID),
    s.LOCAL_TITLES: (s.FILM_ID, s.LANGUAGE, s.TITLE),
    **{
        name: tuple(s.SCHEMAS[name])
        for name in (s.GENRES, s.COMPANIES, s.COUNTRIES, s.LANGUAGES, s.KEYWORDS, s.CAST, s.CREW)
    },
}
_RANGES: Final[Mapping[str, Mapping[str, tuple[object, object]]]] = {
    s.FILMS: {
        s.ID: (1, 2**63 - 1),
        s.RELEASE_DATE: (FIRST_DAY, LAST_DAY),
        s.BUDGET: (0, MAX_MONEY),
        s.REVENUE: (0, MAX_MONEY),
        s.RETURN: (0, float(MAX_MONEY)),
        s.POPULARITY: (0, 1e9),
        s.VOTE_AVERAGE: (0, 10),
        s.VOTE_COUNT: (0, 2**63 - 1),
        "runtime": (0, 1e6),
    },
    s.RATINGS: {s.RATING: (0, MAX_RATING)},
}


# So few lost rows or cells are faults of their own, however small the file.
_FEW: Final = 2


def check(clean: CleanCatalog, max_loss_share: float) -> None:
    """Refuse a catalog that breaks a promise of the schema, or lost too many films, cells of a column, or rows.

    Args:
        clean: The tables and their report.
        max_loss_share: The largest share, 0 to 1, of the films' rows that may be dropped for any reason, of the rows of
            other files that may be unreadable, and of the cells of a column.
    """
    _require_tables(clean.tables)
    broken = [
        *_nulls(clean.tables),
        *_repeats(clean.tables),
        *_out_of_range(clean.tables),
        *_derived(clean.tables[s.FILMS]),
        *_strangers(clean.tables),
        *_lost_cells(clean.report, max_loss_share),
        *_lost_rows(clean.report, max_loss_share),
    ]
    if broken:
        raise ContractError(f"The clean catalog breaks its contract: {'; '.join(broken)}.", clean.report.as_dict())


def _require_tables(tables: Mapping[str, pl.DataFrame]) -> None:
    missing = [name for name in s.SCHEMAS if name not in tables]
    if missing:
        raise ContractError(f"The clean catalog lacks the tables {', '.join(missing)}.")
    for name, schema in s.SCHEMAS.items():
        require_columns(tables[name], schema, name)


def _nulls(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    for name, schema in s.SCHEMAS.items():
        for column in schema:
            count = tables[name][column].null_count()
            if count and column not in _MAY_BE_NULL.get(name, ()):
                yield f"{name}.{column} is null in {count:,} rows"


def _repeats(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    for name, columns in _UNIQUE.items():
        table = tables[name].select(columns)
        if has_repeats(table):
            yield f"{name} repeats {', '.join(columns)} in {len(table) - table.n_unique():,} rows"


def _out_of_range(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    for name, ranges in _RANGES.items():
        for column, (low, high) in ranges.items():
            outside = ~pl.col(column).is_between(pl.lit(low), pl.lit(high))
            if count := tables[name].select(outside.sum()).item():
                yield f"{name}.{column} is outside {low} to {high} in {count:,} rows"


def _derived(films: pl.DataFrame) -> Iterator[str]:
    """What follows from other columns: the return, the year, the order."""
    both = (pl.col(s.BUDGET) > 0) & (pl.col(s.REVENUE) > 0)
    expected = pl.when(both).then(pl.col(s.REVENUE) / pl.col(s.BUDGET)).otherwise(0.0)
    wrong = films.select(
        ((pl.col(s.RETURN) != expected) | ~pl.col(s.RETURN).is_finite()).sum().alias("return is not revenue / budget"),
        (pl.col(s.RELEASE_DATE).dt.year() != pl.col(s.RELEASE_YEAR))
        .sum()
        .alias("release_year is not that of the date"),
    )
    yield from (f"films: {what} in {count:,} rows" for what, count in wrong.row(0, named=True).items() if count)
    if not films[s.ID].is_sorted():
        yield "films are not in order of id"


def _strangers(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    known = tables[s.FILMS][s.ID].implode()
    for name, schema in s.SCHEMAS.items():
        if s.FILM_ID in schema and (count := (~tables[name][s.FILM_ID].is_in(known)).sum()):
            yield f"{name} has {count:,} rows of films that are not in the catalog"


def _lost_rows(report: CleaningReport, max_loss_share: float) -> Iterator[str]:
    for file in report.files:
        if not file.accounts_for_all():
            yield f"{file.name} has rows that the report does not account for"
    films, *others = report.files
    allowed = f"more than {max_loss_share:.0%} (ALMAZARA_MAX_LOSS_SHARE)"
    if not films.kept:
        yield f"no film of {films.name} was kept{_why(films)}"
        return
    if films.lost > max_loss_share * films.read:
        yield f"{films.lost:,} of {films.read:,} rows of {films.name} were dropped, {allowed}{_why(films)}"
    for file in others:
        unreadable = sum(count for reason, count in file.dropped.items() if reason.startswith("quarantined:"))
        if file.read and not file.kept:
            yield f"no row of {file.name} was kept{_why(file)}"
        elif unreadable > max(_FEW, max_loss_share * file.read):
            yield f"{unreadable:,} of {file.read:,} rows of {file.name} cannot be read, {allowed}{_why(file)}"


def _why(file: FileReport) -> str:
    reasons = {**file.merged, **file.dropped}
    return f" ({', '.join(f'{count:,} {reason}' for reason, count in reasons.items())})" if reasons else ""


def _lost_cells(report: CleaningReport, max_loss_share: float) -> Iterator[str]:
    for column in report.columns:
        if column.lost > max(_FEW, max_loss_share * column.told):
            shown = zip(column.examples, column.rows, strict=True)
            examples = ", ".join(f"«{text}» (row {row:,})" for text, row in shown)
            yield (
                f"{column.lost:,} of {column.told:,} cells of the column {column.column} of {column.file} cannot be "
                f"read, such as {examples}: {column.reads}"
            )
