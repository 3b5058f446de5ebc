"""Small catalogs of made films for the exploration, straight from clean tables: a build with all else takes seconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from hypothesis import strategies as st

from almazara.movies.catalog.build import build_catalog, build_keyword_keys
from almazara.movies.cleaning import schema as s
from almazara.movies.exploring.build import build_exploring
from almazara.movies.exploring.films import Films

GENRES = ("Drama", "Horror", "Western", "A genre of nobody's")
DOUBTFUL = 999
"""An amount up to which money cannot be meant."""
REPORT = {"files": {"films.csv": {"read": 3, "kept": 2, "merged": {}, "dropped": {"no_release_date": 1}}}, "cells": {}}


@dataclass(frozen=True)
class Film:
    """A film as the tests know it; 0 and None are unknown, but for votes."""

    title: str = "A film"
    day: date = date(2000, 5, 5)
    language: str | None = "en"
    budget: int = 0
    revenue: int = 0
    votes: int = 0
    average: float | None = None
    runtime: float | None = None
    popularity: float | None = None
    genres: Sequence[str] = ()
    countries: Sequence[tuple[str, str | None]] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        return 0 < self.budget <= DOUBTFUL or 0 < self.revenue <= DOUBTFUL

    @property
    def back(self) -> float:
        """The return, 0 where it is not known."""
        return self.revenue / self.budget if self.budget and self.revenue else 0.0

    @property
    def decade(self) -> int:
        return self.day.year // 10 * 10


def made_tables(films: Iterable[Film], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The clean tables of films, whose ids are 1, 2, 3 ..."""
    numbered = list(enumerate(films, 1))
    rows = [
        {
            s.ID: number,
            s.TITLE: film.title,
            s.RELEASE_DATE: film.day,
            s.RELEASE_YEAR: film.day.year,
            s.ORIGINAL_LANGUAGE: film.language,
            "runtime": film.runtime,
            s.BUDGET: film.budget,
            s.REVENUE: film.revenue,
            s.RETURN: film.back,
            s.MONEY_DOUBTFUL: film.doubtful,
            s.POPULARITY: film.popularity,
            s.VOTE_AVERAGE: film.average,
            s.VOTE_COUNT: film.votes,
            s.GENRES: list(film.genres),
            s.DIRECTORS: [],
            **film.more,
        }
        for number, film in numbered
    ]
    genres = [(number, GENRES.index(genre), genre) for number, film in numbered for genre in film.genres]
    countries = [(number, *country) for number, film in numbered for country in film.countries]
    found = {
        **{name: pl.DataFrame(schema=schema) for name, schema in s.SCHEMAS.items()},
        s.FILMS: pl.DataFrame(rows, schema=s.SCHEMAS[s.FILMS]),
        s.GENRES: pl.DataFrame(genres, schema=s.SCHEMAS[s.GENRES], orient="row"),
        s.COUNTRIES: pl.DataFrame(countries, schema=s.SCHEMAS[s.COUNTRIES], orient="row"),
    }
    return found | more


def explored_films(films: Iterable[Film], report: Mapping[str, object] = REPORT, **more: pl.DataFrame) -> Films:
    """The films as the exploration opens them."""
    tables = made_tables(films, **more)
    table = tables[s.FILMS]
    groups = {
        **build_catalog(table, tables[s.FILM_KEYS], tables[s.LOCAL_TITLES]),
        **build_exploring(tables),
        "imdb": {"numbers": np.zeros(len(table), dtype=np.int64)},
        "keyword_keys": build_keyword_keys(tables[s.KEYWORDS], table),
        "money": {"doubtful": table[s.MONEY_DOUBTFUL].to_numpy()},
        "exploring_correlations": {},
    }
    return Films(groups.__getitem__, report)


amounts = st.one_of(st.just(0), st.integers(1, DOUBTFUL), st.integers(1000, 10**9))
made = st.builds(
    Film,
    title=st.sampled_from(("The Mill", "Mill II", "Le Moulin", "<b>Mill</b>", "{0} %s", "風車")) | st.text(max_size=8),
    day=st.dates(date(1990, 1, 1), date(2012, 12, 31)) | st.just(date(2001, 1, 1)),
    language=st.sampled_from(("en", "es", "qq", None)),
    budget=amounts,
    revenue=amounts,
    votes=st.integers(0, 9) | st.integers(0, 20_000),
    average=st.none() | st.integers(0, 20).map(lambda halves: halves / 2),
    runtime=st.none() | st.integers(0, 300).map(float),
    popularity=st.none() | st.floats(0, 500),
    genres=st.lists(st.sampled_from(GENRES), unique=True, max_size=3),
    countries=st.lists(st.sampled_from((("ES", "Spain"), ("ZZ", "Nowhere"), ("QQ", None))), unique=True, max_size=2),
)
"""Films of a few kinds and values, so that they share them."""
