"""Clean tables -> everything that the server reads: catalog, film answers, people, search indexes, similar films.

The modules here need Polars and SciPy; those that read what they build do not, which keeps the server small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies.building import people
from almazara.movies.building.catalog import build_catalog
from almazara.movies.building.films import build_film_answers
from almazara.movies.building.reasons import build_reasons
from almazara.movies.features import terms
from almazara.movies.recommenders import content, score
from almazara.movies.search import build_index

Groups = dict[str, Mapping[str, np.ndarray]]
"""Arrays by name, in named groups: what is stored together and read by one class."""


def build_answers(tables: Mapping[str, pl.DataFrame]) -> Groups:
    """Everything but the similar films of content."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    directing = tables[s.CREW].filter(pl.col("job") == people.DIRECTOR)
    return {
        **build_catalog(films, keys),
        "film_answers": build_film_answers(tables),
        "directed": people.build_directed(films),
        "money": people.build_money(films),
        "title_search": _title_search(films, keys),
        **_role("actor", tables[s.CAST], films),
        **_role("director", directing, films),
        "score": score.fit(films),
        **build_reasons(terms(tables), films.height),
    }


def build_similar(tables: Mapping[str, pl.DataFrame], progress: Callable[[int, int], None]) -> Groups:
    """The similar films of content, the long part of a build."""
    return {"content": content.fit(tables, content.ContentConfig(), progress)}


def _role(name: str, credits_: pl.DataFrame, films: pl.DataFrame) -> Groups:
    found = people.build_people(credits_, films)
    entries = np.arange(len(found.names), dtype=np.int32)
    return {
        f"{name}s": found.arrays,
        f"{name}_keys": found.keys,
        f"{name}_search": build_index(found.names, entries, found.weights).arrays(),
    }


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
