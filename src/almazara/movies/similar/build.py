"""Clean tables -> similar films, their reasons, and the default answer about each film; needs Polars and SciPy."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
import numpy as np
import polars as pl

from almazara.movies.catalog.build import DIRECTOR
from almazara.movies.catalog.catalog import Arrays, Groups, open_catalog
from almazara.movies.catalog.packing import pack_texts
from almazara.movies.cleaning import schema as s
from almazara.movies.similar import collaborative, content, hybrid, score
from almazara.movies.similar.answering import Query, open_similar
from almazara.movies.similar.features import NO_WORDS, ROW, TERM, USUAL_LANGUAGE, languages
from almazara.movies.similar.keywords import is_telling
from almazara.movies.similar.lists import Films
from almazara.movies.similar.reasons import FIELDS
from almazara.words.said import is_worded

LEADING_CAST: Final = 10
_WRITING: Final = ("Screenplay", "Writer")
_LARGEST_COMPANY: Final = 0.01
"""Of all films: who makes more says nothing of any of them."""
_SAY_LITTLE: Final = (USUAL_LANGUAGE, NO_WORDS)
_CODE: Final = "code"
_COUNT: Final = "count"
_VOTES: Final = "votes"
_BLOCK: Final = 512


def build_similar(
    tables: Mapping[str, pl.DataFrame], twins: np.ndarray, progress: Callable[[int, int], None]
) -> Groups:
    """Similar films by each method, with reasons: the long part of a build; `twins` are those of the catalog.

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
            prior (films,) float32. For a film that nobody has seen each product counts emphasis (terms,) float32 times
            as much, and prior and closeness unseen_shares (1 + measures,) float32 times.
        reasons, reason_names: see `build_reasons`.
    """
    films = Films(tables[s.FILMS][s.VOTE_COUNT].to_numpy().astype(np.float32), twins)
    described = content.describe(tables)
    by_content = content.fit(described, films, progress)
    viewers = collaborative.viewers(tables[s.RATINGS], tables[s.FILMS][s.ID])
    by_viewers = collaborative.fit(viewers, films)
    return {
        "hybrid": hybrid.fit(by_content, by_viewers, described, viewers, films),
        "content": by_content,
        "collaborative": by_viewers,
        "score": score.fit(tables[s.FILMS]),
        "content_matrix": described.arrays(),
        **build_reasons(tables),
    }


def build_reasons(tables: Mapping[str, pl.DataFrame]) -> Groups:
    """The arrays of `Reasons`.

    Returns:
        The groups `reasons`: offsets (films + 1) int64 into codes (entries) int32; starts (fields) int64, where each
        field's codes begin; information (codes) float32, how many nats it tells that a film has the term; viewers
        (films,) int32 and users (1,) int64 of the ratings; and `reason_names`, the terms behind the codes as `Texts`.
        A film's codes rise: strongest field first, within it the term that tells most.
    """
    films = tables[s.FILMS].select(pl.col(s.ID).alias(s.FILM_ID), pl.col(s.VOTE_COUNT).alias(_VOTES))
    films = films.with_row_index(ROW)
    vocabulary, entries = _coded(_terms(tables, films))
    counts = np.bincount(entries[ROW].to_numpy(), minlength=films.height)
    reasons: Arrays = {
        "offsets": np.cumsum([0, *counts], dtype=np.int64),
        "codes": entries[_CODE].to_numpy().astype(np.int32),
        "starts": np.array([(vocabulary["field"] < field).sum() for field in range(len(FIELDS))], dtype=np.int64),
        "information": np.log(films.height / vocabulary[_COUNT].to_numpy()).astype(np.float32),
        **_viewers(tables[s.RATINGS], films),
    }
    return {"reasons": reasons, "reason_names": pack_texts(vocabulary[TERM])}


def _terms(tables: Mapping[str, pl.DataFrame], films: pl.DataFrame) -> pl.DataFrame:
    """Every term of every film once: columns field (place in FIELDS), row, votes and term."""
    crew, cast = tables[s.CREW], tables[s.CAST]
    found = {
        "collection": tables[s.COLLECTIONS].select(s.FILM_ID, pl.col(s.COLLECTION).alias(TERM)),
        "director": crew.filter(pl.col("job") == DIRECTOR).select(s.FILM_ID, pl.col(s.NAME).alias(TERM)),
        "keyword": tables[s.KEYWORDS]
        .filter(is_telling(pl.col("keyword")))
        .select(s.FILM_ID, pl.col("keyword").alias(TERM)),
        "cast": cast.filter(pl.col("order") < LEADING_CAST).select(s.FILM_ID, pl.col(s.NAME).alias(TERM)),
        "writer": _writers(crew),
        "company": _companies(tables[s.COMPANIES], films.height),
        "genre": tables[s.GENRES].select(s.FILM_ID, pl.col("genre").alias(TERM)),
        "language": _languages(tables),
    }
    frames = [found[name].with_columns(pl.lit(place).alias("field")) for place, name in enumerate(FIELDS)]
    return pl.concat(frames).join(films, on=s.FILM_ID).select("field", ROW, _VOTES, TERM).unique()


def _writers(crew: pl.DataFrame) -> pl.DataFrame:
    """Who wrote a film and did not direct it too, which is another reason."""
    columns = s.FILM_ID, pl.col(s.NAME).alias(TERM)
    directed = crew.filter(pl.col("job") == DIRECTOR).select(columns)
    return crew.filter(pl.col("job").is_in(_WRITING)).select(columns).join(directed, on=[s.FILM_ID, TERM], how="anti")


def _companies(companies: pl.DataFrame, n_films: int) -> pl.DataFrame:
    """The companies of each film that are not among the largest."""
    size = pl.col(s.FILM_ID).n_unique().over("company")
    return companies.filter(size <= _LARGEST_COMPANY * n_films).select(s.FILM_ID, pl.col("company").alias(TERM))


def _languages(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The original language of the films in another one than most, where it has a name, and is spoken in the film."""
    found = tables[s.FILMS].select(pl.col(s.ID).alias(s.FILM_ID), languages(tables).alias(TERM)).drop_nulls()
    telling = [code for code in found[TERM].unique() if code not in _SAY_LITTLE and is_worded(f"names.language.{code}")]
    told = found.filter(pl.col(TERM).is_in(telling))
    spoken = tables[s.LANGUAGES].select(s.FILM_ID, pl.col("iso_639_1").alias(TERM))
    return pl.concat([told.join(spoken, on=[s.FILM_ID, TERM], how="semi"), told.join(spoken, on=s.FILM_ID, how="anti")])


