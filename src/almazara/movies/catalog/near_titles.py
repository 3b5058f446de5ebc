"""Titles that differ by a slip, or an article, from one that far more people know.

Who types `Seven` may mean `Se7en`, and `Godfather` *The Godfather*.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from almazara.movies.catalog.packing import KEY, ROW
from almazara.movies.catalog.titles import LEADING_ARTICLE, normalize_all

_KNOWN: Final = 500  # votes of a film that many know
_TIMES: Final = 20  # as many votes as the film that bears the title
_LETTERS: Final = 5  # shorter titles differ by a letter from too many
_WHOLE: Final = "whole"


def better_known(titles: pl.Series, votes: pl.Series) -> npt.NDArray[np.int32]:
    """For each film the most voted one whose title is its own but for an article before it, or for a letter.

    That is more, less, other or elsewhere; spaces do not count. Titles with a letter left out meet where they are the
    same: the neighborhood of deletions by which W. Garbe's SymSpell (2012) finds spellings.

    Returns:
        (films,) int32: a row, or -1 where there is none that has far more votes.
    """
    spoken = normalize_all(titles.fill_null(""))
    keys = [spoken.alias(_WHOLE), spoken.str.replace_all(" ", "", literal=True).alias(KEY), votes.alias("votes")]
    films = pl.DataFrame(keys).with_row_index(ROW).filter(pl.col(KEY) != "")
    near = pl.concat(
        [_met(films, _without_article), _met(films.filter(pl.col(KEY).str.len_chars() >= _LETTERS), _forms)]
    )
    best = near.sort("votes_known", f"{ROW}_known", descending=[True, False]).unique(ROW, keep="first")
    found = np.full(len(titles), -1, np.int32)
    found[best[ROW].to_numpy()] = best[f"{ROW}_known"].to_numpy()
    return found


def _met(films: pl.DataFrame, forms: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Films beside far better known ones that have another title and a form in common."""
    pairs = forms(films).join(forms(films.filter(pl.col("votes") >= _KNOWN)), on="form", suffix="_known")
    return pairs.filter((pl.col(KEY) != pl.col(f"{KEY}_known")) & (pl.col("votes_known") >= _TIMES * pl.col("votes")))


def _without_article(films: pl.DataFrame) -> pl.DataFrame:
    form = pl.col(_WHOLE).str.replace(LEADING_ARTICLE.pattern, "").str.replace_all(" ", "", literal=True)
    return films.select(ROW, KEY, "votes", form.alias("form"))


def _forms(films: pl.DataFrame) -> pl.DataFrame:
    """The films by their keys, and by these without each of their letters."""
    place = pl.int_ranges(-1, pl.col(KEY).str.len_chars()).alias("place")
    without = pl.col(KEY).str.head(pl.col("place")) + pl.col(KEY).str.slice(pl.col("place") + 1)
    return (
        films.with_columns(place)
        .explode("place")
        .select(ROW, KEY, "votes", pl.when(pl.col("place") < 0).then(KEY).otherwise(without).alias("form"))
    )
