"""Lists from any model."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from almazara.errors import ContractError
from almazara.movies.judging import trials


@dataclass
class Fixed:
    """The same scores for everybody."""

    of_films: list

    def scores(self, profiles):
        return np.tile(np.array(self.of_films, dtype=np.float32), (profiles.shape[0], 1))


def matrix(*rows):
    return sparse.csr_array(np.array(rows, dtype=np.float32))


def lists(model, known, candidates=None, n=3, seed=0):
    every = np.ones(known.shape[1], dtype=bool) if candidates is None else np.array(candidates)
    return trials.top_lists(model, known, every, np.random.default_rng(seed), n).tolist()


def test_lists_are_the_best_scores_first_without_known_films_and_padded():
    known = matrix([0, 1, 0, 0], [1, 1, 1, 0])
    assert lists(Fixed([0.1, 0.9, 0.5, 0.3]), known) == [[2, 3, 0], [3, -1, -1]]


def test_only_candidates_are_listed():
    assert lists(Fixed([4, 3, 2, 1]), matrix([0, 0, 0, 0]), [False, True, False, True]) == [[1, 3, -1]]


def test_films_of_equal_score_are_in_the_same_random_order_for_all_and_not_by_id():
    found = lists(Fixed([0] * 50), sparse.csr_array((2, 50), dtype=np.float32), n=50)
    assert found[0] == found[1] != list(range(50))
    assert found == lists(Fixed([0] * 50), sparse.csr_array((2, 50), dtype=np.float32), n=50)


def test_a_model_whose_scores_are_not_finite_is_refused():
    with pytest.raises(ContractError, match="not finite"):
        lists(Fixed([0, np.nan]), matrix([0, 0]))


@given(st.lists(st.floats(-5, 5, width=32), min_size=4, max_size=12), st.integers(1, 6), st.data())
def test_no_list_holds_a_known_film_or_one_twice_and_its_scores_never_rise(scores, n, data):
    known = data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores)))
    found = [film for film in lists(Fixed(scores), matrix(known), n=n)[0] if film >= 0]
    assert len(found) == len(set(found)) == min(n, known.count(False))
    assert not any(known[film] for film in found)
    ordered = np.array(scores, dtype=np.float32)[found]
    assert (np.diff(ordered) <= 0).all()


def test_blocks_of_users_give_the_lists_of_all_at_once(monkeypatch):
    known = sparse.random_array((7, 9), density=0.3, rng=np.random.default_rng(1)).tocsr().astype(np.float32)
    together = lists(Fixed(range(9)), known)
    monkeypatch.setattr(trials, "_BLOCK", 18)
    assert lists(Fixed(range(9)), known) == together
