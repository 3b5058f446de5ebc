"""Clean tables -> the arrays that the exploration counts; needs Polars."""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
import polars as pl

from almazara.movies.catalog.catalog import Arrays, Groups
from almazara.movies.catalog.packing import ROW, pack_texts
from almazara.movies.cleaning import schema as s
from almazara.movies.exploring.films import MISSABLE
from almazara.movies.exploring.stop_words import STOP_WORDS

_NAME: Final = "name"
_CODE: Final = "code"
_COUNT: Final = "count"
_SHORTENED: Final = r"n['\u2019]t\b|['\u2019]\p{L}{1,2}\b|\b\p{L}{1,2}['\u2019]"
"""What stands before or after an apostrophe and is no word: don't, what's, l'amour."""
_WORD: Final = r"[\p{L}\p{M}]{3,}"
_SEQUEL: Final = r"^(?:part|parte|vol|volume|chapter|episode|[ivx]{3,5})$"
MIN_FILMS: Final = 2
"""A word of one title alone is never among the most frequent."""
QUARANTINE_SHOWN: Final = 1000
CONTENT_SHOWN: Final = 300
"""Letters of a quarantined row: enough to find it by."""


def build_exploring(tables: Mapping[str, pl.DataFrame]) -> Groups:
    """The arrays of `Films`.

    Returns:
        exploring: by film, months 1-12, days 1-31 and weekdays (0 is Monday) uint8, and missing, the bits of MISSABLE
            that are unknown, uint16; by measure, `<measure>_codes` (films,) unsigned, 0 where unknown, the place in
            `<measure>_values`, which rise from the second on; by kind of tag, `<kind>_rows` int32 and `<kind>_codes`
            unsigned, one pair for each film and tag, codes in order of frequency.
        exploring_countries, exploring_country_names, exploring_words: the names behind the codes as `Texts`; those of
            genres and languages are `genre_names` and `language_names`, in the same order.
        exploring_quarantine: rows that could not be read, at most QUARANTINE_SHOWN, as JSON lists of file, row number,
            reason and the beginning of what they hold.
    """
    films = tables[s.FILMS]
    lands = tables[s.COUNTRIES].with_columns(pl.coalesce("iso_3166_1", "country"))  # some files have only names
    countries, of_countries = _tagged("country", _of(films, lands, "iso_3166_1"))
    words, of_words = _tagged("word", title_words(films[s.TITLE]))
    _, of_languages = _tagged("language", _own(films, s.ORIGINAL_LANGUAGE))
    _, of_genres = _tagged("genre", _of(films, tables[s.GENRES], "genre"))
    days = films[s.RELEASE_DATE].dt
    return {
        "exploring": {
            "months": days.month().cast(pl.UInt8).to_numpy(),
            "days": days.day().cast(pl.UInt8).to_numpy(),
            "weekdays": (days.weekday() - 1).cast(pl.UInt8).to_numpy(),
            "missing": _missing(tables),
            **_measures(films),
            **of_genres,
            **of_languages,
            **of_countries,
            **of_words,
        },
        "exploring_countries": pack_texts(countries),
        "exploring_country_names": pack_texts(_country_names(countries, tables[s.COUNTRIES])),
        "exploring_words": pack_texts(words),
        "exploring_quarantine": pack_texts(_quarantine(tables[s.QUARANTINE])),
    }


def _measures(films: pl.DataFrame) -> Arrays:
    """Codes and values of every measure; 0 is unknown where it cannot be meant."""
    above_zero = {"budget": s.BUDGET, "revenue": s.REVENUE, "return": s.RETURN, "runtime": "runtime"}
    known: dict[str, pl.Expr] = {name: pl.when(pl.col(column) > 0).then(column) for name, column in above_zero.items()}
    known |= {
        "year": pl.col(s.RELEASE_YEAR),
        "votes": pl.col(s.VOTE_COUNT),
        "average": pl.when(pl.col(s.VOTE_COUNT) > 0).then(s.VOTE_AVERAGE),
        "popularity": pl.col(s.POPULARITY),
    }
    arrays: dict[str, np.ndarray] = {}
    for name, column in known.items():
        values = films.select(column.cast(pl.Float64).fill_null(np.nan)).to_series().to_numpy()
        arrays[f"{name}_codes"], arrays[f"{name}_values"] = coded(values)
    return arrays


