"""Clean tables -> what recommendations for users are read from."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from almazara.movies.cleaning import schema as s
from almazara.movies.users.build import build_history, build_users
from almazara.movies.users.models.content import content_matrix
from almazara.movies.users.profiles import UserHistory
from almazara.movies.users.scores import LearnedScores

FILMS = pl.Series(s.ID, [5, 7, 11, 20])


def ratings(*rows):
    """(user, film, rating) without times."""
    data = [(user, film, rating, datetime(2020, 1, 1, tzinfo=UTC)) for user, film, rating in rows]
    return pl.DataFrame(data, schema=s.SCHEMAS[s.RATINGS], orient="row")


@pytest.fixture(scope="module")
def tables():
    """Four films of two genres; no credits, no keywords."""
    empty = {name: pl.DataFrame(schema=schema) for name, schema in s.SCHEMAS.items()}
    count = len(FILMS)
    known = {
        s.ID: FILMS,
        s.TITLE: ["The Mill", "The Press", "The Olive", "The Oil"],
        s.RELEASE_YEAR: [1990, 1991, 2010, 2011],
        s.ORIGINAL_LANGUAGE: ["es"] * count,
        s.VOTE_COUNT: [10, 20, 30, 40],
    }
    films = pl.DataFrame(known).with_columns(
        pl.lit(None, kind).alias(name) for name, kind in s.SCHEMAS[s.FILMS].items() if name not in known
    )
    genres = {s.FILM_ID: FILMS, "genre_id": [1, 1, 2, 2], "genre": ["Drama", "Drama", "Crime", "Crime"]}
    return {**empty, s.FILMS: films, s.GENRES: pl.DataFrame(genres)}


def test_a_history_is_read_back_by_user():
    arrays = build_history(ratings((9, 20, 4.5), (3, 7, None), (9, 5, 1.0)), FILMS)
    history = UserHistory(arrays)
    assert history.rated("9") == {0: 1.0, 3: 4.5}
    assert history.rated("3") == {1: None}
    assert "4" not in history


def test_ratings_of_films_outside_the_catalog_are_no_history():
    arrays = build_history(ratings((9, 20, 4.5), (9, 6, 1.0)), FILMS)
    assert arrays["rows"].tolist() == [3]


def test_content_has_a_row_of_length_one_for_each_film(tables):
    matrix = content_matrix(tables)
    assert matrix.shape[0] == len(FILMS)
    assert np.allclose(matrix.multiply(matrix).sum(axis=1), 1, atol=1e-5)


def test_films_of_one_genre_and_era_are_closer_than_others(tables):
    likeness = (content_matrix(tables) @ content_matrix(tables).T).toarray()
    assert likeness[0, 1] > likeness[0, 2]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (s.ORIGINAL_LANGUAGE, ["hi", "en", "en", "hi"]),  # one language
        (s.ORIGINAL_LANGUAGE, ["hi", "en", "en", "fr"]),  # not that of most films, whichever it is
        (s.RELEASE_YEAR, [1916, 1954, 1992, 1933]),  # both before sound, in decades apart
    ],
)
def test_what_sets_two_films_apart_from_most_connects_them(tables, column, values):
    genres = tables[s.GENRES].with_columns(genre=pl.Series(["Drama", "Crime", "War", "Music"]))
    films = tables[s.FILMS].with_columns(
        pl.lit("en").alias(s.ORIGINAL_LANGUAGE),
        pl.Series(s.RELEASE_YEAR, [1950, 1970, 1990, 2010], dtype=s.SCHEMAS[s.FILMS][s.RELEASE_YEAR]),
    )
    films = films.with_columns(pl.Series(column, values, dtype=s.SCHEMAS[s.FILMS][column]))
    matrix = content_matrix({**tables, s.FILMS: films, s.GENRES: genres})
    likeness = (matrix @ matrix.T).toarray()
    assert likeness[0, 3] > likeness[0, 1]


def test_a_catalog_without_ratings_answers_by_content_alone(tables):
    groups = build_users(tables, lambda _done, _total: None)
    scores = LearnedScores(groups["user_model"]).scores(np.array([0], dtype=np.int32), np.ones(1, np.float32))
    assert scores[1] == scores[1:].max()
    assert groups["user_history"]["offsets"].tolist() == [0]


def test_the_same_ratings_give_the_same_bytes_and_a_popular_film_first(tables):
    rated = {
        **tables,
        s.RATINGS: ratings(*[(user, film, 4.0) for user in range(9) for film in (5, 7, 11)[: user % 3 + 1]]),
    }
    first, second = (build_users(rated, lambda _done, _total: None)["user_model"] for _ in range(2))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    nothing = np.zeros(0, dtype=np.int32)
    scores = LearnedScores(first).scores(nothing, nothing.astype(np.float32))
    assert np.argsort(-scores[:3]).tolist() == [0, 1, 2]
