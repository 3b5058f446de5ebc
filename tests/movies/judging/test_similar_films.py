"""The judgement on lists of similar films: its counts, its truths, and what it gives those who find them."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.building import Raw, read_clean
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import similar_films
from almazara.movies.judging.similar_films import best, cosine, likelihood_ratio, measure
from rated_films import tastes, write_rated
from sample_catalog import settings_for
from waiting import no_progress


@st.composite
def counts(draw):
    """Users in all, with one film, with the other, and with both."""
    users = draw(st.integers(2, 10_000))
    own, other = draw(st.integers(1, users)), draw(st.integers(1, users))
    both = draw(st.integers(max(0, own + other - users), min(own, other)))
    return both, own, other, users


@given(counts())
def test_the_ratio_is_above_zero_just_where_films_are_seen_together_more_than_by_chance(found):
    both, own, other, users = found
    ratio = float(likelihood_ratio(*(np.float64(one) for one in found[:3]), users))
    if both * users > own * other:
        assert ratio > -1e-6 * users
    else:
        assert ratio < 1e-6 * users


@given(counts())
def test_both_measures_are_the_same_from_either_film(found):
    both, own, other, users = (np.float64(one) for one in found)
    assert cosine(both, own, other) == cosine(both, other, own)
    assert 0 <= cosine(both, own, other) <= 1 + 1e-12
    assert np.isclose(likelihood_ratio(both, own, other, users), likelihood_ratio(both, other, own, users))


def test_the_ratio_is_that_of_the_published_example():
    """Dunning (1993), table 2: `the swiss` 110, 2442, 111, 29114."""
    both, own, other, users = 110, 110 + 2442, 110 + 111, 110 + 2442 + 111 + 29114
    assert likelihood_ratio(*(np.array(float(one)) for one in (both, own, other)), users) == pytest.approx(
        270.72, abs=0.01
    )


def test_a_film_is_not_in_its_own_list_and_equal_ones_come_by_their_counts():
    scores = np.array([[9.0, 1.0, 1.0, 2.0]])
    assert best(scores, np.array([0]), 3, np.array([9, 1, 5, 1])).tolist() == [[3, 2, 1]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("similar")
    return read_clean(settings_for(folder / "home"), Raw(write_rated(folder, tastes(200))), no_progress).tables


def valued(found):
    return {method.metodo: {one.metrica: one for one in method.metricas} for method in found.metodos}


@pytest.mark.training
def test_who_lists_what_the_same_circle_sees_finds_it_and_who_lists_what_is_popular_does_not(tables):
    found = measure(tables, 0)
    assert (found.usuarios, found.peliculas, found.juzgadas) == (200, 40, 40)
    assert [method.metodo for method in found.metodos if method.servido] == [similar_films.SERVED]
    values = valued(found)
    for metric in ("ndcg_at_5_cosine", "ndcg_at_5_llr"):
        assert values["hibrido"][metric].valor > 0.95
        assert values["item_knn"][metric].valor > 0.95
        assert values["popularity"][metric].valor < 0.5 * values["hibrido"][metric].valor
    assert all(one.bajo <= one.valor <= one.alto for metrics in values.values() for one in metrics.values())


@pytest.mark.training
def test_sagas_are_a_truth_of_which_no_method_is_told(tables, monkeypatch):
    saga = pl.when(pl.col(s.ID) <= 3).then(pl.lit("Saga")).alias(s.COLLECTION)
    told = pl.DataFrame(
        {s.FILM_ID: [1, 2, 3], "collection_id": [7, 7, 7], s.COLLECTION: ["Saga"] * 3},
        schema=tables[s.COLLECTIONS].schema,
    )
    known = {**tables, s.FILMS: tables[s.FILMS].with_columns(saga), s.COLLECTIONS: told}
    described, real = [], similar_films.content.describe
    monkeypatch.setattr(
        similar_films.content, "describe", lambda some: described.append(some[s.COLLECTIONS].height) or real(some)
    )
    assert "ndcg_at_5_collection" in valued(measure(known, 0))["contenido"]
    assert described == [0]
    assert "ndcg_at_5_collection" not in valued(measure(tables, 0))["contenido"]


def test_the_same_seed_gives_the_same_figures_and_another_one_other_halves(tables):
    assert measure(tables, 3) == measure(tables, 3)


def test_of_few_users_nothing_is_measured(tables):
    few = {**tables, s.RATINGS: tables[s.RATINGS].filter(pl.col(s.USER_ID) <= 100)}
    with pytest.raises(InputError, match="could 20 users judge"):
        measure(few, 0)
