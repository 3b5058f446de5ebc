"""ALS: factors that repeat, profiles folded in, and the same lists from Spark on two workers."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from almazara.movies.users.models.als import Als, FittedAls, solved

TASTES, FILMS_OF_TASTE = 6, 20
SMALL = Als(n_factors=TASTES, iterations=12)


def made_interactions(users=240, seed=0):
    """Users see mostly films of one taste, and the first films of each taste more often; the last film is cold."""
    rng = np.random.default_rng(seed)
    odds = np.full((users, TASTES * FILMS_OF_TASTE), 0.02)
    liked = 1 / (1 + 0.3 * np.arange(FILMS_OF_TASTE))
    for user in range(users):
        taste = user % TASTES
        odds[user, taste * FILMS_OF_TASTE : (taste + 1) * FILMS_OF_TASTE] = liked
    seen = (rng.random(odds.shape) < odds).astype(np.float32)
    return sparse.csr_array(np.column_stack([seen, np.zeros(users, dtype=np.float32)]))


def best(fitted, profiles, n=10):
    scores = fitted.scores(profiles)
    scores[profiles.nonzero()] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :n]


def overlap(one, other):
    return np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(one.tolist(), other.tolist(), strict=True)])


@pytest.fixture(scope="module")
def seen():
    return made_interactions()


@pytest.fixture(scope="module")
def fitted(seen):
    return SMALL.fit(seen, seen)


def test_a_profile_gets_films_of_its_own_taste(fitted):
    profile = np.zeros((1, TASTES * FILMS_OF_TASTE + 1), dtype=np.float32)
    profile[0, 20:23] = 1
    assert all(20 <= film < 40 for film in best(fitted, sparse.csr_array(profile))[0])


def test_the_same_seed_gives_the_same_factors(fitted, seen):
    assert np.array_equal(SMALL.fit(seen, seen).factors, fitted.factors)


@given(st.integers(0, 2**32 - 1))
def test_each_row_solves_its_own_regularized_least_squares(seed):
    rng = np.random.default_rng(seed)
    row = (rng.random((1, 7)) < 0.5).astype(np.float32)
    columns, alpha, ridge = rng.standard_normal((7, 3)).astype(np.float32), 2.0, 0.3
    [found] = solved(sparse.csr_array(row), columns, alpha, ridge)
    confidence, wanted = 1 + alpha * row[0], (row[0] > 0).astype(float)
    gradient = columns.T @ (confidence * (columns @ found - wanted)) + ridge * row.sum() * found
    assert np.allclose(gradient, 0, atol=1e-3)


_FIT_ON_SPARK = """
import sys
import numpy as np
from scipy import sparse
from almazara.movies.judging.als_spark import SparkAls
from almazara.movies.users.models.als import Als

seen = sparse.csr_array(sparse.load_npz(sys.argv[1]))
model = SparkAls(parameters=Als(n_factors=int(sys.argv[3]), iterations=12), master="local-cluster[2,1,1024]")
fitted = model.fit(seen, seen)
np.savez(sys.argv[2], warm=fitted.warm, factors=fitted.factors)
"""


@pytest.fixture(scope="module")
def from_spark(seen, tmp_path_factory):
    """Factors fitted on a Spark cluster of two worker processes on this machine, from a process of its own."""
    if shutil.which("java") is None and not os.environ.get("CI"):
        pytest.skip("Spark needs Java")
    folder = tmp_path_factory.mktemp("spark")
    sparse.save_npz(folder / "seen.npz", seen)
    command = [sys.executable, "-c", _FIT_ON_SPARK, folder / "seen.npz", folder / "fitted.npz", str(TASTES)]
    subprocess.run(command, check=True, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"})
    found = np.load(folder / "fitted.npz")
    return FittedAls(seen.shape[1], found["warm"], found["factors"], SMALL.alpha, SMALL.ridge)


def test_spark_on_two_workers_gives_the_lists_of_the_local_model(from_spark, fitted, seen):
    other_seed = Als(n_factors=TASTES, iterations=12, seed=1).fit(seen, seen)
    as_near = overlap(best(fitted, seen), best(other_seed, seen))
    assert overlap(best(fitted, seen), best(from_spark, seen)) >= min(0.9, as_near - 0.02)
    assert np.allclose(from_spark.scores(seen), fitted.scores(seen), atol=0.1)
    assert np.array_equal(from_spark.warm, fitted.warm)
