"""How well films suit a group, and a profile where nothing was learned, on a few films whose right order is plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.similar.stored import Candidates
from almazara.movies.users.scores import BEST_SHARE, NeighborScores, _among, scaled_to_one, together


def everything(n):
    return np.ones(n, dtype=bool)


def test_a_group_prefers_what_suits_everybody_over_what_delights_one():
    n = 100
    delight, compromise = 0, 1
    one, other = np.linspace(0.5, 0, n), np.linspace(0.5, 0, n)
    one[delight], other[delight] = 10.0, 0.0
    one[compromise], other[compromise] = 0.6, 0.6
    group = together(np.stack([one, other]), everything(n))
    assert group[compromise] > group[delight]
    assert group[delight] < 0


def test_a_film_that_is_a_misery_for_one_comes_after_all_that_suit_everybody():
    rng = np.random.default_rng(3)
    scores = rng.random((3, 500))
    group = together(scores, everything(500))
    misery = (scaled_to_one(scores) < np.quantile(scaled_to_one(scores), 1 - BEST_SHARE, axis=1)[:, None]).any(axis=0)
    assert (group[misery] < 0).all()
    assert (group[~misery] >= 0).all()


def test_members_count_alike_whatever_the_size_of_their_scores():
    rng = np.random.default_rng(4)
    scores = rng.random((2, 50))
    group = together(scores, everything(50))
    assert together(scores * [[1], [1000]] + [[0], [7]], everything(50)) == pytest.approx(group, abs=1e-6)


def test_films_that_are_not_allowed_take_no_part():
    allowed = np.array([True, False, True])
    group = together(np.array([[0.2, 9.0, 0.4], [0.4, 9.0, 0.2]]), allowed)
    assert group[1] == -1
    assert together(np.ones((2, 3)), np.zeros(3, dtype=bool)).tolist() == [-1, -1, -1]


class TwoLists:
    """Film 0 is like 1, film 3 like 2."""

    def candidates(self, row):
        other = {0: 1, 3: 2}.get(row)
        rows = np.array([] if other is None else [other], dtype=np.int32)
        return Candidates(rows, np.full(len(rows), 0.5, dtype=np.float32), np.zeros_like(rows))

    def scores(self, row):
        raise NotImplementedError


def test_without_a_model_the_films_like_the_liked_ones_come_first_and_those_like_disliked_ones_last():
    model = NeighborScores(TwoLists(), np.zeros(4, dtype=np.float32))
    scores = model.scores(np.array([0, 3], dtype=np.int32), np.array([1.0, -1.0], dtype=np.float32))
    assert scores.tolist() == [0, 0.5, -0.5, 0]


@given(
    values=st.lists(st.integers(-5000, 5000), min_size=1, max_size=1500, unique=True),
    step=st.floats(1, 30),
    lead=st.floats(0, 1),
)
def test_cold_films_keep_their_order_among_the_warm_ones(values, step, lead):
    found = _among(np.linspace(3, -2, 40), np.array(values, dtype=np.float32), step, lead)
    order = np.argsort(-np.array(values), kind="stable")
    assert np.isfinite(found).all()
    assert (np.diff(found[order]) <= 1e-6).all()


def test_of_films_without_ratings_one_comes_after_so_many_with_ratings():
    warm = np.linspace(1, 0, 100)
    for step, lead, before in ((6, 0, 3), (1, 1, 0), (1, 0, 1)):
        cold = _among(warm, np.linspace(1, 0, 20).astype(np.float32), step, lead)
        assert (warm > cold[0]).sum() == before
        assert (warm > cold[5]).sum() == pytest.approx(before + 5 * step, abs=1)
