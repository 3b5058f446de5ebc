"""Candidate outcomes: the quantiles of a sample."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.forecasting.models.step_outcomes import ATOMS, atoms


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=200))
def test_atoms_are_the_quantiles_that_numpy_finds_to_the_last_bit(values):
    sample = np.array(values)
    assert np.array_equal(atoms(sample), np.quantile(sample, (np.arange(ATOMS) + 0.5) / ATOMS))
