"""Quantiles, skewness and fences from counts are those of the values themselves."""

import math
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.movies.exploring.spread import MIN_JUDGED, Spread, fences, medcouple

few = st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=40)


def spread_of(values):
    distinct, counts = np.unique(values, return_counts=True)
    return Spread(distinct.astype(float), counts)


def paired(values):
    """The medcouple by its definition: the median over all pairs around the median."""
    middle = median(values)
    ties = values.count(middle)
    lower, upper = sorted(v for v in values if v <= middle), sorted(v for v in values if v >= middle)
    found = []
    for i, high in enumerate(upper):
        for j, low in enumerate(lower):
            if high > low:
                found.append(((high - middle) - (middle - low)) / (high - low))
            else:
                found.append(np.sign(ties - 1 - i - (j - (len(lower) - ties))))
    return median(found)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_those_of_all_values(values, level):
    assert spread_of(values).quantiles([level])[0] == pytest.approx(np.quantile(values, level), rel=1e-9, abs=1e-6)
    assert spread_of(values).size == len(values)


@given(few)
def test_the_medcouple_is_the_median_over_all_pairs(values):
    assert medcouple(np.sort(values)) == pytest.approx(paired(values), abs=1e-12)


@given(few)
def test_the_medcouple_of_the_mirror_is_the_opposite(values):
    assert medcouple(np.sort(-np.array(values))) == pytest.approx(-medcouple(np.sort(values)), abs=1e-12)


def test_of_many_values_the_medcouple_is_nearly_that_of_all():
    values = np.sort(np.random.default_rng(1).lognormal(size=2001))
    assert medcouple(spread_of(values).sample()) == pytest.approx(medcouple(values), abs=0.02)
    assert len(spread_of(values).sample()) == 101


def test_fences_of_a_symmetric_spread_are_those_of_tukey():
    values = np.exp(np.linspace(0, 10, MIN_JUDGED + 1))
    lower, upper = np.quantile(np.log(values), (0.25, 0.75))
    found = fences(spread_of(values))
    assert found.skewness == pytest.approx(0, abs=1e-9)
    assert found.low == pytest.approx(math.exp(lower - 1.5 * (upper - lower)), rel=5e-3)
    assert found.high == pytest.approx(math.exp(upper + 1.5 * (upper - lower)), rel=5e-3)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_long_tail_has_the_longer_reach(sign):
    values = np.exp(sign * np.linspace(0, 3, 41) ** 2)
    lower, upper = np.quantile(np.log(values), (0.25, 0.75))
    found, reach = fences(spread_of(values)), 1.5 * (upper - lower)
    long, short = np.exp(3 * abs(found.skewness)), np.exp(-4 * abs(found.skewness))
    assert np.sign(found.skewness) == sign
    assert math.log(found.high) == pytest.approx(upper + reach * (long if sign > 0 else short), abs=5e-3)
    assert math.log(found.low) == pytest.approx(lower - reach * (short if sign > 0 else long), abs=5e-3)


def test_fences_are_said_as_they_are_applied():
    found = fences(spread_of(np.random.default_rng(2).lognormal(size=500)))
    assert float(f"{found.high:.3g}") == found.high
    assert float(f"{found.low:.3g}") == found.low


@pytest.mark.parametrize("values", [np.arange(1.0, MIN_JUDGED), np.full(99, 7.0), np.append(np.full(99, 7.0), 1e6)])
def test_too_few_values_and_values_that_are_alike_have_no_fences(values):
    assert fences(spread_of(values)) is None
