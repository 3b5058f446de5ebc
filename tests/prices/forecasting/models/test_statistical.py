"""The classical models: seasons that are taken out come back, and the combination is the mean of its members."""

from datetime import date

import numpy as np
import pytest

from almazara.prices.forecasting.models.statistical import (
    Arima,
    Combination,
    ExponentialSmoothing,
    SimpleExponentialSmoothing,
)
from almazara.prices.forecasting.panel import Panel

pytestmark = pytest.mark.training

START = date(2026, 1, 1)


def series(prices, listing_id="made:1"):
    return Panel.whole([listing_id], START, np.array([prices]))


def medians(forecaster, panel, horizon):
    return forecaster.forecast(panel, horizon, []).values.ravel()


def test_a_season_that_is_named_is_put_back():
    rng = np.random.default_rng(0)
    wave = [10 + 2 * np.sin(2 * np.pi * day / 7) + rng.normal(0, 0.05) for day in range(140)]
    with_season, without = (
        medians(SimpleExponentialSmoothing(seasons), series(wave[:126]), 14) for seasons in ((7,), ())
    )
    assert with_season == pytest.approx(wave[126:], abs=0.5)
    assert np.ptp(without) == pytest.approx(0)


def test_a_season_longer_than_half_the_history_is_left_in():
    panel = series(list(10 + np.random.default_rng(1).random(40)))
    assert np.array_equal(medians(ExponentialSmoothing((30,)), panel, 5), medians(ExponentialSmoothing(), panel, 5))


def test_the_combination_is_the_mean_of_its_members_logarithms(monkeypatch):
    monkeypatch.setattr(Combination, "members", (SimpleExponentialSmoothing, ExponentialSmoothing))
    panel = series(list(10 + np.random.default_rng(2).random(60)))
    one, other, both = (
        medians(model, panel, 3) for model in (SimpleExponentialSmoothing(), ExponentialSmoothing(), Combination())
    )
    assert both == pytest.approx(np.sqrt(one * other))


def test_a_member_that_finds_no_fit_is_left_out_there(monkeypatch):
    monkeypatch.setattr(Combination, "members", (Arima, SimpleExponentialSmoothing))
    monkeypatch.setattr(Arima, "_model", lambda _: (_ for _ in ()).throw(ValueError("made to fail")))
    panel = series(list(10 + np.random.default_rng(3).random(60)))
    assert Combination().forecast(panel, 3, []).refused == ()
    assert np.array_equal(medians(Combination(), panel, 3), medians(SimpleExponentialSmoothing(), panel, 3))
    monkeypatch.setattr(Combination, "members", (Arima,))
    assert "made to fail" in Combination().forecast(panel, 3, []).refused[0].reason
