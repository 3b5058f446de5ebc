"""Actors and directors: who made which films, found by name, and what their films returned."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import fsum
from statistics import median
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies import sentences
from almazara.movies.answers import ActorAnswer, DirectorAnswer
from almazara.movies.texts import Texts, pack_lines, pack_texts
from almazara.movies.titles import normalize, normalize_all, query_keys

DIRECTOR: Final = "Director"


class People:
    """Everybody of one role; names in order, each with the rows of their films in order of release."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._names = Texts(arrays)
        self._starts = arrays["starts"].data
        self._films = arrays["films"]
        self._hashes = arrays["hashes"].data
        self._rows = arrays["rows"].data

    def find(self, name: str) -> int | None:
        """The row of a name in any spelling: exactly this one first, then the namesake with most films."""
        for key in query_keys(name):
            sharing = self._sharing(key)
            if sharing:
                return max(sharing, key=lambda row: (self._names[row] == name, self._count(row), -row))
        return None

    def name(self, row: int) -> str:
        """The name as it is written."""
        return self._names[row]

    def films(self, row: int) -> list[int]:
        """Rows of the person's films, in order of release, each once."""
        return list(map(int, self._films[self._starts[row] : self._starts[row + 1]]))

    def _count(self, row: int) -> int:
        return self._starts[row + 1] - self._starts[row]

    def _sharing(self, key: str) -> list[int]:
        hashed = _hash(key)
        place = bisect_left(self._hashes, hashed)
        found = []
        while place < len(self._hashes) and self._hashes[place] == hashed:
            row = self._rows[place]
            if normalize(self._names[row]) == key:  # another name may share the hash
                found.append(row)
            place += 1
        return found


@dataclass(frozen=True, slots=True)
class BuiltPeople:
    """Names and weights (votes of their films) for the search, and the arrays of `People`."""

    names: list[str]
    weights: np.ndarray
    arrays: dict[str, np.ndarray]


def build_people(credits_: pl.DataFrame, films: pl.DataFrame) -> BuiltPeople:
    """Everybody in `credits_`; a film counts once for a person, whatever the number of roles.

    Args:
        credits_: Columns `name` and `film_id`: the cast, or the directors of the crew.
        films: The table of films.
    """
    facts = films.select(pl.col(s.ID).alias(s.FILM_ID), s.RELEASE_DATE, s.VOTE_COUNT).with_row_index("row")
    pairs = credits_.select(s.NAME, s.FILM_ID).unique().join(facts, on=s.FILM_ID).sort(s.NAME, s.RELEASE_DATE, "row")
    people = pairs.group_by(s.NAME, maintain_order=True).agg(pl.len(), pl.col(s.VOTE_COUNT).sum())
    names = people[s.NAME].to_list()
    hashes = np.array([_hash(key) for key in normalize_all(names)], dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    arrays = {
        **pack_texts(names),
        "starts": np.concatenate([[0], np.cumsum(people["len"].to_numpy())]).astype(np.int64),
        "films": pairs["row"].to_numpy().astype(np.int32),
        "hashes": hashes[order],
        "rows": order.astype(np.int32),
    }
    return BuiltPeople(names, people[s.VOTE_COUNT].to_numpy().astype(np.float32), arrays)


def _hash(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Money:
    """What films cost and earned, by row."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = arrays

    def returns(self, rows: Sequence[int]) -> list[float]:
        """Revenue over budget of each film, 0 where either is unknown."""
        return self._of("returns", rows)

    def doubtful(self, rows: Sequence[int]) -> list[int]:
        """Those of the rows whose budget or revenue cannot be meant."""
        return [row for row, flag in zip(rows, self._of("doubtful", rows), strict=True) if flag]

    def _of(self, name: str, rows: Sequence[int]) -> list[Any]:
        return list(self._arrays[name][rows].tolist())


def build_money(films: pl.DataFrame) -> dict[str, np.ndarray]:
    """The arrays of `Money`, one entry a film."""
    return {
        "returns": films[s.RETURN].to_numpy(),
        "doubtful": films[s.MONEY_DOUBTFUL].to_numpy(),
    }


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


def actor_answer(name: str, returns: Sequence[float], doubtful: Sequence[str]) -> ActorAnswer:
    """The answer about somebody who acts in films with these returns."""
    return ActorAnswer(actor=name, **_success("ha actuado en", name, returns, doubtful))


def director_answer(
    name: str, films: Sequence[bytes], returns: Sequence[float], doubtful: Sequence[str]
) -> DirectorAnswer:
    """The answer about the director of films with these returns; the films come as JSON, which is sent as it is."""
    written: list[Any] = [msgspec.Raw(film) for film in films]
    return DirectorAnswer(director=name, peliculas=written, **_success("ha dirigido", name, returns, doubtful))


def _success(verb: str, name: str, returns: Sequence[float], doubtful: Sequence[str]) -> dict[str, Any]:
    known = [value for value in returns if value > 0]
    total, middle = fsum(returns), median(known) if known else None
    return {
        "cantidad_peliculas": len(returns),
        "exito": total,
        "retorno_promedio": total / len(returns),
        "retorno_promedio_con_datos": total / len(known) if known else None,
        "retorno_mediano": middle,
        "peliculas_con_datos": len(known),
        "peliculas_dudosas": list(doubtful),
        "mensaje": sentences.person(
            verb, name, len(returns), total=total, known=len(known), median=middle, doubtful=doubtful
        ),
    }
