"""Clean films -> the arrays of the catalog; needs Polars, which what reads them does without."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from almazara.movies.catalog.titles import normalize_all
from almazara.movies.cleaning import schema as s

KEY = "key"
ROW = "row"


def pack_texts(texts: pl.Series) -> dict[str, np.ndarray]:
    """The arrays of `Texts`: offsets (n + 1) int64, blob uint8."""
    blob = texts.str.join("").cast(pl.Binary).item()
    return {"offsets": offsets(texts.str.len_bytes()), "blob": np.frombuffer(blob, np.uint8)}


def pack_lines(lines: bytes) -> dict[str, np.ndarray]:
    """The arrays of `Texts` for newline-ended lines; each keeps its newline, which JSON does not mind."""
    blob = np.frombuffer(lines, np.uint8)
    ends = np.flatnonzero(blob == ord("\n")) + 1
    return {"offsets": np.concatenate([[0], ends]).astype(np.int64), "blob": blob}


def pack_keys(groups: pl.DataFrame) -> dict[str, np.ndarray]:
    """The arrays of `KeyTable`: the sorted keys as `Texts`, and starts (n + 1) int64 into rows int32.

    Args:
        groups: Each `key` once, and the list of its `row` in the order in which a look-up gives them.
    """
    ordered = groups.sort(KEY)  # Polars sorts texts by their UTF-8 bytes
    return {
        **pack_texts(ordered[KEY]),
        "starts": offsets(ordered[ROW].list.len()),
        "rows": ordered[ROW].explode().to_numpy().astype(np.int32),
    }


def offsets(lengths: pl.Series) -> npt.NDArray[np.int64]:
    """Where each of n things of these lengths begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths.to_numpy(), dtype=np.int64)]).astype(np.int64)


_GENRE = "genre"


def build_catalog(films: pl.DataFrame, keys: pl.DataFrame) -> dict[str, Mapping[str, np.ndarray]]:
    """The groups `films`, `titles`, `title_keys`, `original_keys`, `releases`, and what lists are filtered by.

    Args:
        films: The table `films`, in order of id.
        keys: The table `film_keys`.
    """
    original = films.join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    votes = films[s.VOTE_COUNT]
    return {
        "films": {
            "ids": films[s.ID].to_numpy(),
            "years": films[s.RELEASE_YEAR].to_numpy(),
            "popularity": films[s.POPULARITY].fill_null(np.nan).to_numpy(),
            "averages": films[s.VOTE_AVERAGE].fill_null(np.nan).to_numpy(),
            "votes": films[s.VOTE_COUNT].to_numpy(),
        },
        "titles": pack_texts(films[s.TITLE]),
        "title_keys": pack_keys(_rows_by_key(films[s.TITLE], votes)),
        "original_keys": pack_keys(_rows_by_key(original[s.ORIGINAL_TITLE], votes)),
        "releases": _releases(films[s.RELEASE_DATE]),
        **_attributes(films),
        "twins": {"labels": twins(original)},
    }


def _attributes(films: pl.DataFrame) -> dict[str, Mapping[str, np.ndarray]]:
    """What `Attributes` reads: codes of languages, flags of genres, and the names behind them, most frequent first."""
    genres = films.select(pl.col(s.GENRES).alias(_GENRE)).with_row_index(ROW).explode(_GENRE).drop_nulls().unique()
    genre_names, language_names = _by_frequency(genres[_GENRE]), _by_frequency(films[s.ORIGINAL_LANGUAGE].drop_nulls())
    flags = np.zeros((films.height, len(genre_names)), dtype=np.bool_)
    flags[genres[ROW].to_numpy(), _codes(genres[_GENRE], genre_names)] = True
    return {
        "attributes": {
            "languages": _codes(films[s.ORIGINAL_LANGUAGE], language_names),
            "genres": flags,
            "by_votes": np.argsort(-films[s.VOTE_COUNT].to_numpy(), kind="stable").astype(np.int32),
        },
        "genre_names": pack_texts(genre_names),
        "language_names": pack_texts(language_names),
    }


def _by_frequency(values: pl.Series) -> pl.Series:
    """The distinct values, most frequent first, equally frequent ones in order."""
    counted = values.alias(KEY).value_counts().sort("count", KEY, descending=[True, False])
    return counted[KEY].cast(pl.String)