def coded(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The place of each value among the distinct ones, 0 for NaN, in few bytes; and these, NaN and then rising."""
    known = ~np.isnan(values)
    distinct, places = np.unique(values[known], return_inverse=True)
    codes = np.zeros(len(values), dtype=np.min_scalar_type(len(distinct)))
    codes[known] = places + 1
    return codes, np.concatenate([[np.nan], distinct])


def _own(films: pl.DataFrame, column: str) -> pl.DataFrame:
    """Row and name of a column of the films."""
    return films.select(pl.int_range(pl.len()).alias(ROW), pl.col(column).alias(_NAME)).drop_nulls()


def _of(films: pl.DataFrame, entries: pl.DataFrame, column: str) -> pl.DataFrame:
    """Row and name of a table of entries, each once."""
    rows = films.select(pl.col(s.ID).alias(s.FILM_ID), pl.int_range(pl.len()).alias(ROW))
    return rows.join(entries, on=s.FILM_ID).select(ROW, pl.col(column).alias(_NAME)).drop_nulls().unique()


def _tagged(kind: str, pairs: pl.DataFrame) -> tuple[pl.Series, Arrays]:
    """The distinct names, most frequent first, and the arrays of a kind of tag."""
    names = pairs[_NAME].cast(pl.String).value_counts(name=_COUNT).sort(_COUNT, _NAME, descending=[True, False])
    found = pairs.join(names.with_row_index(_CODE), on=_NAME).sort(ROW, _CODE)
    smallest = np.min_scalar_type(max(len(names) - 1, 0))
    return names[_NAME], {
        f"{kind}_rows": found[ROW].to_numpy().astype(np.int32),
        f"{kind}_codes": found[_CODE].to_numpy().astype(smallest),
    }


def title_words(titles: pl.Series) -> pl.DataFrame:
    """Row and word of the words of titles, each once a title.

    Lower case; without the commonest words of six languages, numbers, and what numbers a sequel.
    """
    bare = titles.str.to_lowercase().str.replace_all(_SHORTENED, " ")
    words = pl.DataFrame({_NAME: bare.str.extract_all(_WORD)}).select(pl.int_range(pl.len()).alias(ROW), _NAME)
    told = words.explode(_NAME).drop_nulls().unique()
    told = told.filter(~pl.col(_NAME).is_in(list(STOP_WORDS)) & ~pl.col(_NAME).str.contains(_SEQUEL))
    return told.filter(pl.len().over(_NAME) >= MIN_FILMS)


def _country_names(codes: pl.Series, countries: pl.DataFrame) -> pl.Series:
    """What the catalog calls each country, its code where it does not say."""
    names = countries.drop_nulls().unique("iso_3166_1", keep="first", maintain_order=True)
    named = pl.DataFrame({"iso_3166_1": codes}).join(names, on="iso_3166_1", how="left", maintain_order="left")
    return named.select(pl.coalesce("country", "iso_3166_1")).to_series()


def _missing(tables: Mapping[str, pl.DataFrame]) -> np.ndarray:
    """Bit k of a film is set where MISSABLE[k] is not known of it."""
    films = tables[s.FILMS]
    ids = pl.col(s.ID)

    def without(table: str) -> pl.Expr:
        return ~ids.is_in(tables[table][s.FILM_ID].unique().implode())

    unknown = {
        "overview": pl.col(s.OVERVIEW).is_null(),
        "tagline": pl.col("tagline").is_null(),
        "status": pl.col("status").is_null(),
        "runtime": ~(pl.col("runtime") > 0).fill_null(value=False),
        "budget": pl.col(s.BUDGET) == 0,
        "revenue": pl.col(s.REVENUE) == 0,
        "votes": pl.col(s.VOTE_COUNT) == 0,
        "language": pl.col(s.ORIGINAL_LANGUAGE).is_null(),
        "genres": without(s.GENRES),
        "countries": without(s.COUNTRIES),
        "companies": without(s.COMPANIES),
        "keywords": without(s.KEYWORDS),
        "cast": without(s.CAST),
        "directors": pl.col(s.DIRECTORS).list.len() == 0,
    }
    bits = [unknown[name].cast(pl.UInt16) * (1 << place) for place, name in enumerate(MISSABLE)]
    return films.select(pl.sum_horizontal(bits).cast(pl.UInt16)).to_series().to_numpy()


def _quarantine(rows: pl.DataFrame) -> pl.Series:
    """The rows as JSON, their content cut."""
    shown = rows.head(QUARANTINE_SHOWN).with_columns(pl.col("content").str.slice(0, CONTENT_SHOWN))
    return pl.Series([msgspec.json.encode(row).decode() for row in shown.iter_rows()], dtype=pl.String)
