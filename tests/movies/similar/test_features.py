import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.cleaning import cleaning
from almazara.movies.raw.files import read_raw
from almazara.movies.similar.features import languages, terms, tfidf
from sample_catalog import Made, write_raw


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


@pytest.fixture
def series(tmp_path):
    films = [
        Made("The Mill", cast=(("Ana Oliva", "Ana"), ("Rui Prensa", "Rui"))),
        Made("Mill III: The Revenge", cast=(("Ana Oliva", "Ana"),)),
        Made("The Grove", cast=(("Ana Oliva", "Ana"),)),
        Made("2", cast=(("Ana Oliva", "Ana"),)),
    ]
    return terms(cleaning.clean(read_raw(write_raw(tmp_path, films))).tables)


def test_the_stem_of_a_title_has_no_number_article_or_subtitle(series):
    assert series["stem"].rows() == [(0, "mill"), (1, "mill"), (2, "grove")]


def test_a_word_and_a_person_in_common_make_a_series(series):
    shared = series["series"].group_by("term").agg("row").filter(pl.col("row").list.len() > 1)
    assert [sorted(rows) for rows in shared["row"].to_list()] == [[0, 1]]


def test_billing_counts_the_first_of_the_cast_most(series):
    first = series["billing"].filter(pl.col("row") == 0)
    assert first.sort("weight", descending=True)["term"].to_list() == ["Ana Oliva", "Rui Prensa"]


def test_given_weights_take_the_place_of_counts():
    pairs = pl.DataFrame({"row": [0, 0, 1, 1], "term": ["a", "b", "a", "b"], "weight": [1.0, 0.5, 0.5, 1.0]})
    found = tfidf(pairs.cast({"row": pl.UInt32}), 2).toarray()
    assert np.isclose(found[0] @ found[1], 0.8)


@pytest.mark.parametrize(
    ("told", "spoken", "countries", "language"),
    [
        ("en", ["fr", "en"], ["FR"], "en"),
        ("en", ["fr"], ["FR", "DE"], "fr"),
        ("en", ["fr"], ["FR", "US"], "en"),
        ("en", ["xx"], ["FR"], "en"),
        ("en", [], ["FR"], "en"),
        ("en", ["fr"], [], "en"),
        ("sv", ["en"], ["SE"], "sv"),
    ],
)
def test_the_usual_language_is_not_believed_of_a_film_from_elsewhere_that_speaks_another(
    tmp_path, told, spoken, countries, language
):
    facts = {
        "original_language": told,
        "spoken_languages": str([{"iso_639_1": code, "name": code} for code in spoken]),
        "production_countries": str([{"iso_3166_1": code, "name": code} for code in countries]),
    }
    tables = cleaning.clean(read_raw(write_raw(tmp_path, [Made("The Mill", facts), Made("The Grove")]))).tables
    assert languages(tables).to_list()[0] == language
