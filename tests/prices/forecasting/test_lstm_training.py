"""The LSTM learns across series, comes back from its folder as it went in, and never knows the future."""

import json
import warnings
import zipfile
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from almazara.cli import app
from almazara.errors import ConflictError, InputError
from almazara.prices.forecasting import backtest, lstm_training
from almazara.prices.forecasting.models.forecaster import FitFailed
from almazara.prices.forecasting.models.lstm import LstmForecaster, LstmPlan, keras, train
from almazara.prices.forecasting.models.naive import LastValue
from almazara.prices.forecasting.panel import Panel
from almazara.prices.publishing import _forecasters
from almazara.settings import Settings
from notebooks import run_through

pytestmark = pytest.mark.training

START = date(2025, 1, 1)
TINY = LstmPlan(window_days=14, units=4, epochs=2)


def promoted(listing_id, days, phase, price):
    """A made price that is a fifth lower on four days of every fortnight."""
    prices = [price * (0.8 if (day + phase) % 14 < 4 else 1.0) for day in range(days)]
    return listing_id, prices


def panel_of(*listings):
    names, prices = zip(*listings, strict=True)
    return Panel.whole(names, START, np.array(prices))


@pytest.fixture(scope="module")
def series():
    return panel_of(*(promoted(f"made:{i}", 150, 3 * i, 5.0 + i) for i in range(6)))


@pytest.fixture(scope="module")
def past(series):
    return series.until(START + timedelta(days=99))


@pytest.fixture(scope="module")
def trained(past):
    return train(past, LstmPlan(window_days=21, units=16, epochs=30))


@pytest.fixture
def folder(trained, tmp_path):
    lstm_training.write(tmp_path / "lstm", trained)
    return tmp_path / "lstm"


@pytest.fixture
def csv_file(series, tmp_path):
    path = tmp_path / "prices.csv"
    lines = [
        f"{name},{START + timedelta(days=day)},{price:.2f},EUR"
        for name, prices in zip(series.names, series.prices, strict=True)
        for day, price in enumerate(prices)
    ]
    path.write_text("\n".join(["series_id,date,price,currency", *lines, ""]))
    return path


def test_a_rhythm_of_promotions_is_learned_and_foretold(series, trained):
    plan = backtest.BacktestPlan(horizon_days=7, folds=3, spacing_days=7)
    summary = backtest.summarize(backtest.run(series, [LastValue(), LstmForecaster(trained)], plan))
    assert summary.filter(pl.col("model") == "lstm")[backtest.CRPS_RATIO].max() < 0.8


@pytest.mark.nightly
def test_two_trainings_give_the_same_forecast_and_leave_the_global_generator_alone(past):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (LstmForecaster(plan=TINY).forecast(past, 20, [80]).values for _ in range(2))
    assert np.array_equal(first, second)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_a_network_that_knows_later_days_serves_no_forecast_from_earlier_ones(series, trained):
    found = LstmForecaster(trained).forecast(series.until(START + timedelta(days=89)), 3, [80])
    assert np.isnan(found.values).all()
    assert len(found.refused) == 6
    assert isinstance(found.refused[0], FitFailed)
    assert "2025-04-10" in found.refused[0].reason


def test_too_few_days_to_learn_from_are_refused_in_a_sentence():
    found = LstmForecaster().forecast(panel_of(promoted("a:1", 60, 0, 5.0)), 3, [80])
    assert np.isnan(found.values).all()
    assert "needs 100" in found.refused[0].reason


def test_horizons_that_the_panel_is_too_short_for_are_drawn_out_from_those_it_has(series, trained):
    assert trained.facts.knots[-1] == 60
    assert np.isfinite(LstmForecaster(trained).forecast(series, 90, [80]).values).all()


def test_a_network_gives_the_same_forecasts_after_it_was_kept(series, trained, folder):
    kept = lstm_training.open_lstm(folder)
    assert kept.facts == trained.facts
    now, then = (LstmForecaster(one).forecast(series, 30, [80]).values for one in (trained, kept))
    assert np.array_equal(now, then)
    assert {path.name for path in folder.iterdir()} == {"model.keras", "manifest.json"}


def test_a_network_that_is_not_the_manifests_is_refused(folder):
    network = folder / "model.keras"
    network.write_bytes(network.read_bytes() + b"\0")
    with pytest.raises(InputError, match="manifest"):
        lstm_training.open_lstm(folder)


@pytest.mark.parametrize("manifest", [None, b"", b"{}", b'{"format": 1}'])
def test_a_folder_without_a_readable_manifest_is_refused(folder, manifest):
    path = folder / "manifest.json"
    path.unlink()
    if manifest is not None:
        path.write_bytes(manifest)
    with pytest.raises(InputError, match="no trained LSTM"):
        lstm_training.open_lstm(folder)


def test_a_manifest_of_other_quantiles_is_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["facts"]["quantiles"] = [0.1, 0.5, 0.9]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="another version"):
        lstm_training.open_lstm(folder)


def test_code_inside_a_network_is_never_run(folder):
    inputs = keras.Input((21, 6))
    hostile = keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hostile.save(folder / "model.keras")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["model.keras"] = lstm_training.file_hash(folder / "model.keras")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="can be loaded"):
        lstm_training.open_lstm(folder)


def test_a_network_that_cannot_be_opened_leaves_the_other_models_alone(tmp_path):
    made, left_out = _forecasters(Settings(lstm_model=tmp_path), ["last_value", "lstm"])
    assert set(made) == {"last_value"}
    assert "no trained LSTM" in left_out["lstm"]


def test_a_folder_that_holds_something_is_not_overwritten(trained, folder):
    with pytest.raises(ConflictError):
        lstm_training.write(folder, trained)


def test_the_command_trains_and_what_it_wrote_serves(csv_file, tmp_path, monkeypatch):
    monkeypatch.setattr("almazara.prices.forecasting.lstm_training.LstmPlan", lambda **_: TINY)
    target = tmp_path / "new" / "lstm"
    asked = ["prices", "train-lstm", "--input", str(csv_file), "--output", str(target), "--until", "2025-04-01"]
    said = CliRunner().invoke(app, [*asked, "--json"], catch_exceptions=False)
    assert json.loads(said.stdout)["trained_until"] == "2025-04-01"
    panel, _ = lstm_training.read_panel(csv_file)
    assert lstm_training.pretrained_lstm(target).forecast(panel, 2, [80]).values.shape == (6, 2, 3)


def test_the_notebook_of_the_lstm_trains_compares_and_packs_a_network(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)  # without prices of ours it learns from the demo shop's
    found = run_through("train_lstm", EPOCHS=1, WINDOWS=200, UNITS=4)
    assert len(found["panel"].names) == 10
    assert "crps_ratio" in capsys.readouterr().out
    zipfile.ZipFile("lstm-model.zip").extractall("elsewhere")
    assert lstm_training.open_lstm(tmp_path / "elsewhere").facts == found["facts"]
