"""The index of terms against the matrix that it was made of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from almazara.movies.similar.content import term_arrays
from almazara.movies.similar.stored import TermIndex

WEIGHTS = st.sampled_from([0.0, 0.0, 0.0, 0.25, 1.0])  # most films lack most terms, and some terms are of many films


@given(st.data(), st.integers(1, 40), st.integers(1, 12))
def test_products_of_some_films_with_some_terms_are_those_of_the_matrix(data, n_films, n_terms):
    matrix = data.draw(hnp.arrays(np.float32, (n_films, n_terms), elements=WEIGHTS))
    matrix[:, 0] = 0.5  # one of all films
    films = np.array(data.draw(st.lists(st.integers(0, n_films - 1), max_size=8)), dtype=np.int64)
    terms = np.array(data.draw(st.lists(st.integers(0, n_terms - 1), max_size=8, unique=True)), dtype=np.int64)
    weights = np.linspace(1, 2, len(terms))
    index = TermIndex(term_arrays(sparse.csr_array(matrix)))
    expected = matrix[:, terms] @ weights
    np.testing.assert_allclose(index.products(terms, weights, films), expected[films], rtol=1e-5)
    np.testing.assert_allclose(index.products(terms, weights), expected, rtol=1e-5)


@given(st.data(), st.integers(1, 20), st.integers(1, 12))
def test_terms_of_several_films_are_told_by_film(data, n_films, n_terms):
    matrix = data.draw(hnp.arrays(np.float32, (n_films, n_terms), elements=WEIGHTS))
    films = np.array(data.draw(st.lists(st.integers(0, n_films - 1), max_size=8)), dtype=np.int64)
    owners, terms, weights = TermIndex(term_arrays(sparse.csr_array(matrix))).of_all(films)
    found = np.zeros((len(films), n_terms), dtype=np.float32)
    found[owners, terms] = weights
    np.testing.assert_array_equal(found, matrix[films])
