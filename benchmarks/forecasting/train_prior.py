"""Learns the prior of `steps` on panels of real prices, and writes it as an array.

python benchmarks/forecasting/train_prior.py --write src/almazara/prices/forecasting/models/step_prior.npy
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import panels
from almazara.prices.forecasting.models.mixture import Mixer, Training, trained, untrained
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.models.step_outcomes import OUTCOMES
from almazara.prices.forecasting.models.steps import INPUTS, Examples, examples

SERIES, EXAMPLES, HIDDEN = 250, 25_000, 24
SMALL_PANEL = {"ocado": 0.3}
LEFT_OUT = ("age", "panel", "weekday")  # they name the panel rather than the state
PLAN = Training(passes=20, pull=1e-2, rate=3e-3)


def panel_examples(data: Path, name: str) -> Examples:
    prices = panels.load(data, name).prices
    if len(prices) > SERIES:
        prices = prices[np.random.default_rng(1).choice(len(prices), SERIES, replace=False)]
    found = examples(StepHistory.of(prices), prices.shape[1] - 1, count=EXAMPLES)
    if found is None:
        raise SystemExit(f"{name} has nothing to learn from.")
    return found


def prior_of(found: dict[str, Examples]) -> Mixer:
    """A mixer that weighs panels alike."""
    inputs = np.concatenate([one.inputs for one in found.values()])
    mean = len(inputs) / len(found)
    importance = [one.importance * SMALL_PANEL.get(name, 1) * mean / len(one.inputs) for name, one in found.items()]
    kept = np.array([0.0 if name.startswith(LEFT_OUT) else 1.0 for name in INPUTS])
    start = untrained(inputs, len(OUTCOMES), hidden=HIDDEN, seed=0)
    start = Mixer(start.center, start.scale * kept, start.parameters)
    losses = np.concatenate([one.losses for one in found.values()])
    return trained(start, inputs, losses, np.concatenate(importance), PLAN)


def leave_one_out(data: Path, names: Sequence[str]) -> dict[str, Mixer]:
    """For each panel, the prior of all the others."""
    found = {name: panel_examples(data, name) for name in panels.FILES}
    return {name: prior_of({other: one for other, one in found.items() if other != name}) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=panels.DATA)
    parser.add_argument("--write", type=Path, required=True, help="the file of parameters that is replaced")
    asked = parser.parse_args()
    mixer = prior_of({name: panel_examples(asked.data, name) for name in panels.FILES})
    flat = np.concatenate([part.ravel() for part in (mixer.center, mixer.scale, *mixer.parameters)])
    np.save(asked.write, flat.astype("<f2"), allow_pickle=False)


if __name__ == "__main__":
    main()
