"""Clean credits -> the arrays of actors and directors, and what their films returned."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies.keys import pack_keys
from almazara.movies.texts import pack_lines, pack_texts
from almazara.movies.titles import normalize_all

DIRECTOR: Final = "Director"


@dataclass(frozen=True, slots=True)
class BuiltPeople:
    """Names and weights (votes of their films) for the search, the arrays of `People`, and their key table."""

    names: list[str]
    weights: np.ndarray
    arrays: Mapping[str, np.ndarray]
    keys: Mapping[str, np.ndarray]


def build_people(credits_: pl.DataFrame, films: pl.DataFrame) -> BuiltPeople:
    """Everybody in `credits_`; a film counts once for a person, whatever the number of roles.

    Args:
        credits_: Columns `name` and `film_id`: the cast, or the directors of the crew.
        films: The table of films.
    """
    facts = films.select(pl.col(s.ID).alias(s.FILM_ID), s.RELEASE_DATE, s.VOTE_COUNT).with_row_index("row")
    pairs = credits_.select(s.NAME, s.FILM_ID).unique().join(facts, on=s.FILM_ID).sort(s.NAME, s.RELEASE_DATE, "row")
    people = pairs.group_by(s.NAME, maintain_order=True).agg(pl.len(), pl.col(s.VOTE_COUNT).sum())
    names, counts = people[s.NAME].to_list(), people["len"].to_list()
    rows: dict[str, list[int]] = {}
    for row, key in sorted(enumerate(normalize_all(names)), key=lambda pair: -counts[pair[0]]):
        rows.setdefault(key, []).append(row)
    arrays = {
        **pack_texts(names),
        "starts": np.cumsum([0, *counts], dtype=np.int64),
        "films": pairs["row"].to_numpy().astype(np.int32),
    }
    return BuiltPeople(names, people[s.VOTE_COUNT].to_numpy().astype(np.float32), arrays, pack_keys(rows))


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
