"""ALS: factors that repeat, profiles folded in, and the same lists from Spark."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

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
parameters = Als(n_factors=int(sys.argv[3]), iterations=int(sys.argv[4]))
fitted = SparkAls(parameters=parameters, master=sys.argv[5]).fit(seen, seen)
np.savez(sys.argv[2], warm=fitted.warm, factors=fitted.factors)
"""


def fitted_on_spark(master, model, seen, folder):
    """Factors fitted from a process of its own."""
    sparse.save_npz(folder / "seen.npz", seen)
    files = [folder / "seen.npz", folder / "fitted.npz"]
    command = [sys.executable, "-c", _FIT_ON_SPARK, *files, str(model.n_factors), str(model.iterations), master]
    quick = {"SPARK_LOCAL_IP": "127.0.0.1", "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    subprocess.run(command, check=True, env={**os.environ, **quick})
    found = np.load(folder / "fitted.npz")
    return FittedAls(seen.shape[1], found["warm"], found["factors"], model.alpha, model.ridge)


@pytest.mark.training
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java: apt-get install default-jre-headless")
@pytest.mark.nightly
@pytest.mark.parametrize(
    ("master", "iterations"),
    [("local[2]", 6), ("local-cluster[2,1,1024]", 12)],  # the second: processes of their own
)
def test_spark_on_two_workers_gives_the_lists_of_the_local_model(master, iterations, seen, tmp_path):
    model = replace(SMALL, iterations=iterations)
    from_spark, fitted = fitted_on_spark(master, model, seen, tmp_path), model.fit(seen, seen)
    other_seed = replace(model, seed=1).fit(seen, seen)
    as_near = overlap(best(fitted, seen), best(other_seed, seen))
    assert overlap(best(fitted, seen), best(from_spark, seen)) >= min(0.9, as_near - 0.02)
    assert np.allclose(from_spark.scores(seen), fitted.scores(seen), atol=0.1)
    assert np.array_equal(from_spark.warm, fitted.warm)
