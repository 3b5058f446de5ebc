"""How well films suit a profile where nothing was learned, and where cold films come, on films whose order is plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.similar.stored import Candidates
from almazara.movies.users.scores import NeighborScores, _among


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
