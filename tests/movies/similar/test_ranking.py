"""Order of films for a user, on catalogs of a few films whose right order is plain."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from almazara.movies.similar.attributes import NO_FILTERS
from almazara.movies.similar.ranking import Ranking


class Unfiltered:
    """Attributes of n films that let all pass."""

    def __init__(self, n):
        self.n = n

    def allowed(self, _filters):
        return everything(self.n)


def ranking(n, twins=None):
    """Of n films, row 0 being the most voted."""
    labels = np.full(n, -1) if twins is None else np.array(twins)
    return Ranking(Unfiltered(n), labels, np.arange(n, dtype=np.int32), space=None)


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
    twins = ranking(5, [-1, 3, 3, -1, -1])
    assert twins.allowed(NO_FILTERS, [1, 4]).tolist() == [True, False, False, True, False]
    assert twins.allowed(NO_FILTERS, []).tolist() == [True] * 5


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
