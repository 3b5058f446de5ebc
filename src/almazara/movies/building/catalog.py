"""Clean films -> the arrays of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies.building.packing import KEY, ROW, pack_keys, pack_texts
from almazara.movies.titles import normalize_all


def build_catalog(films: pl.DataFrame, keys: pl.DataFrame) -> dict[str, Mapping[str, np.ndarray]]:
    """The groups `films`, `titles`, `title_keys`, `original_keys` and `releases`.

    Args:
        films: The table `films`, in order of id.
        keys: The table `film_keys`.
    """
    original = films.select(s.ID).join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
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
    }


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
