"""Trains the LSTM on a file of prices, here or on a machine lent for it, and opens what was trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from almazara.errors import InputError
from almazara.prices.schema import DATE
from almazara.wiring.movies import Progress

if TYPE_CHECKING:
    from almazara.prices.forecasters.lstm import LstmFacts, LstmForecaster, LstmPlan
    from almazara.prices.series import DailySeries

TRAINING: Final = "training the LSTM"


@dataclass(frozen=True, slots=True)
class Panel:
    """The daily series of a file, and how many of its rows could not be read."""

    series: DailySeries
    refused_rows: int


def read_panel(path: Path, *, currency: str | None = None) -> Panel:
    """The daily series of a file of prices (`series_id,date,price,currency`), filled forward between its rows.

    Raises:
        InputError: when it cannot be read, or holds no price.
    """
    from almazara.prices.adapters.exchange_readers import READERS, format_of
    from almazara.prices.exchange import IMPORTED, Defaults, Entry
    from almazara.prices.series import daily

    rows = list(READERS[format_of(path)](path, Defaults(currency=currency)))
    read = [replace(row.observation, source=IMPORTED) for row in rows if isinstance(row, Entry)]
    if not read:
        raise InputError(f"{path.name} holds no price that can be read.")
    return Panel(daily(read), len(rows) - len(read))


def held_out_from(series: DailySeries) -> date:
    """The last day that training may see so that a whole backtest can follow it."""
    from almazara.prices.backtest import BacktestPlan

    plan, newest = BacktestPlan(), series.frame[DATE].max()
    if not isinstance(newest, date):
        raise InputError("The panel has no days.")
    return newest - timedelta(days=plan.horizon_days + (plan.folds - 1) * plan.spacing_days)


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
    import polars as pl

    from almazara.prices.adapters import lstm_files
    from almazara.prices.forecasters.lstm import LstmPlan, train

    lstm_files.require_free(folder)
    plan = plan or LstmPlan(epochs=40, windows=40_000)
    seen = panel.series.frame.filter(pl.col(DATE) <= (until or held_out_from(panel.series)))
    progress(TRAINING, 0, plan.epochs)
    trained = train(seen, plan, lambda epoch, _: progress(TRAINING, epoch, plan.epochs))
    lstm_files.write(folder, trained)
    return trained.facts


def pretrained_lstm(folder: Path) -> LstmForecaster:
    """The forecaster over a folder that `train_lstm` wrote.

    Raises:
        InputError: when it cannot be used.
    """
    from almazara.prices.adapters import lstm_files
    from almazara.prices.forecasters.lstm import LstmForecaster

    return LstmForecaster(lstm_files.open_lstm(folder))
