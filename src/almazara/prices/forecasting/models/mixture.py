"""A mixture of candidate distributions whose weights a small network reads off the state, learned by the CRPS itself.

The CRPS of a mixture is quadratic in its weights (Gneiting and Raftery 2007, equation 21; linear pools: Gneiting and
Ranjan 2013), so that each example becomes one small matrix, and learning needs neither samples nor likelihoods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from almazara.prices.forecasting.panel import Floats

_EDGE: Final = np.concatenate([[0.0], np.geomspace(0.003, 1.5, 22)])
_EDGES: Final = np.concatenate([-_EDGE[:0:-1], _EDGE])
_MIDDLES: Final = (_EDGES[1:] + _EDGES[:-1]) / 2
_WIDTHS: Final = np.diff(np.exp(_EDGES))
_NOISE: Final = 1e-9  # of sums of weights
_FURTHEST: Final = 3.0
"""Inputs further than this many standard deviations count as that far."""


@dataclass(frozen=True, slots=True)
class Mixer:
    """From a state to weights: one hidden layer and a direct linear path into a softmax.

    Attributes:
        center: Subtracted from the inputs, shape (inputs,).
        scale: Multiplied with the centered inputs; 0 leaves an input out.
        parameters: Hidden weights (inputs, hidden) and biases (hidden,), output weights (hidden, outcomes) and biases
            (outcomes,), direct weights (inputs, outcomes).
    """

    center: Floats
    scale: Floats
    parameters: tuple[Floats, ...]

    def weights(self, inputs: Floats) -> Floats:
        """Shape (n, outcomes), positive, each row summing to 1."""
        return _forward(self.parameters, self.scaled(inputs))[1]

    def scaled(self, inputs: Floats) -> Floats:
        """Inputs as the network takes them."""
        return np.asarray(((inputs - self.center) * self.scale).clip(-_FURTHEST, _FURTHEST))


@dataclass(frozen=True, slots=True)
class Training:
    """How a mixer learns: passes over the examples, rate of the first step, and pull towards where it began."""

    passes: int
    pull: float
    rate: float = 2e-3
    batch: int = 512


def untrained(inputs: Floats, outcomes: int, *, hidden: int, seed: int) -> Mixer:
    """A mixer for inputs like these that trusts the first outcome most."""
    rng, width = np.random.default_rng(seed), inputs.shape[1]
    biases = np.zeros(outcomes)
    biases[0] = 2.0
    parameters = (
        rng.normal(0, 1 / np.sqrt(width), (width, hidden)),
        np.zeros(hidden),
        rng.normal(0, 0.1 / np.sqrt(hidden), (hidden, outcomes)),
        biases,
        np.zeros((width, outcomes)),
    )
    return Mixer(inputs.mean(axis=0), 1 / (inputs.std(axis=0) + 1e-6), parameters)


def crps_matrices(atoms: Floats, moved: Floats) -> Floats:
    """The matrix Q of each example such that weights w give the CRPS w' Q w, in shares of the price.

    From equally likely log changes, shape (n, outcomes, atoms), and those that came, shape (n,), to single precision,
    shape (n, outcomes, outcomes). The integral over prices is a sum over 44 cells that are narrow near no change.
    """
    examples, candidates, width = atoms.shape
    cells = len(_MIDDLES)
    # Counted by cell, which is three times as fast as comparing every atom with every cell.
    at = np.searchsorted(_MIDDLES, atoms).reshape(-1, width) + np.arange(examples * candidates)[:, None] * (cells + 1)
    counted = np.bincount(at.ravel(), minlength=examples * candidates * (cells + 1))
    below = counted.reshape(examples, candidates, cells + 1)[..., :cells].cumsum(axis=2, dtype=np.float32) / width
    limit = _EDGES[-1] * 0.99
    below -= (moved.clip(-limit, limit)[:, None] <= _MIDDLES)[:, None, :]
    below *= np.sqrt(_WIDTHS).astype(np.float32)
    return np.asarray(below @ below.transpose(0, 2, 1))


def trained(mixer: Mixer, inputs: Floats, losses: Floats, importance: Floats, plan: Training) -> Mixer:
    """The mixer after gradient descent (Adam, Kingma and Ba 2015) on the mean CRPS; the same data, the same result.

    It begins at `mixer`, to which `plan.pull` draws it back. The losses are matrices of `crps_matrices`; the importance
    of the n examples is about 1 on average.
    """
    scaled, rng, count = mixer.scaled(inputs), np.random.default_rng(0), len(inputs)
    start = np.concatenate([one.ravel() for one in mixer.parameters])
    flat = start.copy()  # all parameters in one row, so that each step is a few operations and not five times as many
    ends = np.cumsum([one.size for one in mixer.parameters])[:-1]
    current = [part.reshape(one.shape) for part, one in zip(np.split(flat, ends), mixer.parameters, strict=True)]
    first, second = np.zeros_like(flat), np.zeros_like(flat)
    total, step = plan.passes * -(-count // plan.batch), 0
    for _ in range(plan.passes):
        order = rng.permutation(count)
        for begin in range(0, count, plan.batch):
            at = order[begin : begin + plan.batch]
            step += 1
            rate = plan.rate * (1 - step / (total + 1))
            slopes = _gradient(current, scaled[at], losses[at], importance[at])
            slope = np.concatenate([one.ravel() for one in slopes]) + plan.pull * (flat - start)
            first += 0.1 * (slope - first)
            second += 0.01 * (slope * slope - second)
            corrected = np.sqrt(second / (1 - 0.99**step)) + 1e-6
            flat -= rate / (1 - 0.9**step) * first / corrected
    return replace(mixer, parameters=tuple(current))


def mixture_quantiles(atoms: Floats, weights: Floats, probabilities: Sequence[float]) -> Floats:
    """Quantiles (inverse of the distribution function) of mixtures; shape (n, len(probabilities)).

    Atoms have shape (n, outcomes, atoms), weights (n, outcomes), and the rising probabilities (levels,), or (n, levels)
    with a row for each mixture.
    """
    n, _, width = atoms.shape
    flat = atoms.reshape(n, -1)
    order = np.argsort(flat, axis=1)
    reached = np.cumsum(np.take_along_axis(np.repeat(weights / width, width, axis=1), order, axis=1), axis=1)
    wanted = np.broadcast_to(np.asarray(probabilities), (n, np.shape(probabilities)[-1]))
    row = np.arange(n)[:, None]  # each further than the one before, so that one search finds the places of all
    at = np.searchsorted((reached + 2 * row).ravel(), (wanted + 2 * row - _NOISE).ravel()).reshape(wanted.shape)
    at = (at - row * flat.shape[1]).clip(max=flat.shape[1] - 1)
    return np.asarray(np.take_along_axis(flat, np.take_along_axis(order, at, axis=1), axis=1))


def _forward(parameters: Sequence[Floats], scaled: Floats) -> tuple[Floats, Floats]:
    hidden, hidden_bias, output, output_bias, direct = parameters
    active = np.tanh(scaled @ hidden + hidden_bias)
    return active, softmax(active @ output + output_bias + scaled @ direct)


def softmax(scores: Floats) -> Floats:
    """Weights of each row of scores, positive and summing to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _gradient(parameters: Sequence[Floats], scaled: Floats, losses: Floats, importance: Floats) -> list[Floats]:
    active, weights = _forward(parameters, scaled)
    pulled = (losses @ weights[:, :, None])[:, :, 0]
    loss = (pulled * weights).sum(axis=1, keepdims=True)
    scores = 2 * weights * (pulled - loss) * (importance / len(importance))[:, None]
    inner = scores @ parameters[2].T * (1 - active * active)
    return [scaled.T @ inner, inner.sum(axis=0), active.T @ scores, scores.sum(axis=0), scaled.T @ scores]
