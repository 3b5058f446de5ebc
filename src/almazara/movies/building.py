"""Clean tables -> everything that the server reads: catalog, prebuilt answers, search indexes, similar films."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import polars as pl

from almazara.movies import people, sentences
from almazara.movies import schema as s
from almazara.movies.answers import CastMember, FilmAnswer
from almazara.movies.catalog import CatalogData, build_catalog
from almazara.movies.features import terms
from almazara.movies.packed import pack
from almazara.movies.recommenders import content, reasons, score
from almazara.movies.recommenders.reasons import ReasonNames
from almazara.movies.search import build_index

ARRAY_GROUPS = (
    "film_answers",
    "actor_answers",
    "director_answers",
    "title_search",
    "actor_search",
    "director_search",
    "score",
    "content",
    "reasons",
)
"""What the server memory-maps, by the name under which it is stored."""

CAST_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Built:
    """What is published beside the tables: JSON values and named groups of NumPy arrays."""

    catalog: CatalogData
    reason_names: ReasonNames
    arrays: dict[str, Mapping[str, np.ndarray]]


def build_answers(tables: Mapping[str, pl.DataFrame]) -> Built:
    """Everything but the similar films of content, in a few seconds for 45,000 films."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    arrays: dict[str, Mapping[str, np.ndarray]] = {"film_answers": pack(_film_answers(tables)).arrays()}
    for name, found in (("actor", people.actors(tables)), ("director", people.directors(tables))):
        arrays[f"{name}_answers"] = pack(found.answers).arrays()
        entries = np.arange(len(found.names), dtype=np.int32)
        arrays[f"{name}_search"] = build_index(found.names, entries, found.weights).arrays()
    arrays["title_search"] = _title_search(films, keys)
    arrays["score"] = score.fit(films)
    arrays["reasons"], names = reasons.build(terms(tables), films.height)
    return Built(build_catalog(films, keys), names, arrays)


def build_similar(
    tables: Mapping[str, pl.DataFrame], progress: Callable[[int, int], None]
) -> dict[str, Mapping[str, np.ndarray]]:
    """The similar films of content, the long part of a build."""
    return {"content": content.fit(tables, content.ContentConfig(), progress)}


def _title_search(films: pl.DataFrame, keys: pl.DataFrame) -> Mapping[str, np.ndarray]:
    """Titles and, where they differ, original titles; entries are rows of the catalog."""
    numbered = films.select(s.ID, s.TITLE, s.VOTE_COUNT).with_row_index("row")
    original = (
        numbered.join(keys, left_on=s.ID, right_on=s.FILM_ID)
        .filter(pl.col(s.ORIGINAL_TITLE) != pl.col(s.TITLE))
        .select("row", pl.col(s.ORIGINAL_TITLE).alias(s.TITLE), s.VOTE_COUNT)
    )
    texts = pl.concat([numbered.select("row", s.TITLE, s.VOTE_COUNT), original])
    rows = texts["row"].to_numpy().astype(np.int32)
    return build_index(texts[s.TITLE].to_list(), rows, texts[s.VOTE_COUNT].to_numpy().astype(np.float32)).arrays()


def _film_answers(tables: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, bytes]]:
    films = tables[s.FILMS].join(tables[s.FILM_KEYS], left_on=s.ID, right_on=s.FILM_ID, how="left")
    for table, column in ((s.KEYWORDS, "keyword"), (s.COUNTRIES, "country"), (s.LANGUAGES, "language")):
        films = films.join(_lists(tables[table], column), left_on=s.ID, right_on=s.FILM_ID, how="left")
    films = films.join(_lists(tables[s.COMPANIES], "company"), left_on=s.ID, right_on=s.FILM_ID, how="left")
    shown = tables[s.CAST].sort(s.FILM_ID, "order", nulls_last=True, maintain_order=True)
    members = pl.struct(s.NAME, "character").head(CAST_SHOWN).alias("members")
    films = films.join(shown.group_by(s.FILM_ID).agg(members), left_on=s.ID, right_on=s.FILM_ID, how="left")
    for row in films.sort(s.ID).iter_rows(named=True):
        yield str(row[s.ID]), msgspec.json.encode(_film_answer(row))


def _lists(table: pl.DataFrame, column: str) -> pl.DataFrame:
    return table.group_by(s.FILM_ID, maintain_order=True).agg(pl.col(column))


def _film_answer(row: dict[str, Any]) -> FilmAnswer:
    title, year, directors, genres = row[s.TITLE], row[s.RELEASE_YEAR], row[s.DIRECTORS], row[s.GENRES]
    return FilmAnswer(
        id=row[s.ID],
        titulo=title,
        titulo_original=row[s.ORIGINAL_TITLE],
        anio=year,
        fecha_estreno=row[s.RELEASE_DATE].isoformat(),
        idioma_original=row[s.ORIGINAL_LANGUAGE],
        sinopsis=row[s.OVERVIEW],
        lema=row["tagline"],
        estado=row["status"],
        duracion_minutos=row["runtime"],
        generos=genres,
        coleccion=row[s.COLLECTION],
        directores=directors,
        reparto=[CastMember(member[s.NAME], member["character"]) for member in row["members"] or []],
        palabras_clave=row["keyword"] or [],
        paises=row["country"] or [],
        idiomas=row["language"] or [],
        productoras=row["company"] or [],
        costo=row[s.BUDGET],
        recaudacion=row[s.REVENUE],
        retorno=row[s.RETURN],
        dinero_dudoso=row[s.MONEY_DOUBTFUL],
        score=row[s.POPULARITY],
        puntuacion=row[s.VOTE_AVERAGE],
        votos=row[s.VOTE_COUNT],
        mensaje=sentences.film(title, year, directors, genres),
    )
