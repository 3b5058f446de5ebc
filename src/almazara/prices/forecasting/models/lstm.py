"""A global LSTM with quantile output, by Keras on TensorFlow (extra `lstm`); imported here and nowhere else.

One network learns from the windows of all series (Hochreiter and Schmidhuber 1997; quantile loss as in Wen et al.
2017). It is trained while fitting, or elsewhere, beforehand (`almazara prices train-lstm`, notebooks/train_lstm.ipynb).
"""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almazara.errors import InputError, MissingExtraError
from almazara.prices.forecasting.models.forecaster import FitFailed, Forecaster, in_order, long_enough
from almazara.prices.forecasting.models.windows import (
    FEATURES,
    KNOTS,
    QUANTILES,
    Windows,
    common_scale,
    newest_window,
    training_windows,
    untamed,
)
from almazara.prices.forecasting.panel import Floats, History, Panel

# Before the import: TensorFlow's C++ writes to stderr, and oneDNN sums in an order that depends on the threads.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

_quiet = partial(warnings.catch_warnings, action="ignore")
"""Keras and NumPy warn each other of what is to come in their next versions."""

try:
    with _quiet():
        import keras
        import tensorflow as tf
except ImportError as error:
    raise MissingExtraError("lstm", "The LSTM") from error

LSTM = "lstm"
_FEWEST_WINDOWS = 100
_FEWEST_TARGETS = 30
_VALIDATED = 0.2
_BATCH = 128
_LEARNING_RATE = 3e-3
_PATIENCE = 4
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.experimental.enable_op_determinism()

Epoch = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class LstmPlan:
    """How a network is trained.

    Attributes:
        window_days: Days that it reads.
        epochs: How often it sees the windows at most; it stops early when the newest fifth, held out, no longer gains.
        windows: How many windows at most.
        seed: Of the first weights and the order of the windows.
    """

    window_days: int = 60
    units: int = 32
    epochs: int = 20
    windows: int = 8_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class LstmFacts:
    """What must be known of a network to use it.

    Attributes:
        knots: Days ahead that it was trained for: the first of windows.KNOTS.
        quantiles: Levels of its output.
        common_scale: Root mean square of the daily log price changes that it was trained on.
        trained_until: The last day whose price it has seen.
        windows: How many windows it was trained on.
        validation_loss: Mean quantile loss on the held-out newest windows.
    """

    window_days: int
    knots: list[int]
    quantiles: list[float]
    common_scale: float
    trained_until: date
    windows: int
    validation_loss: float


@dataclass(frozen=True, slots=True)
class TrainedLstm:
    """A network and its facts."""

    network: Any
    facts: LstmFacts

    def values(self, inputs: NDArray[np.float32]) -> Floats:
        """Rising tamed changes of windows, shape (windows, len(knots), len(quantiles))."""
        found = np.asarray(self.network(inputs, training=False), dtype=np.float64)
        return np.sort(found[:, : len(self.facts.knots)], axis=2)


def train(panel: Panel, plan: LstmPlan, on_epoch: Epoch | None = None) -> TrainedLstm:
    """Train a network on a panel; one that holds too little to learn from is refused."""
    rows, _ = long_enough(panel)
    return _trained(panel.of(rows).histories(), plan, on_epoch)


def save_network(network: Any, path: Path) -> None:  # noqa: ANN401 - Keras's class is not typed for us
    """Write a network as a `.keras` file, which Keras does to a path only."""
    with _quiet():
        network.save(path)


def load_network(path: Path) -> Any:  # noqa: ANN401
    """Read a network that `save_network` wrote; what it did not make is refused, and code inside the file never run."""
    try:
        with _quiet():
            network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path} is no network that can be loaded: {error}") from error
    if network.output_shape[1:] != (len(KNOTS), len(QUANTILES)) or network.input_shape[2] != FEATURES:
        raise InputError(f"{path} is a network of another shape: train it anew.")
    return network


class LstmForecaster(Forecaster):
    """The LSTM as a forecaster.

    Args:
        pretrained: A network trained elsewhere; None trains one at each fit. It serves no listing whose cutoff lies
            before the last day that it was trained on: it would know the future.
        plan: How one is trained.
    """

    name = LSTM
    pools = True

    def __init__(self, pretrained: TrainedLstm | None = None, plan: LstmPlan | None = None) -> None:
        self._pretrained = pretrained
        self._plan = plan or LstmPlan()

    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Iterable[Floats | FitFailed]:
        """Train a network on the panel, unless there is one already; where nothing ever moved, none is needed."""
        listings = panel.histories()
        if self._pretrained is None and common_scale(listings) == 0:
            return [in_order(np.full((horizon, len(quantiles)), history.last)) for history in listings]
        try:
            trained = self._pretrained or _trained(listings, self._plan)
        except InputError as error:
            return [FitFailed(history.listing_id, str(error)) for history in listings]
        return _foretold(trained, listings, horizon, quantiles)


