"""Clean tables -> what the API says of each film, written ahead as JSON; needs Polars."""

import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Final

import polars as pl

from almazara.movies.answers import FilmAnswer
from almazara.movies.catalog.catalog import Arrays
from almazara.movies.catalog.packing import pack_lines
from almazara.movies.cleaning import schema as s
from almazara.words.numbers import Language
from almazara.words.said import Said, named, said, text_of

CAST_SHOWN: Final = 15
_LOCAL: Final = "local"


def build_film_answers(tables: Mapping[str, pl.DataFrame]) -> Arrays:
    """A FilmAnswer as one line of JSON for each film, in order of row, as `Texts`; Polars writes all films at once."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    films = films.join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    spanish = shown_titles(tables[s.LOCAL_TITLES], Language.ES).rename({s.TITLE: _LOCAL})
    films = films.join(spanish, on=s.ID, how="left", maintain_order="left")
    # The source leaves some languages without a name.
    spoken = _in_spanish("language", tables[s.LANGUAGES]["iso_639_1"], pl.coalesce("language", "iso_639_1"))
    listed = {
        s.KEYWORDS: pl.col("keyword"),
        s.COUNTRIES: _in_spanish("country", tables[s.COUNTRIES]["iso_3166_1"], pl.col("country")),
        s.LANGUAGES: spoken,
        s.COMPANIES: pl.col("company"),
    }
    films = films.with_columns(pl.col(s.GENRES).list.eval(_genres_in_spanish(films[s.GENRES])))
    for table, entry in listed.items():
        films = _with_lists(films, tables[table].select(s.FILM_ID, entry.alias(table)), table)
    cast = tables[s.CAST].sort(s.FILM_ID, "order", nulls_last=True, maintain_order=True)
    cast = cast.filter(pl.int_range(pl.len()).over(s.FILM_ID) < CAST_SHOWN)
    members = pl.struct(pl.col(s.NAME).alias("nombre"), pl.col("character").alias("personaje")).alias(s.CAST)
    films = _with_lists(films, cast.select(s.FILM_ID, members), s.CAST)
    lines = io.BytesIO()
    films.select(**_FILM_FIELDS, mensaje=_message()).select([field.name for field in fields(FilmAnswer)]).write_ndjson(
        lines
    )
    return pack_lines(lines.getvalue())


def shown_titles(local: pl.DataFrame, language: Language) -> pl.DataFrame:
    """The title that readers of a language are shown, of the films that have one: id and title."""
    own = local.filter(pl.col(s.LANGUAGE) == language.value).unique(s.FILM_ID, keep="first", maintain_order=True)
    return own.select(pl.col(s.FILM_ID).alias(s.ID), s.TITLE)


def _with_lists(films: pl.DataFrame, entries: pl.DataFrame, column: str) -> pl.DataFrame:
    lists = entries.group_by(s.FILM_ID, maintain_order=True).agg(pl.col(column))
    joined = films.join(lists, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    return joined.with_columns(pl.col(column).fill_null([]))


def _in_spanish(kind: str, codes: pl.Series, otherwise: pl.Expr) -> pl.Expr:
    """The Spanish names of the codes of a table, `otherwise` where one has none in words."""
    known = {code: named(kind, code) for code in codes.drop_nulls().unique()}
    worded = {code: name.text() for code, name in known.items() if isinstance(name, Said)}
    return pl.col(codes.name).replace_strict(worded, default=otherwise, return_dtype=pl.String)


def _genres_in_spanish(genres: pl.Series) -> pl.Expr:
    names = genres.explode().drop_nulls().unique()
    return pl.element().replace({name: text_of(named("genre", name)) for name in names})


def _message() -> pl.Expr:
    """What `sentences.film` says in Spanish, for all films at once: Polars fills the places of the figures."""
    about = said("films.film.about", title="{}", year="{}", directed="{}", genres="{}").text()
    directed = _naming("films.film.directed", pl.col(s.DIRECTORS))
    of_genres = _naming("films.film.genres", pl.col(s.GENRES))
    return pl.format(about, pl.coalesce(_LOCAL, s.TITLE), s.RELEASE_YEAR, directed, of_genres)


def _naming(code: str, lists: pl.Expr) -> pl.Expr:
    names = lists.list
    return (
        pl.when(names.len() > 0).then(pl.format(said(code, names="{}").text(), names.join(", "))).otherwise(pl.lit(""))
    )


_FILM_FIELDS: Final = {
    "id": pl.col(s.ID),
    "titulo": pl.col(s.TITLE),
    "titulo_local": pl.col(_LOCAL),
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
}
"""The fields of a FilmAnswer from the joined columns; `mensaje` is put together from them."""


def build_credited(films: pl.DataFrame) -> Arrays:
    """A CreditedFilm as one line of JSON for each film, in order of row, as `Texts`."""
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
