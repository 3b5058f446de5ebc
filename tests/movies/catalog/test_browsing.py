"""Pages of the catalog: every order beside one made of the clean tables, filters, pages, and the weighted rating."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara import artifacts
from almazara.errors import InputError
from almazara.movies.catalog.browsing import Order, weighted_ratings
from almazara.movies.catalog.titles import normalize
from almazara.movies.similar.attributes import Filters
from almazara.words.numbers import Language, number
from almazara.words.said import named, text_of
from sample_catalog import settings_for


@pytest.fixture(scope="module")
def table(sample_home):
    folder = artifacts.open_artifacts(settings_for(sample_home)).current("movies").path
    adult = pl.read_parquet(folder / "film_keys.parquet").filter("adult")
    return pl.read_parquet(folder / "films.parquet").join(adult, left_on="id", right_on="film_id", how="anti")


def all_pages(films, order, filters=None, n=50):
    found = []
    while page := films.browse(filters or Filters(), order, len(found), n).peliculas:
        found += page
    return found


EXPECTED = {
    Order.POPULARITY: (pl.col("popularity").is_not_null(), lambda film: -film["popularity"]),
    Order.VOTES: (pl.lit(value=True), lambda film: -film["vote_count"]),
    Order.RETURN: ((pl.col("return") > 0) & ~pl.col("money_doubtful"), lambda film: -film["return"]),
    Order.RELEASE: (pl.lit(value=True), lambda film: -film["release_date"].toordinal()),
    Order.TITLE: (pl.lit(value=True), lambda film: (normalize(film["title"]).encode(), film["release_year"])),
}


@pytest.mark.parametrize("order", EXPECTED)
def test_an_order_has_every_film_of_which_its_number_is_surely_known_once_best_first(sample_films, table, order):
    has_a_place, key = EXPECTED[order]
    films = {film["id"]: film for film in table.filter(has_a_place).iter_rows(named=True)}
    found = [film.id for film in all_pages(sample_films, order)]
    assert sorted(found) == sorted(films)
    keys = [key(films[film_id]) for film_id in found]
    assert keys == sorted(keys)
    if order is not Order.TITLE:
        by_votes = [(key(films[film_id]), -films[film_id]["vote_count"]) for film_id in found]
        assert by_votes == sorted(by_votes)


def test_the_best_rated_are_not_those_of_few_votes(sample_films, table):
    found = all_pages(sample_films, Order.RATING)
    known = table.filter((pl.col("vote_count") > 0) & (pl.col("vote_average") > 0))
    assert sorted(film.id for film in found) == sorted(known["id"])
    best, usual = found[:20], known["vote_count"].median()
    assert all(film.votos > usual for film in best)
    assert max(film.puntuacion for film in found) > best[0].puntuacion  # of a film that few have voted for


def test_a_film_is_listed_with_what_is_known_of_it(sample_films, table):
    films = {film["id"]: film for film in table.iter_rows(named=True)}
    for one in all_pages(sample_films, Order.VOTES):
        film = films[one.id]
        assert (one.titulo, one.anio, one.votos) == (film["title"], film["release_year"], film["vote_count"])
        assert (one.puntuacion, one.score) == (film["vote_average"], film["popularity"])
        assert (one.retorno or 0, one.dinero_dudoso) == (film["return"], film["money_doubtful"])
        assert one.retorno != 0
        genres = [text_of(named("genre", name)) for name in film["genres"]]
        assert sorted(one.generos) == sorted(genres)
        assert one.generos[:1] == genres[:1]


@pytest.mark.parametrize("n", [7, 50])
def test_pages_of_any_length_are_parts_of_one_list(sample_films, n):
    filters = Filters(genres=("drama",), year_min=1990)
    whole = all_pages(sample_films, Order.TITLE, filters)
    assert all_pages(sample_films, Order.TITLE, filters, n) == whole
    assert sample_films.browse(filters, Order.TITLE, 3, 1).cantidad == len(whole)


def test_filters_leave_films_out_and_change_no_order(sample_films, table):
    filters = Filters(year_max=1980, languages=("en",), genres=("Drama",), votes_min=10)
    passing = table.filter(
        (pl.col("release_year") <= 1980)
        & (pl.col("original_language") == "en")
        & pl.col("genres").list.contains("Drama")
        & (pl.col("vote_count") >= 10)
    )
    whole = [film.id for film in all_pages(sample_films, Order.POPULARITY)]
    found = [film.id for film in all_pages(sample_films, Order.POPULARITY, filters)]
    assert found == [film_id for film_id in whole if film_id in set(passing["id"])]
    assert found


@pytest.mark.parametrize(
    ("filters", "start", "said"),
    [
        (Filters(), 20, ("{n} películas por votos; de la 21 a la 30.", "{n} films by votes; from 21 to 30.")),
        (Filters(), 10_000, ("No hay tantas: son {n} películas.", "There are not so many: {n} films.")),
        (Filters(), 10**30, ("No hay tantas: son {n} películas.", "There are not so many: {n} films.")),
        (Filters(year_max=1801), 0, ("Ninguna película pasa los filtros.", "No film passes the filters.")),
    ],
)
def test_a_page_says_where_it_stands(sample_films, table, filters, start, said):
    for language, message in zip((Language.ES, Language.EN), said, strict=True):
        expected = message.format(n=number(table.height, 0, language))
        assert sample_films.browse(filters, Order.VOTES, start, 10, language).mensaje == expected


@pytest.mark.parametrize("n", [0, 51])
def test_a_page_is_bounded(sample_films, n):
    with pytest.raises(InputError, match="del 1 al 50"):
        sample_films.browse(n=n)


VOTED = st.lists(st.tuples(st.floats(0.5, 10), st.integers(1, 10**6)), min_size=2, max_size=50)


@given(VOTED)
def test_a_weighted_rating_lies_between_the_films_own_average_and_that_of_all(voted):
    averages, votes = (np.array(column) for column in zip(*voted, strict=True))
    weighted, mean = weighted_ratings(averages, votes), averages.mean()
    assert (np.minimum(averages, mean) - 1e-9 <= weighted).all()
    assert (weighted <= np.maximum(averages, mean) + 1e-9).all()


def test_a_weighted_rating_is_the_published_formula_with_the_votes_that_nine_of_ten_do_not_have():
    averages, votes = np.array([10.0, *[5.0] * 9]), np.array([1, *range(100, 1000, 100)])
    least, mean = 810, 5.5
    assert np.quantile(votes, 0.9) == least
    assert weighted_ratings(averages, votes)[0] == pytest.approx((1 * 10 + least * mean) / (1 + least))


def test_films_without_votes_or_average_have_no_rating():
    weighted = weighted_ratings(np.array([7.0, 7.0, np.nan, 0.0]), np.array([5, 0, 5, 5]))
    assert np.isnan(weighted).tolist() == [False, True, True, True]
    assert np.isnan(weighted_ratings(np.array([np.nan]), np.array([0]))).all()
