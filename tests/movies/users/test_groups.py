"""How well films suit a group, and a taste of several kinds, on scores whose right order is plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.users.groups import BEST_SHARE, in_turn, scaled_to_one, together


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


def order(scores):
    return np.argsort(-scores, kind="stable").tolist()


def test_tastes_come_in_turn_by_their_shares_each_in_its_own_order():
    ghosts, westerns = np.array([9.0, 8, 7, 6, 1, 2, 0]), np.array([2.0, 1, 0, 3, 9, 8, 7])
    joint = np.array([1.0, 2, 3, 4, 5, 6, 9])
    found = in_turn(joint, [ghosts, westerns], np.array([2, 1]), np.array([6]))
    assert order(found) == [6, 0, 4, 1, 2, 5, 3]


def test_films_that_are_far_behind_for_every_taste_stay_in_the_order_for_all():
    n = 2500
    one, other = np.linspace(1, 0, n), np.roll(np.linspace(1, 0, n), 500)
    joint = np.random.default_rng(1).permutation(n).astype(float)
    found = in_turn(joint, [one, other], np.ones(2), np.array([], dtype=int))
    behind = np.arange(1500, n)
    assert sorted(order(found)[1500:]) == behind.tolist()
    assert order(found)[1500:] == behind[np.argsort(-joint[behind])].tolist()


@given(
    n=st.integers(1, 60),
    shares=st.lists(st.floats(0.1, 5), min_size=1, max_size=4),
    seed=st.integers(0, 99),
    n_known=st.integers(0, 5),
)
def test_every_beginning_of_a_list_has_each_taste_by_its_share_while_it_has_films(n, shares, seed, n_known):
    rng = np.random.default_rng(seed)
    own = rng.random((len(shares), n))
    known = np.arange(min(n_known, n))
    places = np.argsort(np.argsort(-own[:, len(known) :], axis=1), axis=1)
    kind = places.argmin(axis=0)
    found = in_turn(rng.random(n), own, np.array(shares), known)
    assert np.isfinite(found).all()
    listed = [film - len(known) for film in order(found) if film >= len(known)]
    assert len(set(listed)) == n - len(known)
    came = np.zeros(len(shares), dtype=int)
    for film in listed:
        if (came >= np.bincount(kind, minlength=len(shares))).any():
            break
        came[kind[film]] += 1
        wanted = came.sum() * np.array(shares) / sum(shares)
        assert (np.abs(came - wanted) < len(shares)).all()
