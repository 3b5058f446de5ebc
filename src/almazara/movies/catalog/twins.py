"""Films that are one film under several ids."""

import numpy as np
import polars as pl

from almazara.movies.catalog.packing import KEY, ROW
from almazara.movies.catalog.titles import normalize_all
from almazara.movies.cleaning import schema as s


def twins(films: pl.DataFrame) -> np.ndarray:
    """Which films are one film under several ids, as far as anybody can tell from outside.

    Two films are twins when they share the IMDb id, title and year, title and overview, or title and a director within
    two years (a director films the same title again after decades, and that is another film).

    Returns:
        (films,) int32: a label that twins share, -1 for a film without any.
    """
    title, directors = normalize_all(films[s.TITLE]).alias(KEY), pl.col(s.DIRECTORS).alias(s.NAME)
    keyed = films.select(title, s.RELEASE_YEAR, s.IMDB_ID, s.OVERVIEW, directors).with_row_index(ROW)
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
