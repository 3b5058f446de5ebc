"""What every way to find similar films promises, held by each one over the sample and over odd catalogs."""

import numpy as np
import pytest

from almazara.movies.similar.answering import METHODS
from almazara.movies.similar.attributes import NO_FILTERS
from almazara.movies.similar.ranking import MAX_SIMILAR
from sample_catalog import Made, publish_made


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


@pytest.fixture
def recommender(sample_films, method):
    return sample_films._parts.similar.methods[method]


@pytest.fixture
def selected(sample_films, recommender):
    """The first films for a row."""
    ranking = sample_films._parts.similar.ranking
    return lambda row, n: ranking.similar(recommender, row, n)


@pytest.fixture
def rows(sample_films):
    return range(0, len(sample_films), 40)


def test_a_list_holds_as_many_films_as_asked_for_each_once_and_never_the_film_itself(selected, rows):
    for row in rows:
        for n in (1, 5, MAX_SIMILAR):
            others = selected(row, n).rows.tolist()
            assert len(others) == len(set(others)) == n
            assert row not in others


def test_similarity_is_a_share_and_never_rises(recommender, selected, rows):
    for row in rows:
        for values in (recommender.candidates(row).similarity.tolist(), selected(row, 200).similarity.tolist()):
            assert all(0 <= value <= 1 for value in values)
            assert values == sorted(values, reverse=True)


def test_beyond_the_stored_list_each_film_is_as_similar_as_it_scores(recommender, selected, rows):
    for row in rows:
        stored = recommender.candidates(row).similarity
        found = selected(row, len(stored) + 300)
        least = stored[-1] if len(stored) else 1.0
        own = np.clip(recommender.scores(row, found.rows[len(stored) :]), 0, least)
        assert found.similarity[len(stored) :] == pytest.approx(own, abs=1e-6)


def test_a_shorter_list_is_the_beginning_of_a_longer_one(selected, rows):
    for row in rows:
        assert selected(row, 5).rows.tolist() == selected(row, 300).rows.tolist()[:5]


def test_scores_are_of_the_films_asked_and_finite(recommender, rows, sample_films):
    for row in rows:
        of_all = recommender.scores(row, np.arange(len(sample_films)))
        assert np.isfinite(of_all).all()
        some = np.array([row + 7, row, row + 3]) % len(sample_films)
        assert recommender.scores(row, some) == pytest.approx(of_all[some])


def test_films_that_nothing_tells_apart_come_in_order_of_their_ids(tmp_path, method):
    films = publish_made(tmp_path, [Made(f"Film {place}", {"vote_count": n}) for place, n in enumerate([5, 9, 9, 9])])
    others = [film.id for film in films.recommend("Film 0", 3, method).detalle]
    assert others == [2, 3, 4]


def test_films_of_one_vote_average_come_in_order_of_votes(tmp_path):
    films = publish_made(tmp_path, [Made(f"Film {place}", {"vote_count": n}) for place, n in enumerate([5, 9, 7, 9])])
    assert [film.id for film in films.recommend("Film 0", 3, "puntuacion").detalle] == [2, 4, 3]


def test_a_small_catalog_gives_all_its_other_films(tmp_path, method):
    films = publish_made(tmp_path, [Made("The Mill"), Made("The Olive"), Made("The Press")])
    assert len(films.recommend("The Mill", 50, method).detalle) == 2


def test_films_about_which_nothing_is_known_still_get_a_full_list(tmp_path, method):
    bare = {"vote_count": "", "vote_average": "", "popularity": "", "genres": "[]"}
    films = publish_made(tmp_path, [Made(f"{number}", bare) for number in range(60)])
    assert len(films.recommend("7", 50, method).detalle) == 50


def test_content_recommends_the_rest_of_a_series_before_anything_else(sample_films):
    found = sample_films.recommend("Aceituna Jones and the Temple of Toast", 3, "contenido")
    assert all(title.startswith("Aceituna Jones") for title in found.recomendaciones)


def test_score_recommends_the_nearest_vote_average(sample_films):
    catalog, similar = sample_films._catalog, sample_films._parts.similar
    averages = np.array([catalog.average(row) or 0.0 for row in range(len(catalog))])
    listed = similar.ranking._attributes.allowed(NO_FILTERS)  # without films for adults
    for row in range(0, len(catalog), 50):
        others = listed & (np.arange(len(catalog)) != row)
        nearest = np.sort(np.abs(averages[others] - averages[row]))[:300]
        found = similar.ranking.similar(similar.methods["puntuacion"], row, 300).rows
        assert np.allclose(np.sort(np.abs(averages[found] - averages[row])), nearest)
