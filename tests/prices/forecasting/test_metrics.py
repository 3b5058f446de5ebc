"""Metrics against slow loops that follow the textbook."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.forecasting import metrics

values = st.floats(0.01, 1e4)
pairs = st.lists(st.tuples(values, values), min_size=1, max_size=30)


def slow_pinball(actual, predicted, q):
    total = 0.0
    for y, p in zip(actual, predicted, strict=True):
        total += q * (y - p) if y >= p else (1 - q) * (p - y)
    return total / len(actual)


@given(pairs)
def test_crps_of_the_median_alone_is_the_distance(rows):
    actual, predicted = zip(*rows, strict=True)
    assert metrics.crps(actual, [[p] for p in predicted], [0.5]) == pytest.approx([abs(y - p) for y, p in rows])


@given(pairs, st.floats(0.01, 0.99))
def test_a_quantile_loss_is_twice_the_pinball_loss_of_the_slow_loop(rows, q):
    actual, predicted = zip(*rows, strict=True)
    found = metrics.quantile_losses(actual, predicted, q).mean()
    assert found == pytest.approx(2 * slow_pinball(actual, predicted, q))


@given(st.lists(st.tuples(values, st.lists(values, min_size=3, max_size=3).map(sorted)), min_size=1, max_size=20))
def test_crps_is_twice_the_mean_pinball_loss(rows):
    quantiles = [0.25, 0.5, 0.75]
    actual = [y for y, _ in rows]
    losses = [slow_pinball(actual, [p[i] for _, p in rows], q) for i, q in enumerate(quantiles)]
    found = metrics.crps(actual, [p for _, p in rows], quantiles).mean()
    assert found == pytest.approx(2 * sum(losses) / 3)


def test_crps_of_many_quantiles_nears_that_of_the_uniform_distribution():
    quantiles = [(i + 0.5) / 1000 for i in range(1000)]
    # CRPS of U(0, 1) at y is y^3 / 3 + (1 - y)^3 / 3.
    assert metrics.crps(0.3, quantiles, quantiles) == pytest.approx(0.3**3 / 3 + 0.7**3 / 3, abs=1e-4)


@pytest.mark.parametrize(("actual", "predicted"), [([1.0], [1.0, 2.0]), ([], [])])
def test_arrays_that_do_not_fit_are_refused(actual, predicted):
    with pytest.raises(InputError):
        metrics.crps(actual, np.asarray(predicted), [0.5])
