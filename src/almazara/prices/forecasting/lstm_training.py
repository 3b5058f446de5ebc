"""Trains the LSTM on a file of prices, here or on a machine lent for it, and keeps what was trained."""

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from almazara.artifacts import MANIFEST, file_hash
from almazara.errors import ConflictError, InputError
from almazara.prices.exchange.readers import format_of, reader_of
from almazara.prices.exchange.rows import Defaults, Entry, Refusal
from almazara.prices.forecasting.backtest import BacktestPlan
from almazara.prices.forecasting.models.lstm import (
    LstmFacts,
    LstmForecaster,
    LstmPlan,
    TrainedLstm,
    load_network,
    save_network,
    train,
)
from almazara.prices.forecasting.models.windows import KNOTS, QUANTILES
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.series import daily
from almazara.prices.schema import IMPORTED
from almazara.runs import Progress

TRAINING: Final = "training the LSTM"
NETWORK: Final = "model.keras"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class _Manifest:
    format: int
    facts: LstmFacts
    files: dict[str, str]


def write(folder: Path, trained: TrainedLstm) -> None:
    """Write a network and its facts into a free folder, all or nothing."""
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
    """Refuse a folder that holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(f"{folder} holds something already: name a new folder for the LSTM.")


def open_lstm(folder: Path) -> TrainedLstm:
    """Open a folder that `write` filled; any other, or one with a network of another version or origin, is refused."""
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


def read_panel(path: Path, *, currency: str | None = None) -> tuple[Panel, int]:
    """The daily prices of a file (`series_id,date,price,currency`), filled forward between its rows.

    Returns:
        The panel, and how many rows could not be read.

    Raises:
        InputError: when it cannot be read, or holds no price.
    """
    rows = list(chain.from_iterable(reader_of(format_of(path))(path, Defaults(currency=currency))))
    read = [replace(row.observation, source=IMPORTED) for row in rows if isinstance(row, Entry)]
    if not read:
        raise InputError(f"{path.name} holds no price that can be read.")
    return daily(read).panel, sum(isinstance(row, Refusal) for row in rows)


def held_out_from(panel: Panel) -> date:
    """The last day that training may see so that a whole backtest can follow it."""
    if not panel.names:
        raise InputError("The panel has no days.")
    plan = BacktestPlan()
    return panel.last_day - timedelta(days=plan.horizon_days + (plan.folds - 1) * plan.spacing_days)


def train_lstm(
    panel: Panel, folder: Path, progress: Progress, *, until: date | None = None, plan: LstmPlan | None = None
) -> LstmFacts:
    """Train on a panel up to a day, and write the folder that the setting `lstm_model` names.

    Args:
        panel: What to learn from.
        folder: A new folder.
        progress: Told of each epoch.
        until: The last day that is seen; by default `held_out_from`, because a network that knows the days of a
            backtest cannot be tried on them and so would not be chosen for months.
        plan: How it is trained; by default larger than what a retraining may take.

    Raises:
        InputError: when the panel holds too little.
        ConflictError: when the folder holds something already.
    """
    require_free(folder)
    plan = plan or LstmPlan(epochs=40, windows=40_000)
    progress(TRAINING, 0, plan.epochs)
    seen = panel.until(until or held_out_from(panel))
    trained = train(seen, plan, lambda epoch, _: progress(TRAINING, epoch, plan.epochs))
    write(folder, trained)
    return trained.facts


def pretrained_lstm(folder: Path) -> LstmForecaster:
    """The forecaster over a folder that `train_lstm` wrote.

    Raises:
        InputError: when it cannot be used.
    """
    return LstmForecaster(open_lstm(folder))