def _codes(values: pl.Series, names: pl.Series) -> np.ndarray:
    """The place of each value in the names, -1 for null: int32."""
    places = pl.DataFrame({KEY: names}).with_row_index(ROW)
    coded = pl.DataFrame({KEY: values.cast(pl.String)}).join(places, on=KEY, how="left", maintain_order="left")
    return coded[ROW].cast(pl.Int32).fill_null(-1).to_numpy()


def twins(films: pl.DataFrame) -> np.ndarray:
    """Which films are one film under several ids, as far as anybody can tell from outside.

    Two films are twins when they share the IMDb id, title and year, title and overview, or title and a director within
    two years (a director films the same title again after decades, and that is another film).

    Args:
        films: Columns id, title, release_year, overview, directors and imdb_id, a row a film.

    Returns:
        (films,) int32: a label that twins share, -1 for a film without any.
    """
    keyed = films.select(
        normalize_all(films[s.TITLE]).alias(KEY),
        s.RELEASE_YEAR,
        s.IMDB_ID,
        s.OVERVIEW,
        pl.col(s.DIRECTORS).alias(s.NAME),
    ).with_row_index(ROW)
    links = pl.concat(
        [
            _linked(keyed, [s.IMDB_ID], years=10_000),
            _linked(keyed, [KEY], years=0),
            _linked(keyed, [KEY, s.OVERVIEW], years=10_000),
            _linked(keyed.explode(s.NAME), [KEY, s.NAME], years=2),
        ]
    )
    first, second = links["earlier"].to_numpy(), links[ROW].to_numpy()
    labels = np.arange(films.height, dtype=np.int32)
    before = np.empty(0, dtype=np.int32)
    while not np.array_equal(before, labels):
        before = labels.copy()
        np.minimum.at(labels, second, labels[first])
        np.minimum.at(labels, first, labels[second])
    labels[np.bincount(labels, minlength=1)[labels] == 1] = -1
    return labels


def _linked(films: pl.DataFrame, by: list[str], years: int) -> pl.DataFrame:
    """Pairs of films next to each other in time that share a key and are at most so many years apart."""
    ordered = films.drop_nulls(by).sort(*by, s.RELEASE_YEAR, ROW)
    earlier, gap = pl.col(ROW).shift().over(by).alias("earlier"), pl.col(s.RELEASE_YEAR).diff().over(by)
    return ordered.select(earlier, ROW, gap.alias("gap")).filter(pl.col("gap") <= years)


def _rows_by_key(titles: pl.Series, votes: pl.Series) -> pl.DataFrame:
    """Keys and their rows, most voted first; a key without its spaces leads to the films of the first such key."""
    keys = normalize_all(titles.fill_null("")).alias(KEY)
    rows = pl.DataFrame([keys, votes.alias("votes")]).with_row_index(ROW).filter(pl.col(KEY) != "")
    by_votes = rows.sort("votes", descending=True, maintain_order=True)
    groups = by_votes.group_by(KEY, maintain_order=True).agg(ROW)
    compact = groups.with_columns(pl.col(KEY).str.replace_all(" ", "", literal=True))
    return pl.concat([groups, compact]).unique(KEY, keep="first", maintain_order=True)


def _releases(released: pl.Series) -> dict[str, np.ndarray]:
    """Counts by month (12), weekday from Monday (7), day of the month (31), and by date (ordinals, rising)."""
    days_before_1970 = 719_163  # what date.toordinal() gives for 1 January 1970
    dates, by_date = np.unique(released.to_physical().to_numpy() + np.int32(days_before_1970), return_counts=True)
    return {
        "by_month": _counts(released.dt.month(), 12),
        "by_weekday": _counts(released.dt.weekday(), 7),
        "by_day": _counts(released.dt.day(), 31),
        "dates": dates,
        "by_date": by_date.astype(np.int32),
    }


def _counts(parts: pl.Series, size: int) -> np.ndarray:
    return np.bincount(parts.to_numpy(), minlength=size + 1)[1:].astype(np.int32)


def build_imdb_numbers(films: pl.DataFrame, keys: pl.DataFrame) -> dict[str, np.ndarray]:
    """The arrays of `ImdbNumbers`: numbers (films,) int64, 0 where unknown, and order int32, their rows by number.

    Args:
        films: The table `films`, in order of id.
        keys: The table `film_keys`.
    """
    joined = films.select(s.ID).join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    digits = joined[s.IMDB_ID].str.extract(r"^(?:tt)?(\d{1,15})$")
    numbers = digits.cast(pl.Int64).fill_null(0).to_numpy()
    order = np.argsort(numbers, kind="stable")
    return {"numbers": numbers, "order": order[numbers[order] > 0].astype(np.int32)}
