import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.features import tfidf


def matrix(pairs, n_rows, max_share=1.0):
    frame = pl.DataFrame(pairs, schema={"row": pl.UInt32, "term": pl.String}, orient="row")
    return tfidf(frame, n_rows, max_share).toarray()


def test_a_term_of_one_film_says_nothing_of_likeness_and_is_left_out():
    assert matrix([(0, "olive"), (1, "olive"), (1, "press")], 2).shape == (2, 1)


def test_a_term_of_too_many_films_is_left_out():
    pairs = [(row, "film") for row in range(8)] + [(0, "olive"), (1, "olive")]
    assert matrix(pairs, 8, max_share=0.5).shape == (8, 1)


def test_a_rare_shared_term_makes_films_more_alike_than_a_common_one():
    pairs = [(row, "drama") for row in range(9)] + [(0, "olive"), (1, "olive")]
    found = matrix(pairs, 9)
    assert found[0] @ found[1] > found[0] @ found[2]


@given(st.sets(st.tuples(st.integers(0, 5), st.sampled_from("abcdef")), max_size=30))
def test_rows_have_length_one_or_are_empty(pairs):
    lengths = np.linalg.norm(matrix(sorted(pairs), 6), axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))
