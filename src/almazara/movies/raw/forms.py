"""Columns of text as numbers, days and moments: in the one form that a whole column is surely written in."""

from typing import Final

import polars as pl

_CURRENCY: Final = r"(?i)^(?:us\s?\$|\$|usd)\s*|\s*(?:us\s?\$|\$|usd)$"
_ENGLISH: Final = r"^\d{1,3}(?:[,\s]\d{3})*(?:\.\d+)?$|^\d+\.\d+$"  # 1,234,567.8
_CONTINENTAL: Final = r"^\d{1,3}(?:[.\s]\d{3})*(?:,\d+)?$|^\d+(?:,\d+)?$"  # 1.234.567,8
_HOURS: Final = r"(?i)^(\d+)\s*h(?:(?:ou)?rs?)?\b"
_MINUTES: Final = r"(?i)^(?:\d+\s*h(?:(?:ou)?rs?)?\s*)?(\d+)\s*m(?:in(?:ute)?s?)?\.?$"
_ZONE: Final = r"(Z|UTC|[+-]\d{2}:?\d{2})?"
_DAY: Final = rf"^(\d{{4}}-\d{{2}}-\d{{2}})(?:[T ]00:00(?::00(?:\.0+)?)?\s*{_ZONE})?$"
_MOMENT: Final = rf"^(\d{{4}}-\d{{2}}-\d{{2}})(?:[T ](\d{{2}}:\d{{2}})(:\d{{2}})?(?:[.,]\d+)?\s*{_ZONE})?$"
_IMDB: Final = r"(?i)^(?:https?://(?:www\.|m\.)?imdb\.com/title/)?(?:tt)?0*([1-9]\d{0,17})(?:\.0+)?/?$"
_LAST_SECOND: Final = 4_102_444_800  # 2100-01-01
# Milliseconds, microseconds, nanoseconds since 1970: those of 1973 to 2100 are no other unit's of that time.
_FINER: Final = (10**3, 10**6, 10**9)
_FIRST_FINER: Final = 10**8


def number(column: str) -> pl.Expr:
    """A column of text as finite numbers, null where it is none."""
    value = pl.col(column).str.strip_chars().cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def identifier(column: str) -> pl.Expr:
    """A column of text as positive whole numbers (`862`, `862.0`), null where it is none."""
    digits = pl.col(column).str.extract(r"^\s*0*([1-9]\d{0,17})(?:\.0+)?\s*$", 1)
    return digits.cast(pl.Int64, strict=False)


def imdb_number(column: str) -> pl.Expr:
    """The number in an IMDb id (`tt0114709`, `114709`, `114709.0`, an address), null where it is none."""
    return pl.col(column).str.strip_chars().str.extract(_IMDB, 1).cast(pl.Int64, strict=False)


def numbers(cells: pl.Series, *, whole: bool = False) -> pl.Series:
    """Numbers as they mostly stand; where not all do, as the column is written otherwise: `$1,000,000`, `6,5`.

    Of two ways the one counts that reads more cells. Where both read as many, `1,234` has thousands if numbers are
    `whole`, and else nobody knows which number it is: null.
    """
    frame = cells.rename("cell").to_frame()
    plain = frame.select(number("cell")).to_series()
    fractions = whole and bool((plain.round() != plain).any())
    if plain.null_count() == cells.null_count() and not fractions:
        return plain
    text = pl.col("cell").str.strip_chars().str.replace_all(_CURRENCY, "")
    english, continental = (
        frame.select(pl.when(text.str.contains(form)).then(_without(thousands, text))).to_series()
        for form, thousands in ((_ENGLISH, r"[,\s]"), (_CONTINENTAL, r"[.\s]"))
    )
    english = pl.select(pl.coalesce(plain, english)).to_series()
    if continental.null_count() < english.null_count():
        return continental
    if continental.null_count() > english.null_count():
        return english
    if fractions:  # 1.234 votes
        return continental
    return english if whole else english.set((english != continental).fill_null(value=False), None)


def _without(thousands: str, text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(thousands, "").str.replace(",", ".").cast(pl.Float64, strict=False)


def minutes(cells: pl.Series) -> pl.Series:
    """Durations in minutes: numbers, `95 min`, `1h 35m`."""
    found = numbers(cells)
    if found.null_count() == cells.null_count():
        return found
    text = cells.str.strip_chars()
    hours, rest = (text.str.extract(part, 1).cast(pl.Float64) for part in (_HOURS, _MINUTES))
    told = text.str.contains(_MINUTES) | text.str.contains(_HOURS + "$")
    spelled = pl.select(pl.when(told).then(hours.fill_null(0) * 60 + rest.fill_null(0))).to_series()
    return pl.select(pl.coalesce(found, spelled)).to_series()


def days(cells: pl.Series) -> pl.Series:
    """Calendar days `1995-10-30`, also as the midnight of one; null where it is none."""
    return cells.str.strip_chars().str.extract(_DAY, 1).str.to_date("%Y-%m-%d", strict=False)


def seconds(cells: pl.Series) -> pl.Series:
    """Moments from 1970 to 2100 as seconds since 1970: from those, from finer units, from ISO 8601 (UTC by default)."""
    text = cells.str.strip_chars()
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() > cells.null_count():
        floats = text.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
        whole = pl.select(pl.coalesce(whole, floats)).to_series()
    within = pl.when(whole.is_between(0, _LAST_SECOND)).then(whole)
    finer = [pl.when(whole.is_between(_FIRST_FINER * unit, _LAST_SECOND * unit)).then(whole // unit) for unit in _FINER]
    numeric = pl.select(pl.coalesce(within, *finer)).to_series()
    if whole.null_count() == cells.null_count():
        return numeric
    return pl.select(pl.coalesce(numeric, _iso_seconds(text))).to_series()


def _iso_seconds(text: pl.Series) -> pl.Series:
    day, time, second, zone = (text.str.extract(_MOMENT, part) for part in (1, 2, 3, 4))
    written = day + " " + time.fill_null("00:00") + second.fill_null(":00")
    local = written.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).dt.epoch("s")
    hours, past = (zone.str.extract(part, 1).cast(pl.Int64) for part in (r"(\d{2}):?\d{2}", r"\d{2}:?(\d{2})"))
    ahead = (hours * 3600 + past * 60).fill_null(0)
    moment = pl.select(pl.when(zone.str.starts_with("-")).then(local + ahead).otherwise(local - ahead)).to_series()
    return pl.select(pl.when(moment.is_between(0, _LAST_SECOND)).then(moment)).to_series()
