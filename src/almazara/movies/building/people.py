"""Clean credits -> the arrays of actors and directors, and what their films returned."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies.building.packing import KEY, ROW, offsets, pack_keys, pack_lines, pack_texts
from almazara.movies.recommenders.base import Arrays
from almazara.movies.titles import normalize_all

DIRECTOR: Final = "Director"
_PERSON: Final = "person"


def build_people(credits_: pl.DataFrame, films: pl.DataFrame) -> tuple[Arrays, Arrays]:
    """The arrays of `People`, and of their keys; a film counts once for a person, whatever the number of roles.

    Args:
        credits_: Columns `name` and `film_id`: the cast, or the directors of the crew.
        films: The table of films.
    """
    names = credits_.select(pl.col(s.NAME).unique().sort()).with_row_index(_PERSON)
    facts = films.select(pl.col(s.ID).alias(s.FILM_ID), s.RELEASE_DATE).with_row_index(ROW)
    pairs = credits_.select(s.NAME, s.FILM_ID).join(names, on=s.NAME).join(facts, on=s.FILM_ID)
    pairs = pairs.select(_PERSON, s.RELEASE_DATE, ROW).unique().sort(_PERSON, s.RELEASE_DATE, ROW)
    counts = pairs.group_by(_PERSON, maintain_order=True).len()["len"]
    arrays = {
        **pack_texts(names[s.NAME]),
        "starts": offsets(counts),
        "films": pairs[ROW].to_numpy().astype(np.int32),
    }
    keys = pl.DataFrame([names[_PERSON].alias(ROW), normalize_all(names[s.NAME]).alias(KEY), counts])
    by_films = keys.sort("len", descending=True, maintain_order=True)
    return arrays, pack_keys(by_films.group_by(KEY, maintain_order=True).agg(ROW))


def build_money(films: pl.DataFrame) -> dict[str, np.ndarray]:
    """The arrays of `Money`, one entry a film."""
    return {"returns": films[s.RETURN].to_numpy(), "doubtful": films[s.MONEY_DOUBTFUL].to_numpy()}


def build_directed(films: pl.DataFrame) -> dict[str, np.ndarray]:
    """A DirectedFilm as one line of JSON for each film, in order of row, as `Texts`."""
    lines = io.BytesIO()
    films.select(
        id=s.ID,
        titulo=s.TITLE,
        fecha_estreno=pl.col(s.RELEASE_DATE).cast(pl.String),
        retorno=s.RETURN,
        costo=s.BUDGET,
        recaudacion=s.REVENUE,
        ganancia=pl.col(s.REVENUE) - pl.col(s.BUDGET),
    ).write_ndjson(lines)
    return pack_lines(lines.getvalue())
