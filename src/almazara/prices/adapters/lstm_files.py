"""Writes a trained LSTM into a folder and opens it again, wherever it was trained.

The folder holds `model.keras` and `manifest.json`: what must be known to use the network, and its SHA-256.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from almazara.artifacts import MANIFEST, file_hash
from almazara.errors import ConflictError, InputError
from almazara.prices.forecasters.lstm import LstmFacts, TrainedLstm, load_network, save_network
from almazara.prices.forecasters.windows import KNOTS, QUANTILES

NETWORK: Final = "model.keras"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class _Manifest:
    format: int
    facts: LstmFacts
    files: dict[str, str]


def write(folder: Path, trained: TrainedLstm) -> None:
    """Write a network and its facts, all or nothing.

    Raises:
        ConflictError: when the folder holds something already.
        InputError: when it cannot be written.
    """
    require_free(folder)
    building = folder.with_name(f".building-{folder.name}")
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        save_network(trained.network, building / NETWORK)
        manifest = _Manifest(_FORMAT, trained.facts, {NETWORK: file_hash(building / NETWORK)})
        (building / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        building.replace(folder)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be written: {error.strerror or error}.") from error


def require_free(folder: Path) -> None:
    """Refuse a folder that is not free to be written.

    Raises:
        ConflictError: when it holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(f"{folder} holds something already: name a new folder for the LSTM.")


def open_lstm(folder: Path) -> TrainedLstm:
    """Open a folder that `write` filled.

    Raises:
        InputError: when it is none, or its network is not the one that the manifest names.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
        actual = file_hash(folder / NETWORK)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"{folder} holds no trained LSTM that can be read: {error}.") from error
    facts = manifest.facts
    if (
        manifest.format != _FORMAT
        or facts.quantiles != list(QUANTILES)
        or facts.knots != list(KNOTS[: len(facts.knots)])
    ):
        raise InputError(f"The LSTM in {folder} was trained by another version of Almazara: train it anew.")
    if manifest.files.get(NETWORK) != actual:
        raise InputError(f"{folder / NETWORK} is not the file that its manifest names: copy the whole folder again.")
    network = load_network(folder / NETWORK)
    if network.input_shape[1] != facts.window_days:
        raise InputError(f"The network in {folder} does not read the {facts.window_days} days that its manifest names.")
    return TrainedLstm(network, facts)
