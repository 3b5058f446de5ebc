"""Clean tables -> everything that the server reads: catalog, film answers, people, search indexes, similar films."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import polars as pl

from almazara.movies import people
from almazara.movies import schema as s
from almazara.movies.answers import FilmAnswer
from almazara.movies.catalog import CatalogData, build_catalog
from almazara.movies.features import terms
from almazara.movies.recommenders import content, reasons, score
from almazara.movies.recommenders.reasons import ReasonNames
from almazara.movies.search import build_index
from almazara.movies.texts import pack_lines

ARRAY_GROUPS: Final = (
    "film_answers",
    "directed",
    "money",
    "actors",
    "directors",
    "title_search",
    "actor_search",
    "director_search",
    "score",
    "content",
    "reasons",
)
"""What the server memory-maps, by the name under which it is stored."""

CAST_SHOWN: Final = 15


@dataclass(frozen=True, slots=True)
class Built:
    """What is published beside the tables: JSON values and named groups of NumPy arrays."""

    catalog: CatalogData
    reason_names: ReasonNames
    arrays: dict[str, Mapping[str, np.ndarray]]


def build_answers(tables: Mapping[str, pl.DataFrame]) -> Built:
    """Everything but the similar films of content."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    arrays: dict[str, Mapping[str, np.ndarray]] = {
        "film_answers": pack_lines(_film_answers(tables)),
        "directed": people.build_directed(films),
        "money": people.build_money(films),
        "title_search": _title_search(films, keys),
        "score": score.fit(films),
    }
    directing = tables[s.CREW].filter(pl.col("job") == people.DIRECTOR)
    for role, credits_ in (("actor", tables[s.CAST]), ("director", directing)):
        found = people.build_people(credits_, films)
        arrays[f"{role}s"] = found.arrays
        entries = np.arange(len(found.names), dtype=np.int32)
        arrays[f"{role}_search"] = build_index(found.names, entries, found.weights).arrays()
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


def _film_answers(tables: Mapping[str, pl.DataFrame]) -> bytes:
    """A FilmAnswer as one line of JSON for each film, in order of row; written by Polars, all films at once."""
    films = tables[s.FILMS].join(
        tables[s.FILM_KEYS], left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left"
    )
    for table, column in (
        (s.KEYWORDS, "keyword"),
        (s.COUNTRIES, "country"),
        (s.LANGUAGES, "language"),
        (s.COMPANIES, "company"),
    ):
        films = _with_lists(films, tables[table].select(s.FILM_ID, pl.col(column).alias(table)), table)
    cast = tables[s.CAST].sort(s.FILM_ID, "order", nulls_last=True, maintain_order=True)
    cast = cast.filter(pl.int_range(pl.len()).over(s.FILM_ID) < CAST_SHOWN)
    members = pl.struct(pl.col(s.NAME).alias("nombre"), pl.col("character").alias("personaje")).alias(s.CAST)
    films = _with_lists(films, cast.select(s.FILM_ID, members), s.CAST)
    lines = io.BytesIO()
    films.select(**_FILM_FIELDS).select([field.name for field in fields(FilmAnswer)]).write_ndjson(lines)
    return lines.getvalue()


def _with_lists(films: pl.DataFrame, entries: pl.DataFrame, column: str) -> pl.DataFrame:
    lists = entries.group_by(s.FILM_ID, maintain_order=True).agg(pl.col(column))
    joined = films.join(lists, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    return joined.with_columns(pl.col(column).fill_null([]))


_DIRECTED: Final = pl.when(pl.col(s.DIRECTORS).list.len() > 0).then(
    pl.format(", dirigida por {}", pl.col(s.DIRECTORS).list.join(", "))
)
_OF_GENRES: Final = pl.when(pl.col(s.GENRES).list.len() > 0).then(
    pl.format(" Géneros: {}.", pl.col(s.GENRES).list.join(", "))
)
_FILM_FIELDS: Final = {
    "id": pl.col(s.ID),
    "titulo": pl.col(s.TITLE),
    "titulo_original": pl.col(s.ORIGINAL_TITLE),
    "anio": pl.col(s.RELEASE_YEAR),
    "fecha_estreno": pl.col(s.RELEASE_DATE).cast(pl.String),
    "idioma_original": pl.col(s.ORIGINAL_LANGUAGE),
    "sinopsis": pl.col(s.OVERVIEW),
    "lema": pl.col("tagline"),
    "estado": pl.col("status"),
    "duracion_minutos": pl.col("runtime"),
    "generos": pl.col(s.GENRES),
    "coleccion": pl.col(s.COLLECTION),
    "directores": pl.col(s.DIRECTORS),
    "reparto": pl.col(s.CAST),
    "palabras_clave": pl.col(s.KEYWORDS),
    "paises": pl.col(s.COUNTRIES),
    "idiomas": pl.col(s.LANGUAGES),
    "productoras": pl.col(s.COMPANIES),
    "costo": pl.col(s.BUDGET),
    "recaudacion": pl.col(s.REVENUE),
    "retorno": pl.col(s.RETURN),
    "dinero_dudoso": pl.col(s.MONEY_DOUBTFUL),
    "score": pl.col(s.POPULARITY),
    "puntuacion": pl.col(s.VOTE_AVERAGE),
    "votos": pl.col(s.VOTE_COUNT),
    "mensaje": pl.format(
        "{} ({}){}.{}", s.TITLE, s.RELEASE_YEAR, _DIRECTED.otherwise(pl.lit("")), _OF_GENRES.otherwise(pl.lit(""))
    ),
}
"""The fields of a FilmAnswer from the joined columns."""
