"""A panel of many series is forecast in parts, and each part is the same wherever it is forecast."""

import os
import shutil
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from almazara.errors import InputError
from almazara.prices.forecasting.batch import QUANTILES, forecast_batch, forecast_file, read_prices, read_table
from almazara.prices.forecasting.models import across
from almazara.prices.forecasting.models.ensemble import Ensemble
from almazara.prices.forecasting.models.steps import Steps
from almazara.prices.forecasting.spreading import spread

pytestmark = pytest.mark.training

FIRST, DAYS = date(2026, 1, 1), 40
CUTOFF = FIRST + timedelta(days=DAYS - 1)
MOST = 2
"""Series of a part in these tests."""

needs_java = pytest.mark.skipif(
    shutil.which("java") is None, reason="Spark needs Java: apt-get install default-jre-headless"
)
_IN_A_PROCESS = f"""
import sys
from datetime import date
from pathlib import Path
from almazara.prices.forecasting.batch import forecast_file
from almazara.prices.forecasting.models import across

if __name__ == "__main__":
    across.PART = {MOST}
    source, target, cutoff, on = sys.argv[1:]
    forecast_file(
        Path(source), Path(target), cutoff=date.fromisoformat(cutoff), horizon_days=5,
        progress=lambda *told: print(*told), on=on,
    )
"""


@pytest.fixture
def prices(tmp_path):
    """Five series that move, as a file."""
    rng = np.random.default_rng(0)
    moves = (rng.random((5, DAYS)) < 0.2) * rng.normal(0, 0.1, (5, DAYS))
    values = np.round(10 * np.exp(moves.cumsum(axis=1)), 2)
    days = [FIRST + timedelta(days=day) for day in range(DAYS)]
    table = pl.concat(pl.DataFrame({"series_id": f"s{i}", "date": days, "price": row}) for i, row in enumerate(values))
    table.write_csv(tmp_path / "prices.csv")
    return tmp_path / "prices.csv"


@pytest.mark.parametrize(
    "on",
    [
        "processes:2",
        pytest.param("spark:local[2]", marks=needs_java),  # five seconds, most of them the start of Java
        pytest.param("spark:local-cluster[2,1,1024]", marks=[needs_java, pytest.mark.nightly]),
    ],
)
def test_a_file_is_forecast_elsewhere_to_the_same_bytes(on, prices, tmp_path, monkeypatch):
    monkeypatch.setattr(across, "PART", MOST)
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    forecast_file(prices, here, cutoff=CUTOFF, horizon_days=5, progress=lambda *_told: None)
    (script := tmp_path / "script.py").write_text(_IN_A_PROCESS)
    command = [sys.executable, script, prices, there, str(CUTOFF), on]
    quick = {"SPARK_LOCAL_IP": "127.0.0.1", "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    told = subprocess.run(command, check=True, env={**os.environ, **quick}, stdout=subprocess.PIPE, text=True).stdout
    assert "forecasting 3 3" in told
    assert there.read_bytes() == here.read_bytes()


def test_each_part_is_an_even_sample_that_is_forecast_as_a_panel_of_its_own(prices, monkeypatch):
    panel = read_prices(read_table(prices), CUTOFF).panel
    model = Ensemble([Steps().learn])
    alone = {
        name: forecast_batch(panel.of(rows), model, 5).collect() for name, rows in {"s0": [0, 3], "s4": [1, 4]}.items()
    }
    whole = forecast_batch(panel, model, 5).collect()
    monkeypatch.setattr(across, "PART", MOST)
    found = forecast_batch(panel, model, 5).collect()
    assert found.height == 5 * 5 * len(QUANTILES)
    assert not found.equals(whole)
    for name, expected in alone.items():
        is_one = pl.col("series_id") == name
        assert found.filter(is_one).equals(expected.filter(is_one))


@pytest.mark.parametrize("where", ["", "there", "processes", "processes:0", "processes:two", "spark:"])
def test_a_place_that_there_is_not_is_refused_before_anything_is_read(where, tmp_path):
    with pytest.raises(InputError, match="no place"), spread(where):
        pass
    missing = tmp_path / "missing.csv"
    with pytest.raises(InputError, match="no place"):
        forecast_file(missing, tmp_path / "out.csv", cutoff=CUTOFF, horizon_days=5, progress=lambda *_: None, on=where)
