"""Order of films for a user and for a group, on catalogs of a few films whose right order is plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from almazara.movies.similar.selection import Candidates
from almazara.movies.users.profiles import UserHistory
from almazara.movies.users.ranking import BEST_SHARE, Ranking, scaled_to_one, together
from almazara.movies.users.scores import NeighborScores


def ranking(n, twins=None):
    """Of n films, row 0 being the most voted."""
    return Ranking(np.full(n, -1) if twins is None else np.array(twins), np.arange(n, dtype=np.int32))


def first(ranked, scores, allowed, n):
    return ranked.first(scores, allowed, n)[0].tolist()


def everything(n):
    return np.ones(n, dtype=bool)


def test_the_best_come_first_and_equal_ones_by_votes():
    scores = np.array([0.1, 0.9, 0.5, 0.9, 0.5 + 1e-9], dtype=np.float64)
    assert first(ranking(5), scores, everything(5), 4) == [1, 3, 2, 4]


def test_of_several_entries_of_a_film_the_best_comes_and_the_list_stays_full():
    scores = np.linspace(1, 0, 60)
    twins = [7] * 50 + [-1] * 10
    assert first(ranking(60, twins), scores, everything(60), 5) == [0, 50, 51, 52, 53]


def test_scores_are_told_from_0_for_the_least_of_the_allowed_films_to_1():
    allowed = np.array([True, True, False, True])
    assert ranking(4).first(np.array([3.0, 2.0, 9.0, 1.0]), allowed, 2)[1].tolist() == [1, 0.5]
    assert ranking(4).first(np.ones(4), allowed, 2)[1].tolist() == [0, 0]


def test_leaving_a_film_out_leaves_its_other_entries_out():
    allowed = everything(5)
    ranking(5, [-1, 3, 3, -1, -1]).leave_out(allowed, [1, 4])
    assert allowed.tolist() == [True, False, False, True, False]
    ranking(5).leave_out(allowed, [])
    assert allowed.tolist() == [True, False, False, True, False]


@given(
    st.integers(1, 60).flatmap(
        lambda n: st.tuples(
            hnp.arrays(np.float32, n, elements=st.sampled_from([0, 0.25, 0.5, 1])),
            hnp.arrays(np.bool_, n),
            hnp.arrays(np.int32, n, elements=st.integers(-1, 3)),
            st.integers(1, 50),
        )
    )
)
def test_the_first_ones_are_those_of_a_full_sort(case):
    scores, allowed, twins, n = case
    expected, labels = [], set()
    for row in sorted(np.flatnonzero(allowed).tolist(), key=lambda row: (-scores[row], row)):
        if twins[row] < 0 or twins[row] not in labels:
            expected.append(row)
            labels.add(twins[row])
    assert first(ranking(len(scores), twins), scores, allowed, n) == expected[:n]


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


def test_a_user_of_the_ratings_file_is_found_by_exactly_their_number():
    history = UserHistory(
        {
            "ids": np.array([-5, 3, 12], dtype=np.int64),
            "offsets": np.array([0, 1, 3, 4], dtype=np.int64),
            "rows": np.array([9, 4, 5, 6], dtype=np.int32),
            "ratings": np.array([1.0, 3.5, np.nan, 5.0], dtype=np.float16),
        }
    )
    assert history.rated("3") == {4: 3.5, 5: None}
    assert "12" in history
    for other in ("4", "03", "-5", "+3", "\uff13", "3.0", "99999999999999999999", "ana", ""):
        assert other not in history
        assert history.rated(other) == {}
