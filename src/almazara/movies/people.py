"""Answers about actors and directors, made ahead from the clean tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies import sentences
from almazara.movies.answers import ActorAnswer, DirectedFilm, DirectorAnswer
from almazara.movies.titles import normalize

DIRECTOR: Final = "Director"
_FACTS: Final = [s.ID, s.TITLE, s.RELEASE_DATE, s.BUDGET, s.REVENUE, s.RETURN, s.MONEY_DOUBTFUL, s.VOTE_COUNT]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of one role: names and weights (votes of their films) for the search, answers by key."""

    names: list[str]
    weights: np.ndarray
    answers: list[tuple[str, bytes]]


def exact_key(name: str) -> str:
    """Key of the answer for exactly this spelling, kept where several names share a normalized form."""
    return f"={name}"


def actors(tables: Mapping[str, pl.DataFrame]) -> People:
    """Everyone in the cast of a film; a film counts once for a person, whatever the number of roles."""
    return _people(tables[s.CAST], tables[s.FILMS], _actor_answers)


def directors(tables: Mapping[str, pl.DataFrame]) -> People:
    """Everyone who directed a film."""
    return _people(tables[s.CREW].filter(pl.col("job") == DIRECTOR), tables[s.FILMS], _director_answers)


def _people(credits_: pl.DataFrame, films: pl.DataFrame, answer: Callable[[pl.DataFrame], Iterator[Any]]) -> People:
    facts = films.select(_FACTS).rename({s.ID: s.FILM_ID})
    known = pl.col(s.RETURN).filter(pl.col(s.RETURN) > 0)
    grouped = (
        credits_.select(s.NAME, s.FILM_ID)
        .unique()
        .join(facts, on=s.FILM_ID)
        .sort(s.NAME, s.RELEASE_DATE, s.FILM_ID)
        .group_by(s.NAME, maintain_order=True)
        .agg(
            pl.len().alias("count"),
            pl.col(s.RETURN).sum().alias("total"),
            known.len().alias("known"),
            known.median().alias("median"),
            pl.col(s.TITLE).filter(pl.col(s.MONEY_DOUBTFUL)).alias("doubtful"),
            pl.col(s.VOTE_COUNT).sum().alias("votes"),
            pl.struct(s.FILM_ID, s.TITLE, s.RELEASE_DATE, s.BUDGET, s.REVENUE, s.RETURN).alias("films"),
        )
    )
    names = grouped[s.NAME].to_list()
    encoded = [msgspec.json.encode(one) for one in answer(grouped)]
    weights = grouped["votes"].to_numpy().astype(np.float32)
    return People(names, weights, list(_keyed(names, grouped["count"].to_list(), encoded)))


def _keyed(names: list[str], counts: list[int], answers: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """The normalized key answers the namesake with most films; each spelling in a clash keeps its own exact key."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(normalize(name), []).append(row)
    for key, sharing in rows.items():
        yield key, answers[max(sharing, key=lambda row: (counts[row], -row))]
        if len(sharing) > 1:
            for row in sharing:
                yield exact_key(names[row]), answers[row]


def _summary(row: dict[str, Any], verb: str) -> dict[str, Any]:
    count, total, known, median = row["count"], row["total"], row["known"], row["median"]
    return {
        "cantidad_peliculas": count,
        "exito": total,
        "retorno_promedio": total / count,
        "retorno_promedio_con_datos": total / known if known else None,
        "retorno_mediano": median,
        "peliculas_con_datos": known,
        "peliculas_dudosas": row["doubtful"],
        "mensaje": sentences.person(
            verb, row[s.NAME], count, total=total, known=known, median=median, doubtful=row["doubtful"]
        ),
    }


def _actor_answers(grouped: pl.DataFrame) -> Iterator[ActorAnswer]:
    for row in grouped.drop("films").iter_rows(named=True):
        yield ActorAnswer(actor=row[s.NAME], **_summary(row, "ha actuado en"))


def _director_answers(grouped: pl.DataFrame) -> Iterator[DirectorAnswer]:
    for row in grouped.iter_rows(named=True):
        films = [_directed(film) for film in row["films"]]
        yield DirectorAnswer(director=row[s.NAME], peliculas=films, **_summary(row, "ha dirigido"))


def _directed(film: dict[str, Any]) -> DirectedFilm:
    return DirectedFilm(
        id=film[s.FILM_ID],
        titulo=film[s.TITLE],
        fecha_estreno=str(film[s.RELEASE_DATE]),
        retorno=film[s.RETURN],
        costo=film[s.BUDGET],
        recaudacion=film[s.REVENUE],
        ganancia=film[s.REVENUE] - film[s.BUDGET],
    )
