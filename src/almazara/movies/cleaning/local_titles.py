"""Rows of a file of titles -> what each film of the catalog is called in other languages, the one to show first."""

from collections import Counter
from dataclasses import replace
from typing import Final

import polars as pl

from almazara.errors import InputError
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import CleanCatalog
from almazara.movies.cleaning.report import REPEATED_ROW, VERDICT, FileReport, quarantined
from almazara.movies.raw import local_titles as raw
from almazara.movies.raw.forms import identifier, imdb_number
from almazara.movies.raw.tables import MISSING, NO_VALUE, ROW, as_json, first_reason, tidy, too_many_fields
from almazara.words.numbers import Language

_SPOKEN_IN: Final = {
    "es": "ES MX AR CO PE VE CL EC GT CU BO DO HN PY SV NI CR PA UY GQ PR",
    "en": "US GB IE AU NZ",
}
"""Where one language is surely meant when only a country is told, the country that goes before the others first."""
_LANGUAGE_IN: Final = {region: code for code, regions in _SPOKEN_IN.items() for region in regions.split()}
_HOME: Final = {code: regions.split()[0] for code, regions in _SPOKEN_IN.items()}
_TAG: Final = r"(?i)^([a-z]{2,3})(?:[-_]([a-z]{2}))?(?:[-_][a-z0-9_-]*)?$"  # es, es-MX, zh-Hant
_LONGEST: Final = 500
_UNREADABLE: Final = "\ufffd"
_SHOWN: Final = "imdbDisplay"
_TOO_MANY, _UNNAMED = "_too_many", "_unnamed"
_OF_NOBODY: Final = pl.col("_own").is_null() & ~pl.col(_TOO_MANY) & ~pl.col(_UNNAMED)
_PLACE: Final = ["_kind", "_abroad", "_by_the_way", ROW]
"""By what titles of a film in one language are ordered."""


def with_local_titles(clean: CleanCatalog, titles: raw.RawTitles) -> CleanCatalog:
    """The catalog with the titles that a file gives its films; the report accounts for every row of the file.

    Raises:
        InputError: when the file cannot be read, or has no rows.
    """
    films, verdicts = _Films(clean), Counter[str | None]()
    found, refused = [_nothing()], [clean.tables[s.QUARANTINE]]
    for block in titles.blocks():
        rows = _named(block, films)
        judged = _judged(rows.filter(~_OF_NOBODY))  # of fifty million rows few are of the catalog's films
        verdicts["no_such_film"] += len(rows) - len(judged)
        verdicts.update(dict(judged[VERDICT].value_counts().iter_rows()))
        found.append(_placed(judged.filter(pl.col(VERDICT).is_null())))
        bad = judged.filter(pl.col(VERDICT).str.starts_with("quarantined:"))
        reason = bad[VERDICT].str.strip_prefix("quarantined:").alias("reason")
        content = as_json(bad.select(ROW, *raw.COLUMNS))
        refused.append(quarantined(titles.name, bad.select(ROW, reason, content)))
    if not verdicts.total():
        raise InputError(f"{titles.name} has no rows: it names no film in any language.")
    ordered = pl.concat(found).sort(s.FILM_ID, s.LANGUAGE, *_PLACE).select(*s.SCHEMAS[s.LOCAL_TITLES])
    table = ordered.unique(maintain_order=True)
    report = _account(titles, verdicts, len(ordered) - len(table))
    return replace(
        clean,
        tables={**clean.tables, s.LOCAL_TITLES: table, s.QUARANTINE: pl.concat(refused)},
        report=replace(clean.report, files=(*clean.report.files, report)),
    )


class _Films:
    """The ids that the catalog knows films by; an IMDb id of several films names none."""

    def __init__(self, clean: CleanCatalog) -> None:
        self.by_id = clean.tables[s.FILMS].select(pl.col(s.ID).alias("_tmdb"), pl.col(s.TITLE).alias("_own"))
        keys = clean.tables[s.FILM_KEYS]
        numbers = keys.select(imdb_number(s.IMDB_ID).alias("_imdb"), pl.col(s.FILM_ID).alias("_by_imdb"))
        self.by_imdb = numbers.drop_nulls().filter(pl.col("_imdb").is_unique())


