"""IMDb numbers of the films, so that histories from elsewhere find them."""

from __future__ import annotations

import numpy as np
import polars as pl

from almazara.movies import schema as s


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
