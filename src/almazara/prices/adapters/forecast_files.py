"""Writes forecasts into an artifact's folder and opens them again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from almazara.prices.adapters import advice_files
from almazara.prices.forecasting import BuiltForecasts, ForecastIndex, Forecasts

_INDEX = "index.json"
_VALUES = "values.npy"


def write(folder: Path, built: BuiltForecasts) -> None:
    """Write the index as JSON and the values as one array."""
    (folder / _INDEX).write_bytes(msgspec.json.encode(built.index))
    np.save(folder / _VALUES, built.values, allow_pickle=False)


def open_forecasts(folder: Path) -> Forecasts:
    """Open an artifact; the values are memory-mapped."""
    index = msgspec.json.decode((folder / _INDEX).read_bytes(), type=ForecastIndex)
    return Forecasts(index, np.load(folder / _VALUES, mmap_mode="r", allow_pickle=False), advice_files.read(folder))
