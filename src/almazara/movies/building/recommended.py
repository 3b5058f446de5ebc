"""The default answer about each film's similar films, as JSON that is sent as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import numpy as np
import polars as pl

from almazara.movies.building.packing import pack_texts
from almazara.movies.catalog import open_catalog
from almazara.movies.recommenders.similar import Query, open_similar

_BLOCK = 512


def build_recommended(
    groups: Mapping[str, Mapping[str, np.ndarray]], progress: Callable[[int, int], None]
) -> dict[str, np.ndarray]:
    """A RecommendationAnswer to the default query for each film, in order of row, as `Texts`.

    Args:
        groups: Everything else that was built.
        progress: Called with films done and films in all.
    """
    catalog = open_catalog(groups.__getitem__)
    similar = open_similar(groups.__getitem__, catalog)
    encode, query = msgspec.json.Encoder().encode, Query()
    answers = []
    for row in range(len(catalog)):
        answers.append(encode(similar.answer(row, query)).decode())
        if row % _BLOCK == 0:
            progress(row, len(catalog))
    return pack_texts(pl.Series(answers, dtype=pl.String))
