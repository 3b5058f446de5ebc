"""What every model for users promises, held by each one over hand-made tastes."""

import numpy as np
import pytest
from scipy import sparse

from almazara.errors import NotFoundError
from almazara.movies.users.models import registry

knows_tastes = pytest.mark.parametrize(
    "model", [name for name in registry.installed() if name != "popularity"], indirect=True
)
N_FILMS = 24
COLD = (20, 21, 22, 23)
"""Films that nobody has: even ones are about what even films are about."""


def checkerboard(n_users: int = 40) -> sparse.csr_array:
    """Even users have even films, odd users odd ones; each lacks one of them."""
    seen = np.zeros((n_users, N_FILMS), dtype=np.float32)
    for user in range(n_users):
        seen[user, user % 2 : COLD[0] : 2] = 1
        seen[user, user % 2 + 2 * (user // 2 % 10)] = 0
    return sparse.csr_array(seen)


def content() -> sparse.csr_array:
    """One term that films of the same parity share, and one of each film's own."""
    terms = np.zeros((N_FILMS, 2 + N_FILMS), dtype=np.float32)
    terms[np.arange(N_FILMS), np.arange(N_FILMS) % 2] = 0.8
    terms[np.arange(N_FILMS), 2 + np.arange(N_FILMS)] = 0.6
    return sparse.csr_array(terms)


def profiles(*films: list[int]) -> sparse.csr_array:
    dense = np.zeros((len(films), N_FILMS), dtype=np.float32)
    for row, known in enumerate(films):
        dense[row, known] = 1
    return sparse.csr_array(dense)


@pytest.fixture(scope="module", params=registry.installed())
def model(request):
    return registry.create(request.param)


@pytest.fixture(scope="module")
def fitted(model):
    return model.fit(checkerboard(), content())


def test_a_model_bears_the_name_it_is_asked_for_by(model):
    assert registry.create(model.name) == model


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(NotFoundError, match="popularity"):
        registry.create("oracle")


def test_scores_are_finite_and_there_is_one_for_each_film(fitted):
    scores = fitted.scores(profiles([0, 2], [1], [20]))
    assert scores.shape == (3, N_FILMS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


def test_an_empty_profile_has_finite_scores(fitted):
    assert np.isfinite(fitted.scores(profiles([]))).all()


def test_no_profile_has_no_scores(fitted):
    assert fitted.scores(profiles()).shape == (0, N_FILMS)


@knows_tastes
def test_the_film_that_was_withheld_comes_first(fitted):
    seen = checkerboard()
    scores = fitted.scores(seen)[:, : COLD[0]]
    scores[seen[:, : COLD[0]].nonzero()] = -np.inf
    withheld = [user % 2 + 2 * (user // 2 % 10) for user in range(seen.shape[0])]
    assert scores.argmax(axis=1).tolist() == withheld


@knows_tastes
def test_an_unknown_user_gets_films_of_the_same_taste(fitted):
    scores = fitted.scores(profiles([2, 4, 6], [3, 5, 7]))[:, : COLD[0]]
    scores[[0, 0, 0, 1, 1, 1], [2, 4, 6, 3, 5, 7]] = -np.inf
    best = np.argsort(-scores, axis=1)[:, :5] % 2
    assert best.tolist() == [[0] * 5, [1] * 5]


def test_a_profile_alone_scores_as_it_does_among_others(fitted):
    both = fitted.scores(profiles([2, 4, 6], [3]))
    assert np.allclose(both[0], fitted.scores(profiles([2, 4, 6]))[0], atol=1e-5)


def test_the_order_of_users_in_training_does_not_matter(model, fitted):
    turned = model.fit(sparse.csr_array(checkerboard()[::-1]), content())
    asked = profiles([2, 4, 6], [3], [])
    assert np.allclose(turned.scores(asked), fitted.scores(asked), atol=2e-2)


def test_training_twice_gives_the_same_bytes(model, fitted):
    asked = profiles([2, 4, 6], [3], [])
    again = model.fit(checkerboard(), content())
    assert again.scores(asked).tobytes() == fitted.scores(asked).tobytes()


def test_ratings_of_nobody_are_learned_from_without_an_error(model):
    fitted = model.fit(sparse.csr_array((0, N_FILMS), dtype=np.float32), content())
    assert np.isfinite(fitted.scores(profiles([1], []))).all()
