"""Clean tables -> everything that the server reads: catalog, film answers, people, search indexes, similar films.

The modules here need Polars; those that read what they build do not, which keeps the server small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from almazara.movies import schema as s
from almazara.movies.building import people
from almazara.movies.building.catalog import build_catalog, twins
from almazara.movies.building.films import build_film_answers
from almazara.movies.building.imdb import build_imdb_numbers
from almazara.movies.texts import Texts

Groups = dict[str, Mapping[str, np.ndarray]]
"""Arrays by name, in named groups: what is stored together and read by one class."""
Entries = tuple[list[str], np.ndarray, np.ndarray]
"""Texts to be found, the entry that each belongs to, and its weight."""


def build_answers(tables: Mapping[str, pl.DataFrame]) -> Groups:
    """What exact questions are answered from: the catalog, films, people and their keys, counts."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    directing = tables[s.CREW].filter(pl.col("job") == people.DIRECTOR)
    actors, actor_keys = people.build_people(tables[s.CAST], films)
    directors, director_keys = people.build_people(directing, films)
    return {
        **build_catalog(films, keys),
        "imdb": build_imdb_numbers(films, keys),
        "film_answers": build_film_answers(tables),
        "directed": people.build_directed(films),
        "money": people.build_money(films),
        "actors": actors,
        "actor_keys": actor_keys,
        "directors": directors,
        "director_keys": director_keys,
    }


def build_search(tables: Mapping[str, pl.DataFrame], answers: Groups) -> Groups:
    """The typo-tolerant indexes of titles, and of the people in `answers`."""
    from almazara.movies.search import build_index

    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    return {
        "title_search": build_index(*_titles(films, keys)).arrays(),
        "actor_search": build_index(*_people(answers["actors"], films)).arrays(),
        "director_search": build_index(*_people(answers["directors"], films)).arrays(),
    }


def build_similar(tables: Mapping[str, pl.DataFrame], progress: Callable[[int, int], None]) -> Groups:
    """Similar films by each method, with reasons: the long part of a build, and the only one that needs SciPy.

    Returns:
        hybrid, content, collaborative: see `Lists.arrays`. Collaborative lists may be short or empty; content knows of
            no users and has no `shared`.
        score: see `score.fit`.
        content_matrix: what compares any film q with all others, without SciPy, as `content` and cold films of
            `hybrid` are compared. Shared: the sum over the terms t of q of weight(q, t) * weight(other, t), apart for
            terms below choosing_terms (1,) (bond) and from there (refined). Gained: logit[1] * sqrt(bond + ROUNDING)
            + refined + prior[other] + closeness[k, |scales[k, q] - scales[k, other]|] over the measures k (at most the
            last step); similarity: 1 / (1 + exp(-(gained + logit[0]))). Terms of film q: film_terms and film_weights
            from film_starts[q] to film_starts[q + 1]; films of term t: term_films and term_weights from
            term_starts[t] to term_starts[t + 1]; scales (measures, films) int16, closeness (measures, steps) float32,
            prior (films,) float32.
        reasons, reason_names: see `build_reasons`.
    """
    from almazara.movies.building.reasons import build_reasons
    from almazara.movies.interactions import interactions
    from almazara.movies.recommenders import collaborative, content, hybrid, score
    from almazara.movies.recommenders.content_weights import LEARNED
    from almazara.movies.recommenders.lists import Films

    keyed = tables[s.FILMS].join(
        tables[s.FILM_KEYS], left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left"
    )
    films = Films(tables[s.FILMS][s.VOTE_COUNT].to_numpy().astype(np.float32), twins(keyed))
    described = content.describe(tables, LEARNED)
    by_content = content.fit(described, films, progress)
    viewers = collaborative.Viewers(interactions(tables[s.RATINGS], tables[s.FILMS][s.ID]).matrix)
    by_viewers = collaborative.fit(viewers, films)
    return {
        "hybrid": hybrid.fit(by_content, by_viewers, described, viewers, films),
        "content": by_content,
        "collaborative": by_viewers,
        "score": score.fit(tables[s.FILMS]),
        "content_matrix": described.arrays(),
        **build_reasons(tables),
    }


def _people(found: Mapping[str, np.ndarray], films: pl.DataFrame) -> Entries:
    """Names, their rows, and the votes of their films."""
    names = Texts(found)
    rows = np.arange(len(names), dtype=np.int32)
    votes = films[s.VOTE_COUNT].to_numpy()[found["films"]]
    weights = np.add.reduceat(votes, found["starts"][:-1]) if len(votes) else votes
    return [names[row] for row in rows.tolist()], rows, weights.astype(np.float32)


def _titles(films: pl.DataFrame, keys: pl.DataFrame) -> Entries:
    """Titles and, where they differ, original titles, their rows in the catalog, and the votes."""
    numbered = films.select(s.ID, s.TITLE, s.VOTE_COUNT).with_row_index("row")
    original = (
        numbered.join(keys, left_on=s.ID, right_on=s.FILM_ID)
        .filter(pl.col(s.ORIGINAL_TITLE) != pl.col(s.TITLE))
        .select("row", pl.col(s.ORIGINAL_TITLE).alias(s.TITLE), s.VOTE_COUNT)
    )
    texts = pl.concat([numbered.select("row", s.TITLE, s.VOTE_COUNT), original])
    rows = texts["row"].to_numpy().astype(np.int32)
    return texts[s.TITLE].to_list(), rows, texts[s.VOTE_COUNT].to_numpy().astype(np.float32)
