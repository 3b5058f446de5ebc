"""Mixtures of outcomes: their score, their learning, their quantiles; and what `steps` learns of made panels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting.models.mixture import Training, crps_matrices, mixture_quantiles, trained, untrained
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.step_outcomes import ATOMS, OUTCOMES, outcomes
from almazara.prices.forecasting.models.steps import (
    INPUTS,
    Steps,
    cautious_quantiles,
    examples,
    prior,
    with_common_shock,
)

LEVELS = [0.1, 0.5, 0.9]


def promotions(series=12, days=240):
    """Prices that fall by a fifth on every 30th day, each in its turn, and return after a week."""
    day = np.arange(days)[None] + 5 * np.arange(series)[:, None]
    return np.where(day % 30 < 7, 8.0, 10.0)


def slow_crps(atoms, weights, actual):
    """E|X - y| - E|X - X'| / 2 of a mixture in prices relative to the last one."""
    values = np.exp(atoms).ravel()
    share = np.repeat(weights / atoms.shape[1], atoms.shape[1])
    first = share @ np.abs(values - np.exp(actual))
    return first - share @ np.abs(values[:, None] - values[None]) @ share / 2


@given(st.integers(0, 10_000))
def test_the_matrix_of_an_example_gives_the_crps_of_any_weights(seed):
    rng = np.random.default_rng(seed)
    atoms, weights = np.sort(rng.normal(0, 0.03, (1, 3, 8)), axis=2), rng.dirichlet(np.ones(3))
    moved = rng.normal(0, 0.03, 1)
    matrix = crps_matrices(atoms, moved)[0]
    assert weights @ matrix @ weights == pytest.approx(
        slow_crps(atoms[0], weights, moved[0]), abs=0.012
    )  # cells there are up to 1 % wide


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5).map(sorted))
def test_quantiles_of_a_mixture_invert_its_distribution(seed, levels):
    rng = np.random.default_rng(seed)
    atoms, weights = rng.normal(0, 1, (2, 3, 4)), rng.dirichlet(np.ones(3), 2)
    found = mixture_quantiles(atoms, weights, levels)
    for row in range(2):
        values, share = atoms[row].ravel(), np.repeat(weights[row] / 4, 4)
        for level, quantile in zip(levels, found[row], strict=True):
            assert share[values <= quantile].sum() >= level - 1e-9
            assert share[values < quantile].sum() <= level + 1e-9


def test_training_finds_the_outcome_that_the_input_names():
    rng = np.random.default_rng(0)
    inputs = rng.choice([-1.0, 1.0], (400, 1))
    atoms = np.broadcast_to(np.array([[0.0], [0.2], [-0.2]]), (400, 3, 1))
    losses = crps_matrices(atoms, np.where(inputs[:, 0] > 0, 0.2, -0.2))
    mixer = trained(
        untrained(inputs, 3, hidden=4, seed=0), inputs, losses, np.full(400, 10.0), Training(60, pull=0.0, rate=0.03)
    )
    weights = mixer.weights(np.array([[1.0], [-1.0]]))
    assert weights[0].argmax() == 1
    assert weights[1].argmax() == 2
    assert weights.max(axis=1) == pytest.approx(1, abs=0.1)


def test_outcomes_rise_and_know_nothing_of_later_days():
    prices = promotions()
    rows = np.arange(3)
    found = outcomes(StepHistory.of(prices), 150, 7, rows)
    assert found.shape == (3, len(OUTCOMES), ATOMS)
    assert (np.diff(found, axis=2) >= 0).all()
    assert np.array_equal(found, outcomes(StepHistory.of(prices[:, :151]), 150, 7, rows))


def test_examples_end_where_their_outcome_is_known():
    prices = promotions()
    changed = prices.copy()
    changed[:, 201:] *= 2
    first, second = (examples(StepHistory.of(one), 200, count=500) for one in (prices, changed))
    assert np.array_equal(first.inputs, second.inputs)
    assert np.array_equal(first.losses, second.losses)


def test_a_history_too_short_for_any_outcome_gives_no_examples():
    assert examples(StepHistory.of(promotions(days=10)), 9) is None


def test_a_promotion_may_end_at_the_regular_price_and_the_regular_price_may_fall():
    prices = promotions()
    history, day = StepHistory.of(prices), prices.shape[1] - 1
    found = Steps().learn(history, day)(day, [7], np.arange(len(prices)), LEVELS)[:, 0]
    promoted = prices[:, day] == 8.0
    assert found[promoted, 2] == pytest.approx(np.log(10 / 8))
    assert (found[promoted, 1] >= 0).all()
    assert (found[~promoted, 1:] == 0).all()
    assert (found[~promoted, 0] <= 0).all()


def test_a_short_history_allows_for_a_shock_and_a_long_one_hardly():
    weights = np.zeros((1, len(OUTCOMES)))
    weights[0, 0] = 1.0
    young, old = (with_common_shock(weights, 30 * spans, 30)[0] for spans in (1, 300))
    assert young.sum() == old.sum() == pytest.approx(1)
    assert (young[0], old[0]) == (pytest.approx(1 - 0.7 / 3), pytest.approx(1, abs=0.003))


def test_a_shock_has_reached_fewer_prices_after_a_week_than_after_a_month():
    weights = np.eye(1, len(OUTCOMES))
    assert with_common_shock(weights, 7, 7)[0, 0] == pytest.approx(1 - 0.7 / 3 * np.sqrt(7 / 30))
    assert with_common_shock(weights, 60, 60)[0, 0] == pytest.approx(1 - 0.7 / 3)


@pytest.mark.parametrize(("falls", "median"), [(0.85, 0.0), (0.95, -0.2)])
def test_the_median_leaves_the_last_value_only_with_confidence(falls, median):
    atoms = np.array([[[0.0], [-0.2]]])
    assert cautious_quantiles(atoms, np.array([[1 - falls, falls]]), LEVELS)[0, 1] == median


def test_the_prior_reads_the_inputs_that_there_are():
    weights = prior().weights(np.zeros((2, len(INPUTS))))
    assert weights.shape == (2, len(OUTCOMES))
    assert weights.sum(axis=1) == pytest.approx(1)
