"""How far data has moved: by hand, and by the laws of the index."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.cleaning import schema as s
from almazara.movies.judging import drift

counts = st.lists(st.integers(0, 50), min_size=4, max_size=4).map(lambda values: np.array(values, dtype=float))


def test_the_index_by_hand():
    p, q = np.array([0.5, 0.5]), np.array([0.75, 0.25])
    expected = ((q - p) * np.log(q / p)).sum()
    assert drift.stability_index(np.array([10.0, 10.0]), np.array([3.0, 1.0])) == pytest.approx(expected)


def test_an_empty_bin_gives_a_large_value_and_no_infinity():
    assert 5 < drift.stability_index(np.array([1.0, 0.0]), np.array([0.0, 1.0])) < 20


@given(counts, counts)
def test_the_index_is_never_negative_and_the_same_both_ways_and_zero_for_equals(before, after):
    assert drift.stability_index(before, after) >= 0
    assert drift.stability_index(before, after) == pytest.approx(drift.stability_index(after, before))
    assert drift.stability_index(before, before * 3) == pytest.approx(0)


def test_numbers_that_shift_are_seen_and_missing_ones_count_as_a_bin():
    before = np.random.default_rng(0).normal(size=2000)
    assert drift.of_numbers(before, np.random.default_rng(1).normal(size=2000)) < 0.05
    assert drift.of_numbers(before, before + 1) > drift.LARGE
    half_missing = np.where(np.arange(2000) % 2 == 0, np.nan, before)
    assert drift.of_numbers(before, half_missing) > drift.LARGE


def test_categories_that_are_new_or_gone_or_missing_are_seen():
    before = pl.Series(["en"] * 80 + ["es"] * 20)
    assert drift.of_categories(before, before) == pytest.approx(0)
    assert drift.of_categories(before, pl.Series(["en"] * 50 + ["ja"] * 50)) > drift.LARGE
    assert drift.of_categories(before, pl.Series(["en"] * 50 + [None] * 50)) > drift.LARGE


def test_nothing_has_moved_from_or_to_no_data():
    nothing = np.empty(0)
    assert drift.of_numbers(nothing, np.ones(3)) == drift.of_numbers(np.ones(3), nothing) == 0


def tables(years, ratings):
    films = [{s.ID: film, s.RELEASE_YEAR: year, s.RELEASE_DATE: date(year, 1, 1)} for film, year in enumerate(years, 1)]
    rated = [(user, film, score, None) for user, film, score in ratings]
    return {
        s.FILMS: pl.DataFrame(films, schema=s.SCHEMAS[s.FILMS]),
        s.GENRES: pl.DataFrame({s.FILM_ID: [1], "genre_id": [1], "genre": ["Drama"]}),
        s.RATINGS: pl.DataFrame(rated, schema=s.SCHEMAS[s.RATINGS], orient="row"),
    }


def test_the_report_names_what_has_moved_and_the_cold_shares():
    before = tables(range(1950, 2000), [(user, film, 4.0) for user in range(10) for film in range(1, 11)])
    after = tables(range(1990, 2040), [(user, film, 1.0) for user in range(10) for film in range(6, 16)])
    found = drift.report(before, after)
    assert found["catalog"][s.RELEASE_YEAR] > drift.LARGE
    assert found["catalog"]["genre"] == 0
    assert found["ratings"][s.RATING] > drift.LARGE
    assert found["ratings"]["films_per_user"] == 0
    assert found["cold"] == {"films_without_ratings": 0.8, "ratings_of_new_films": 0.5}
    assert set(drift.moved(found, drift.LARGE)) == {
        "catalog.release_year",
        "ratings.rating",
        "ratings.viewers_of_rated_films",
    }


def test_films_and_ratings_that_are_not_there_move_nothing():
    assert drift.moved(drift.report(tables([], []), tables([2000], [(1, 1, 3.0)]))) == {}