def _foretold(
    trained: TrainedLstm, listings: Sequence[History], horizon: int, quantiles: Sequence[float]
) -> Iterator[Floats | FitFailed]:
    facts = trained.facts
    able = [history for history in listings if history.cutoff >= facts.trained_until]
    made = [newest_window(h, window_days=facts.window_days, scale=facts.common_scale) for h in able]
    values = trained.values(np.stack([inputs for inputs, _ in made])) if made else ()
    found = {h.listing_id: (of_knots, scale) for h, of_knots, (_, scale) in zip(able, values, made, strict=True)}
    early = f"The LSTM was trained on prices up to {facts.trained_until}, which lie after this forecast's beginning."
    for history in listings:
        if history.listing_id not in found:
            yield FitFailed(history.listing_id, early)
            continue
        of_knots, scale = found[history.listing_id]
        days = np.arange(1, horizon + 1) + history.stale_days
        changes = untamed(_interpolated(of_knots, facts, days, quantiles), days[:, None], scale)
        yield in_order(history.last * np.exp(changes))


def _trained(listings: Sequence[History], plan: LstmPlan, on_epoch: Epoch | None = None) -> TrainedLstm:
    scale = common_scale(listings)
    if scale == 0:
        raise InputError("No price of the panel ever moved: there is nothing for an LSTM to learn.")
    windows = training_windows(listings, window_days=plan.window_days, scale=scale, most=plan.windows)
    if len(windows.ends) < _FEWEST_WINDOWS:
        raise InputError(f"The panel has {len(windows.ends)} days to learn from; an LSTM needs {_FEWEST_WINDOWS}.")
    learned, held_out = windows.split(int(np.quantile(windows.ends, 1 - _VALIDATED)))
    order = np.random.default_rng(plan.seed).permutation(len(learned.ends))
    network = _network(plan)
    with _quiet():
        loss = _fit(
            network, Windows(learned.inputs[order], learned.targets[order], learned.ends), held_out, plan, on_epoch
        )
    if not np.isfinite(loss):
        raise InputError("The training of the LSTM found no weights: its loss is no number.")
    known = np.isfinite(learned.targets).sum(axis=0) >= _FEWEST_TARGETS
    facts = LstmFacts(
        window_days=plan.window_days,
        knots=list(KNOTS[: max(1, int(known.sum()))]),
        quantiles=list(QUANTILES),
        common_scale=scale,
        trained_until=max(history.cutoff for history in listings),
        windows=len(learned.ends),
        validation_loss=loss,
    )
    return TrainedLstm(network, facts)


def _network(plan: LstmPlan) -> Any:  # noqa: ANN401
    """Seeds stand in the layers, so that no global generator is touched."""
    glorot = [keras.initializers.GlorotUniform(seed=plan.seed + i) for i in range(3)]
    inputs = keras.Input((plan.window_days, FEATURES))
    state = keras.layers.LSTM(
        plan.units,
        kernel_initializer=glorot[0],
        recurrent_initializer=keras.initializers.Orthogonal(seed=plan.seed),
        name="state",
    )(inputs)
    hidden = keras.layers.Dense(plan.units, activation="relu", kernel_initializer=glorot[1], name="hidden")(state)
    width = len(KNOTS) * len(QUANTILES)
    flat = keras.layers.Dense(width, kernel_initializer=glorot[2], name="quantiles")(hidden)
    return keras.Model(inputs, keras.layers.Reshape((len(KNOTS), len(QUANTILES)), name="by_knot")(flat))


def _fit(network: Any, learned: Windows, held_out: Windows, plan: LstmPlan, on_epoch: Epoch | None) -> float:  # noqa: ANN401
    """Fit the weights; returns the best loss on what was held out."""
    network.compile(optimizer=keras.optimizers.Adam(_LEARNING_RATE), loss=_quantile_loss)
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=_PATIENCE, restore_best_weights=True)
    progress = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: on_epoch(epoch + 1, float(logs["val_loss"])) if on_epoch else None
    )
    seen = network.fit(
        learned.inputs,
        learned.targets,
        validation_data=(held_out.inputs, held_out.targets),
        batch_size=_BATCH,
        epochs=plan.epochs,
        shuffle=False,  # they come shuffled: Keras would draw from the global generator
        callbacks=[stopping, progress],
        verbose=0,
    )
    return float(min(seen.history["val_loss"]))


def _quantile_loss(actual: Any, found: Any) -> Any:  # noqa: ANN401
    """The mean pinball loss over the targets that are known."""
    known = tf.math.is_finite(actual)
    error = tf.where(known, actual, 0.0)[:, :, None] - found
    levels = tf.constant(QUANTILES, dtype=found.dtype)
    loss = tf.reduce_mean(tf.maximum(levels * error, (levels - 1) * error), axis=2)
    weights = tf.cast(known, found.dtype)
    return tf.math.divide_no_nan(tf.reduce_sum(loss * weights), tf.reduce_sum(weights))


def _interpolated(values: Floats, facts: LstmFacts, days: NDArray[np.int64], quantiles: Sequence[float]) -> Floats:
    """Tamed changes on all days, shape (days, len(quantiles)); beyond the last knot they stay what they are there."""
    by_day = np.stack([np.interp(days, facts.knots, column) for column in values.T], axis=1)
    return np.stack([np.interp(quantiles, facts.quantiles, row) for row in by_day])
