"""Metrics of lists of films: by hand, as an independent implementation has them, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from almazara.movies.judging import metrics

FILMS = 12


def truth_of(*films):
    dense = np.zeros((len(films), FILMS), dtype=np.float32)
    for row, one in enumerate(films):
        dense[row, list(one)] = 1
    return sparse.csr_array(dense)


def lists_of(*lists, n=None):
    n = n or max(map(len, lists))
    return np.array([[*one, *[-1] * (n - len(one))] for one in lists], dtype=np.int32)


def log2(value):
    return np.log2(value)


def test_a_hit_is_a_film_that_the_same_user_has():
    found = metrics.hits(lists_of([0, 11], [0, 11], [3]), truth_of([11], [0, 5], [2]))
    assert found.tolist() == [[False, True], [True, False], [False, False]]


def test_an_empty_place_is_no_hit_also_after_a_user_who_has_the_last_film():
    assert not metrics.hits(lists_of([], [], n=2), truth_of([11], [11])).any()


def test_nobody_who_has_anything_gives_no_hit():
    assert not metrics.hits(lists_of([1, 2]), sparse.csr_array((1, FILMS), dtype=np.float32)).any()


def test_metrics_of_one_list_by_hand():
    truth = truth_of([1, 2, 3])
    hit, wanted = metrics.hits(lists_of([1, 9, 2, 8]), truth), metrics.relevant(truth)
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert metrics.ndcg(hit, wanted)[0] == pytest.approx((1 + 1 / log2(4)) / ideal)
    assert metrics.recall(hit, wanted)[0] == pytest.approx(2 / 3)
    assert metrics.precision(hit)[0] == pytest.approx(2 / 4)
    assert metrics.average_precision(hit, wanted)[0] == pytest.approx((1 + 2 / 3) / 3)
    assert metrics.reciprocal_rank(hit)[0] == 1


def test_the_two_recalls_differ_where_more_is_to_be_found_than_the_list_is_long():
    truth = truth_of([1, 2, 3, 4])
    hit = metrics.hits(lists_of([1, 2]), truth)
    assert metrics.recall(hit, metrics.relevant(truth))[0] == pytest.approx(0.5)
    assert metrics.capped_recall(hit, metrics.relevant(truth))[0] == 1


def test_a_user_with_nothing_to_find_counts_zero_and_never_divides_by_zero():
    hit, wanted = np.zeros((1, 3), dtype=bool), np.zeros(1, dtype=np.int64)
    for metric in (metrics.ndcg, metrics.recall, metrics.capped_recall, metrics.average_precision):
        assert metric(hit, wanted).tolist() == [0]
    assert metrics.reciprocal_rank(hit).tolist() == [0]


def test_coverage_counts_films_once_and_no_empty_places():
    assert metrics.coverage(lists_of([1, 2], [2]), 4) == pytest.approx(0.5)


def test_novelty_is_the_mean_self_information_in_bits():
    popularity = np.array([7, 1, 0, *[0] * (FILMS - 3)])
    found = metrics.novelty(lists_of([0, 1], [2], []), popularity, n_users=7)
    assert found.tolist() == pytest.approx([(0 + 2) / 2, 3, 0])


def test_mean_popularity_is_the_share_of_users_who_have_the_films():
    popularity = np.array([4, 2, *[0] * (FILMS - 2)])
    assert metrics.mean_popularity(lists_of([0, 1]), popularity, 4).tolist() == pytest.approx([0.75])


def test_gini_is_zero_for_even_lists_and_near_one_for_a_single_film():
    every = np.ones(FILMS, dtype=bool)
    assert metrics.gini(np.arange(FILMS, dtype=np.int32)[:, None], every) == pytest.approx(0)
    assert metrics.gini(lists_of(*[[3]] * 5), every) == pytest.approx(1 - 1 / FILMS)
    assert metrics.gini(lists_of([], n=1), every) == 0


def test_intervals_are_the_same_for_the_same_seed_and_hold_the_mean():
    values = np.random.default_rng(1).random((200, 2))
    first, again = (metrics.intervals(values, np.random.default_rng(0)) for _ in range(2))
    assert first == again
    for one, column in zip(first, values.T, strict=True):
        assert one.low < one.mean == pytest.approx(column.mean())
        assert one.mean < one.high
        expected = 1.96 * column.std() / np.sqrt(200)
        assert one.high - one.low == pytest.approx(2 * expected, rel=0.15)


def test_a_paired_difference_is_surer_than_its_parts():
    champion = np.random.default_rng(1).random(300)
    assert metrics.relative_difference(champion * 1.02, champion) == pytest.approx(0.02)
    assert metrics.relative_replicates(champion * 1.02, champion, np.random.default_rng(0)) == pytest.approx(0.02)


def test_over_a_champion_of_zero_anything_is_better_and_nothing_is_equal():
    nothing, something = np.zeros(5), np.ones(5)
    assert metrics.relative_difference(something, nothing) == 1
    assert metrics.relative_difference(nothing, nothing) == 0


list_of_films = st.lists(st.integers(0, FILMS - 1), unique=True, min_size=1, max_size=8)


@st.composite
def judged_lists(draw):
    """A few users with a list each, all of one length, and what each of them has."""
    n_users, n = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    lists = [draw(st.permutations(range(FILMS)))[:n] for _ in range(n_users)]
    return lists, [draw(list_of_films) for _ in range(n_users)]


@pytest.fixture(scope="module")
def ranx():
    """Another's metrics, as plain Python: compiled, which takes half a minute, they are the same."""
    import numba

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", True)
        import ranx
    return ranx


def of_ranx(ranx, names, lists, truths):
    """Each metric of each user as ranx has it."""
    n = len(lists[0])
    runs = [np.array([[film, -place] for place, film in enumerate(one)], dtype=float) for one in lists]
    wanted = [np.array([[film, 1] for film in sorted(one)], dtype=float) for one in truths]
    found = ranx.evaluate(wanted, runs, [f"{name}@{n}" for name in names], return_mean=False)
    return {name: found[f"{name}@{n}"] for name in names}


@pytest.mark.training  # to load it takes seconds
@given(judged_lists())
def test_metrics_agree_with_ranx(ranx, made):
    lists, truths = made
    truth = truth_of(*truths)
    hit, wanted = metrics.hits(lists_of(*lists), truth), metrics.relevant(truth)
    ours = {
        "ndcg": metrics.ndcg(hit, wanted),
        "recall": metrics.recall(hit, wanted),
        "precision": metrics.precision(hit),
        "map": metrics.average_precision(hit, wanted),
        "mrr": metrics.reciprocal_rank(hit),
    }
    for name, theirs in of_ranx(ranx, list(ours), lists, truths).items():
        np.testing.assert_allclose(ours[name], theirs, rtol=0, atol=1e-9, err_msg=name)


@given(judged_lists())
def test_a_hit_further_up_is_never_worse(made):
    lists, truths = made
    truth = truth_of(*truths)
    wanted = metrics.relevant(truth)
    hit = metrics.hits(lists_of(*lists), truth)
    best = np.sort(hit, axis=1)[:, ::-1]
    for metric in (metrics.ndcg, metrics.average_precision):
        assert (metric(best, wanted) >= metric(hit, wanted) - 1e-12).all()
