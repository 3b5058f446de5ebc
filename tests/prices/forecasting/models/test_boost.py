"""Boosted weights of outcomes: learned from the past alone, and where there is too little of it, the prior's."""

import numpy as np
import pytest

from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.steps import prior, step_quantiles

pytestmark = pytest.mark.training

pytest.importorskip("lightgbm", reason="LightGBM is not here: pip install .[boost]")
boost = pytest.importorskip("almazara.prices.forecasting.models.boost")
LEVELS = [0.1, 0.5, 0.9]
ROWS = np.arange(4)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(boost, "_EXAMPLES", 600)
    monkeypatch.setattr(boost, "_ROUNDS", 5)


def prices(days):
    rng = np.random.default_rng(0)
    return 10 * np.exp(np.cumsum((rng.random((4, days)) < 0.1) * rng.normal(0, 0.1, (4, days)), axis=1))


def test_the_same_past_gives_the_same_forecast_whatever_follows():
    before = prices(160)
    after = before.copy()
    after[:, 141:] *= 4
    found = [boost.Boost().learn(StepHistory.of(one), 140)(140, [7], ROWS, LEVELS) for one in (before, before, after)]
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
    assert (np.diff(found[0], axis=2) >= 0).all()


def test_too_short_a_past_leaves_the_prior():
    history = StepHistory.of(prices(16))
    asked = (15, [7], ROWS, LEVELS)
    assert np.array_equal(boost.Boost().learn(history, 15)(*asked), step_quantiles(history, prior().weights)(*asked))
