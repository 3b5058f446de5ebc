"""Titles that differ by a slip from one that far more people know: who types `Seven` may mean `Se7en`."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from almazara.movies.catalog.packing import KEY, ROW
from almazara.movies.catalog.titles import normalize_all

_KNOWN: Final = 500  # votes of a film that many know
_TIMES: Final = 20  # as many votes as the film that bears the title
_LETTERS: Final = 5  # shorter titles differ by a letter from too many


def better_known(titles: pl.Series, votes: pl.Series) -> npt.NDArray[np.int32]:
    """For each film the most voted one whose title is its own but for a letter more, less, other or elsewhere.

    Spaces do not count. Titles with a letter left out meet where they are the same: the neighborhood of deletions by
    which W. Garbe's SymSpell (2012) finds spellings.

    Returns:
        (films,) int32: a row, or -1 where there is none that has far more votes.
    """
    keys = normalize_all(titles.fill_null("")).str.replace_all(" ", "", literal=True)
    films = pl.DataFrame([keys.alias(KEY), votes.alias("votes")]).with_row_index(ROW)
    films = films.filter(pl.col(KEY).str.len_chars() >= _LETTERS)
    known = films.filter(pl.col("votes") >= _KNOWN)
    near = _forms(films).join(_forms(known), on="form", suffix="_known")
    near = near.filter((pl.col(KEY) != pl.col(f"{KEY}_known")) & (pl.col("votes_known") >= _TIMES * pl.col("votes")))
    best = near.sort("votes_known", f"{ROW}_known", descending=[True, False]).unique(ROW, keep="first")
    found = np.full(len(titles), -1, np.int32)
    found[best[ROW].to_numpy()] = best[f"{ROW}_known"].to_numpy()
    return found


def _forms(films: pl.DataFrame) -> pl.DataFrame:
    """The films by their keys, and by these without each of their letters."""
    place = pl.int_ranges(-1, pl.col(KEY).str.len_chars()).alias("place")
    without = pl.col(KEY).str.head(pl.col("place")) + pl.col(KEY).str.slice(pl.col("place") + 1)
    return (
        films.with_columns(place)
        .explode("place")
        .select(ROW, KEY, "votes", pl.when(pl.col("place") < 0).then(KEY).otherwise(without).alias("form"))
    )