def _coded(terms: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The terms in order of their codes, and (row, code) of the films; of actors the best known comes first."""
    vocabulary = terms.group_by("field", TERM).agg(pl.len().alias(_COUNT), pl.col(_VOTES).sum())
    known = pl.when(pl.col("field") == FIELDS.index("cast")).then(-pl.col(_VOTES)).otherwise(pl.lit(0))
    vocabulary = vocabulary.sort("field", known, _COUNT, TERM).with_row_index(_CODE)
    entries = terms.join(vocabulary, on=["field", TERM]).select(ROW, _CODE).sort(ROW, _CODE)
    return vocabulary, entries


def _viewers(ratings: pl.DataFrame, films: pl.DataFrame) -> Arrays:
    """How many users rated each film, and how many users there are."""
    pairs = ratings.select(s.USER_ID, s.FILM_ID).unique().join(films, on=s.FILM_ID)
    return {
        "viewers": np.bincount(pairs[ROW].to_numpy(), minlength=films.height).astype(np.int32),
        "users": np.array([pairs[s.USER_ID].n_unique()], dtype=np.int64),
    }


def build_recommended(groups: Groups, progress: Callable[[int, int], None]) -> Arrays:
    """A RecommendationAnswer to the default query for each film, in order of row, as `Texts`; from all other groups."""
    catalog = open_catalog(groups.__getitem__)
    similar = open_similar(groups.__getitem__, catalog)
    encode, query = msgspec.json.Encoder().encode, Query()
    answers = []
    for row in range(len(catalog)):
        answers.append(encode(similar.answer(row, query)).decode())
        if row % _BLOCK == 0:
            progress(row, len(catalog))
    return pack_texts(pl.Series(answers, dtype=pl.String))
