"""The default for users: what it does with little and much that is known, with cold films and with dislikes."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from almazara.movies.users.models import blend, landmarks
from almazara.movies.users.models.ease import Denoiser, inverse, zero_diagonal_weights
from almazara.movies.users.models.hybrid import UserHybrid
from almazara.movies.users.models.item_weights import gram, keep_strongest, warm_films
from almazara.movies.users.scores import LearnedScores

pytestmark = pytest.mark.training

N_FILMS, N_COLD = 60, 6
NONE = np.zeros(0, dtype=np.int32)


def tastes(n_users: int, seed: int = 0) -> sparse.csr_array:
    """Users of three tastes, each with films of its own third (film number modulo 3), low numbers seen more often."""
    rng = np.random.default_rng(seed)
    films = np.arange(N_FILMS)
    chance = np.where(films[None, :] % 3 == rng.integers(0, 3, n_users)[:, None], 0.6, 0.05)
    chance = chance * (1 - 0.5 * films / N_FILMS)
    chance[:, -N_COLD:] = 0
    return sparse.csr_array((rng.random((n_users, N_FILMS)) < chance).astype(np.float32))


def content() -> sparse.csr_array:
    """Films of one third share a term."""
    terms = np.zeros((N_FILMS, 3 + N_FILMS), dtype=np.float32)
    terms[np.arange(N_FILMS), np.arange(N_FILMS) % 3] = 0.8
    terms[np.arange(N_FILMS), 3 + np.arange(N_FILMS)] = 0.6
    return sparse.csr_array(terms)


@pytest.fixture(scope="module")
def fitted():
    return UserHybrid().fit(tastes(300), content())


@pytest.fixture(scope="module")
def reader(fitted):
    return LearnedScores(fitted.arrays)


def ones(films):
    return np.ones(len(films), dtype=np.float32)


def test_the_server_gives_the_scores_of_the_model(fitted, reader):
    seen = tastes(5, seed=1)
    scores = fitted.scores(seen)
    for user in range(5):
        rows = seen.indices[seen.indptr[user] : seen.indptr[user + 1]]
        assert np.array_equal(reader.scores(rows.astype(np.int32), ones(rows)), scores[user])


def test_the_order_in_which_a_profile_is_told_does_not_matter(reader):
    rows = np.array([3, 9, 15, 1], dtype=np.int32)
    assert np.allclose(reader.scores(rows, ones(rows)), reader.scores(rows[::-1], ones(rows)), atol=1e-4)


def test_an_empty_profile_gets_the_films_that_most_users_have(reader):
    popularity = np.asarray(tastes(300).sum(axis=0)).ravel()[:-N_COLD]
    warm = reader.scores(NONE, ones(NONE))[:-N_COLD]
    assert np.array_equal(popularity[np.argsort(-warm, kind="stable")], np.sort(popularity)[::-1])


def test_cold_films_follow_the_content_of_what_is_liked(reader):
    liked = np.array([0, 3, 6, 9, 12], dtype=np.int32)
    cold = np.arange(N_FILMS - N_COLD, N_FILMS)
    best = cold[np.argsort(-reader.scores(liked, ones(liked))[cold])[:2]]
    assert (best % 3 == 0).all()


def test_a_profile_of_cold_films_gets_warm_films_of_their_content(reader):
    liked = np.array([57, 54], dtype=np.int32)
    by_content = reader.scores(liked, ones(liked)) - reader.scores(NONE, ones(NONE))
    assert by_content[0:54:3].mean() > by_content[1:54:3].mean()
    assert by_content[0:54:3].mean() > by_content[2:54:3].mean()


def of_kinds(kinds):
    """Users who choose whatever the kind, and films of which those of a kind share a term."""
    rng = np.random.default_rng(0)
    chosen = rng.random((300, N_FILMS)) < 0.3
    chosen[:, -N_COLD:] = False
    terms = np.zeros((N_FILMS, 4 + N_FILMS), dtype=np.float32)
    terms[np.arange(N_FILMS), kinds] = 0.8
    terms[np.arange(N_FILMS), 4 + np.arange(N_FILMS)] = 0.6
    return LearnedScores(UserHybrid().fit(sparse.csr_array(chosen.astype(np.float32)), sparse.csr_array(terms)).arrays)


def best(reader, films, n):
    rows = np.array(films, dtype=np.int32)
    scores = reader.scores(rows, ones(rows))
    scores[rows] = -np.inf
    return np.argsort(-scores)[:n]


def test_a_profile_of_a_single_kind_gets_films_of_it_and_one_of_many_kinds_what_others_chose():
    reader = of_kinds(np.arange(N_FILMS) % 4)
    assert np.isin(best(reader, [0, 4, 8, 12], 8) % 4, [0]).all()
    assert max(np.bincount(best(reader, [0, 5, 10, 15], 8) % 4)) < 6


def test_each_kind_of_a_short_profile_has_its_part_of_the_list():
    reader = of_kinds(np.arange(N_FILMS) % 4)
    assert np.bincount(best(reader, [0, 4, 1, 5], 8) % 4).tolist() == [4, 4]
    assert np.bincount(best(reader, [0, 4, 8, 12, 1, 5], 9) % 4).tolist() == [6, 3]


def test_a_profile_with_a_film_like_no_other_of_it_has_no_kinds():
    reader = of_kinds(np.arange(N_FILMS) % 4)
    kinds = reader._kinds(np.array([0, 1, 4, 5]))
    assert [kind.tolist() for kind in kinds] == [[0, 2], [1, 3]]
    assert not reader._kinds(np.array([0, 1, 2, 4, 5]))
    assert not reader._kinds(np.array([0, 4, 8, 12]))
    assert not reader._kinds(np.arange(12))


def test_a_dislike_counts_for_every_kind_of_a_profile():
    reader = of_kinds(np.arange(N_FILMS) % 4)
    rows, weights = np.array([0, 1, 4, 5, 8], dtype=np.int32), np.array([1, 1, 1, 1, -1], dtype=np.float32)
    scores = reader.scores(rows, weights)
    assert np.isfinite(scores).all()
    assert not np.array_equal(np.argsort(scores), np.argsort(reader.scores(rows[:-1], weights[:-1])))


def test_of_a_kind_of_which_all_films_are_cold_more_come_than_of_one_that_is_warm_too():
    kinds = np.arange(N_FILMS) % 3
    of_both = best(of_kinds(kinds), [57, 54], 4)
    kinds[-N_COLD:] = 3
    of_cold = best(of_kinds(kinds), [57, 54], 4)
    assert np.count_nonzero(of_cold >= N_FILMS - N_COLD) > np.count_nonzero(of_both >= N_FILMS - N_COLD)


def test_one_film_with_ratings_is_no_kind_and_one_without_is():
    reader = of_kinds(np.arange(N_FILMS) % 4)
    assert reader._coherence(np.array([0])) < 1
    assert reader._coherence(np.array([N_FILMS - 1])) == 1
    assert reader._coherence(NONE) == 0


def test_a_dislike_pushes_films_of_its_taste_down(reader):
    liked, both = np.array([0, 1], dtype=np.int32), np.array([0, 1, 4], dtype=np.int32)
    before = reader.scores(liked, ones(liked))
    after = reader.scores(both, np.array([1, 1, -1], dtype=np.float32))
    fall = (before - after)[6:-N_COLD]
    assert fall[1::3].mean() > fall[0::3].mean() + 0.05


def test_dislikes_alone_leave_popularity_without_their_like(reader):
    disliked = np.array([0, 3, 6], dtype=np.int32)
    fall = (reader.scores(NONE, ones(NONE)) - reader.scores(disliked, -ones(disliked)))[9:-N_COLD]
    assert fall[0::3].mean() > fall[1::3].mean()


def test_a_user_who_trained_and_the_same_profile_without_training_get_the_same_order_by_landmarks():
    seen = sparse.csr_array(tastes(40)[:, : N_FILMS - N_COLD])
    without = np.zeros((seen.shape[1], seen.shape[1]), dtype=np.float32)
    model = landmarks.fit(seen, without, landmarks.LandmarkConfig(n_factors=8, n_landmarks=40))
    near = landmarks.likeness(landmarks.normalized(seen @ model.factors), model.tastes, 1.0)
    told, unseen = near @ model.readout @ model.directions.T, seen.toarray() == 0
    kernel = near @ np.linalg.solve(near.T @ near + 3 * _between(model), near.T)  # the smoother of the users
    share = np.diag(kernel)[:, None]
    left_out = (told - share * seen.toarray()) / (1 - share)
    assert np.allclose((told / (1 - share))[unseen], left_out[unseen], atol=1e-5)


def _between(model):
    return landmarks.likeness(model.tastes, model.tastes, 1.0) + 1e-3 * np.eye(len(model.tastes))


def test_a_sample_of_users_depends_on_their_films_only():
    seen = tastes(50)
    order = np.random.default_rng(3).permutation(50)
    first, turned = landmarks.by_hash(seen), landmarks.by_hash(sparse.csr_array(seen[order]))
    assert np.array_equal(seen[first].toarray(), seen[order][turned].toarray())


def test_few_users_get_the_default_weights_and_many_learn_their_own(fitted):
    few = UserHybrid().fit(tastes(60), content())
    assert np.array_equal(few.arrays["blend"], blend.DEFAULT)
    many = UserHybrid().fit(tastes(700, seed=4), content())
    assert np.allclose(many.arrays["blend"].sum(axis=1), 1, atol=1e-5)
    assert many.arrays["blend"][0].tolist() == [1, 0, 0, 0]


def test_users_without_films_change_nothing(fitted):
    absent = sparse.csr_array((200, N_FILMS), dtype=np.float32)
    with_absent = UserHybrid().fit(sparse.csr_array(sparse.vstack([absent, tastes(300)])), content())
    assert np.array_equal(with_absent.arrays["readout"], fitted.arrays["readout"])
    assert np.array_equal(with_absent.arrays["blend"], fitted.arrays["blend"])


def test_weights_change_smoothly_with_the_length_of_a_profile(reader):
    steps = [np.abs(reader.blend(n + 1) - reader.blend(n)).max() for n in range(1, 400)]
    assert max(steps) < 0.5


def test_only_the_films_that_most_users_have_are_dense():
    assert warm_films(tastes(100), most=3).tolist() == sorted(
        np.argsort(-np.asarray(tastes(100).sum(axis=0)).ravel(), kind="stable")[:3].tolist()
    )


def test_a_gram_matrix_in_blocks_is_the_product():
    seen = tastes(30)
    assert np.array_equal(gram(seen), (seen.T @ seen).toarray())


def test_each_candidate_keeps_its_strongest_neighbors():
    weights = np.array([[3, 1, 2], [1, 2, 2], [2, 3, 1]], dtype=np.float32)
    keep_strongest(weights, 2)
    assert weights.tolist() == [[3, 0, 2], [0, 2, 2], [2, 3, 0]]


def test_the_linear_model_is_ridge_regression_of_each_film_on_all_others():
    seen = tastes(80)[:, :12].toarray()
    weights = zero_diagonal_weights(inverse((seen.T @ seen + 5 * np.eye(12)).astype(np.float32)))
    others = np.delete(seen, 4, axis=1)
    expected = np.linalg.solve(others.T @ others + 5 * np.eye(11), others.T @ seen[:, 4])
    assert np.allclose(np.delete(weights[:, 4], 4), expected, atol=1e-4)
    assert weights[4, 4] == 0


def test_the_denoiser_is_the_least_squares_over_all_draws_of_the_profiles():
    seen = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]], dtype=np.float32)
    kept, ridge, none = 0.4, 0.5, sparse.csr_array((3, 1), dtype=np.float32)
    weights, bias = Denoiser(kept, ridge, content_weight=0, length_power=0).weights(sparse.csr_array(seen), none)
    draws = [(np.array(mask), user) for mask in product([0, 1], repeat=3) for user in seen]
    inputs = np.array([[*(mask * user), 1] for mask, user in draws])
    chance = np.array([kept ** mask.sum() * (1 - kept) ** (3 - mask.sum()) for mask, _ in draws])
    targets = np.array([user for _, user in draws])
    left = (inputs * chance[:, None]).T @ inputs + ridge * kept * np.eye(4)
    best = np.linalg.solve(left, (inputs * chance[:, None]).T @ targets)
    np.fill_diagonal(best, 0)
    assert np.allclose(weights, best[:3], atol=1e-5)
    assert np.allclose(bias, best[3], atol=1e-5)


def test_the_denoiser_gives_an_empty_profile_the_films_that_most_users_have():
    seen = sparse.csr_array(tastes(300)[:, : N_FILMS - N_COLD])
    _, bias = Denoiser().weights(seen, sparse.csr_array(content()[: N_FILMS - N_COLD]))
    popularity = np.asarray(seen.sum(axis=0)).ravel()
    assert np.corrcoef(bias, popularity)[0, 1] > 0.95


def listing(lists):
    """Lists of similar films, best first."""
    neighbors, similarity = np.full((N_FILMS, 2), -1, dtype=np.int32), np.zeros((N_FILMS, 2), dtype=np.float32)
    for film, others in lists.items():
        neighbors[film, : len(others)], similarity[film, : len(others)] = others, [0.5, 0.4][: len(others)]
    return {"neighbors": neighbors, "similarity": similarity}


def test_what_is_similar_to_one_film_of_a_profile_rises(fitted, reader):
    liked = np.array([0, 3], dtype=np.int32)
    told = LearnedScores(fitted.arrays, listing({3: [20, 23]}))
    gained = told.scores(liked, ones(liked)) - reader.scores(liked, ones(liked))
    assert gained[20] > gained[23] > 0
    assert not np.delete(gained, [20, 23]).any()


def test_a_film_that_nobody_has_seen_speaks_louder_by_what_is_similar_to_it(fitted, reader):
    told = LearnedScores(fitted.arrays, listing({0: [20], 57: [20]}))

    def gained(film):
        liked = np.array([film], dtype=np.int32)
        return (told.scores(liked, ones(liked)) - reader.scores(liked, ones(liked)))[20]

    assert gained(57) > 3 * gained(0)


def test_what_is_similar_to_a_disliked_film_does_not_rise(fitted, reader):
    rows, weights = np.array([0, 3], dtype=np.int32), np.array([1.0, -1.0], dtype=np.float32)
    told = LearnedScores(fitted.arrays, listing({3: [20]}))
    assert np.array_equal(told.scores(rows, weights), reader.scores(rows, weights))