def _named(block: pl.DataFrame, films: _Films) -> pl.DataFrame:
    """The rows with the film that each names, null where the catalog lacks it, and whether they name any."""
    named = pl.col(raw.ID).str.contains(r"(?i)tt\d")
    ids = block.with_columns(
        pl.when(~named.fill_null(value=False)).then(identifier(raw.ID)).alias("_tmdb"),
        pl.coalesce(imdb_number(raw.IMDB), pl.when(named).then(imdb_number(raw.ID))).alias("_imdb"),
        too_many_fields(block).alias(_TOO_MANY),
    )
    rows = ids.join(films.by_imdb, on="_imdb", how="left", maintain_order="left").with_columns(
        pl.coalesce("_tmdb", "_by_imdb").alias(s.FILM_ID),
        (pl.col("_tmdb").is_null() & pl.col("_imdb").is_null()).alias(_UNNAMED),
    )
    return rows.join(films.by_id, left_on=s.FILM_ID, right_on="_tmdb", how="left", maintain_order="left")


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their language and region, and what is to become of them."""
    told, tag = tidy(raw.LANGUAGE, NO_VALUE), pl.col(raw.LANGUAGE).str.strip_chars().str.extract_groups(_TAG)
    region = pl.coalesce(tidy(raw.REGION, NO_VALUE), tag.struct[1]).str.to_uppercase()
    rows = rows.with_columns(
        pl.coalesce(tag.struct[0].str.to_lowercase(), region.replace_strict(_LANGUAGE_IN, default=None)).alias("_code"),
        region.alias("_region"),
        tidy(raw.TITLE, (*MISSING, "\\N")).alias("_title"),
    )
    text = pl.col("_title")
    unreadable = text.str.contains(rf"[\pC{_UNREADABLE}]") | (text.str.len_chars() > _LONGEST)
    of_imdb = pl.col(raw.TYPES).is_not_null()
    verdict = first_reason(
        (pl.col(_TOO_MANY), "quarantined:too_many_fields"),
        (pl.col(_UNNAMED), "quarantined:invalid_id"),
        (text.is_null(), "no_title"),
        (unreadable, "quarantined:unreadable"),
        (told.is_not_null() & tag.struct[0].is_null(), "quarantined:invalid_language"),
        (pl.col("_code").is_null(), "other_language"),
        (of_imdb & ~pl.col("_code").is_in([*Language]), "other_language"),
    )
    return rows.with_columns(verdict.alias(VERDICT))


def _placed(rows: pl.DataFrame) -> pl.DataFrame:
    """Good rows with what they are ordered by: the catalog's own English title, its country, how IMDb takes it."""
    code, kind = pl.col("_code"), tidy(raw.TYPES, NO_VALUE)
    plain = (kind.is_null() | (kind == _SHOWN)) & tidy(raw.ATTRIBUTES, NO_VALUE).is_null()
    home = code.replace_strict(_HOME, default=code.str.to_uppercase())
    abroad = pl.when(pl.col("_region") == home).then(0).when(pl.col("_region").is_null()).then(1).otherwise(2)
    is_own = (code == Language.EN) & (pl.col("_title") == pl.col("_own"))
    return rows.select(
        s.FILM_ID,
        code.alias(s.LANGUAGE),
        pl.col("_title").alias(s.TITLE),
        pl.when(is_own).then(0).when(plain).then(1).otherwise(2).alias("_kind"),
        abroad.alias("_abroad"),
        (kind != _SHOWN).fill_null(value=True).alias("_by_the_way"),
        ROW,
    )


def _nothing() -> pl.DataFrame:
    kinds = {"_kind": pl.Int32, "_abroad": pl.Int32, "_by_the_way": pl.Boolean, ROW: pl.Int64}
    return pl.DataFrame(schema={**s.SCHEMAS[s.LOCAL_TITLES], **kinds})


def _account(titles: raw.RawTitles, verdicts: Counter[str | None], again: int) -> FileReport:
    dropped = {reason: count for reason, count in sorted(verdicts.items(), key=str) if reason is not None and count}
    merged = {REPEATED_ROW: again} if again else {}
    return FileReport(titles.name, titles.sha256(), verdicts.total(), verdicts[None] - again, merged, dropped)
