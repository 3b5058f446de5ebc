"""The telling terms of each film as codes, so that the reasons of a recommendation are read and not searched."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from almazara.movies.building.packing import pack_texts
from almazara.movies.features import ROW, TERM
from almazara.movies.recommenders.base import Arrays
from almazara.movies.recommenders.reasons import SENTENCES


def build_reasons(fields: Mapping[str, pl.DataFrame], n_films: int) -> dict[str, Arrays]:
    """Codes of the telling terms of each film.

    Args:
        fields: Frames of (row, term) by field.
        n_films: Number of films.

    Returns:
        The groups `reasons`: offsets (films + 1) int64 into codes (entries) int32, and starts (fields) int64, where
        each field's codes begin; and `reason_names`, the terms behind the codes as `Texts`.
    """
    names: list[str] = []
    starts: list[int] = []
    coded = []
    for field in SENTENCES:
        vocabulary = fields[field].select(pl.col(TERM).unique().sort()).with_row_index("code", offset=len(names))
        starts.append(len(names))
        names.extend(vocabulary[TERM].to_list())
        coded.append(fields[field].join(vocabulary, on=TERM).select(ROW, "code"))
    entries = pl.concat(coded).sort(ROW, "code")
    counts = np.bincount(entries[ROW].to_numpy(), minlength=n_films)
    reasons: Arrays = {
        "offsets": np.cumsum([0, *counts], dtype=np.int64),
        "codes": entries["code"].to_numpy().astype(np.int32),
        "starts": np.array(starts, dtype=np.int64),
    }
    return {"reasons": reasons, "reason_names": pack_texts(pl.Series(names, dtype=pl.String))}
