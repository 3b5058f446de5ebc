"""What every peer that is installed here must keep to be measured fairly beside our models."""

import numpy as np
import pytest
from scipy import sparse

from almazara.errors import MissingExtraError
from almazara.movies.judging import methods, peers

FILMS = 30
pytestmark = [
    pytest.mark.training,
    # What implicit says of its own conversions, and of the threads of others.
    pytest.mark.filterwarnings("ignore:Method expects CSR input"),
    pytest.mark.filterwarnings("ignore:OpenBLAS is configured"),
    pytest.mark.filterwarnings("ignore:Intel MKL BLAS is configured"),
]


@pytest.fixture(scope="module")
def seen():
    """Sixty users of two tastes, each with half of the films of theirs and few of the others."""
    rng = np.random.default_rng(0)
    own = np.arange(FILMS)[None, :] % 2 == np.arange(60)[:, None] % 2
    return sparse.csr_array((rng.random((60, FILMS)) < np.where(own, 0.5, 0.03)).astype(np.float32))


@pytest.fixture(scope="module", params=peers.installed())
def fitted(request, seen):
    return methods.create(request.param).fit(seen, sparse.csr_array((FILMS, 1), dtype=np.float32))


def test_a_peer_scores_every_film_for_every_profile_and_finitely(fitted, seen):
    scores = fitted.scores(seen)
    assert (scores.shape, scores.dtype) == (seen.shape, np.float32)
    assert np.isfinite(scores).all()


def test_an_empty_profile_and_one_that_was_not_in_training_have_scores_too(fitted):
    profiles = np.zeros((2, FILMS), dtype=np.float32)
    profiles[1, :3] = 1
    assert np.isfinite(fitted.scores(sparse.csr_array(profiles))).all()


def test_a_profile_is_scored_the_same_alone_and_among_others(fitted, seen):
    np.testing.assert_allclose(fitted.scores(seen)[7:8], fitted.scores(seen[7:8]), rtol=1e-4, atol=1e-5)


def test_a_peer_has_learned_the_taste_of_its_users(fitted, seen):
    scores = fitted.scores(seen)
    own = np.arange(FILMS)[None, :] % 2 == np.arange(60)[:, None] % 2
    unseen = seen.toarray() == 0
    assert scores[own & unseen].mean() > scores[~own & unseen].mean()


def test_the_same_data_gives_the_same_scores(fitted, seen, request):
    again = methods.create(request.node.callspec.params["fitted"]).fit(seen, seen.T)
    np.testing.assert_allclose(again.scores(seen), fitted.scores(seen), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", sorted(set(peers.PEERS) - set(peers.installed())))
def test_a_peer_that_is_not_installed_says_how_to_have_it(name):
    with pytest.raises(MissingExtraError, match="bench"):
        methods.create(name)
