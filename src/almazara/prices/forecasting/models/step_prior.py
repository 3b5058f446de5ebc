"""Where the weights of `steps` begin: a mixer learned on other panels of retail prices, in half precision.

Made by `benchmarks/forecasting/train_prior.py`; it holds no price of theirs, only the network's parameters.
"""

from pathlib import Path
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.mixture import Mixer

_INPUTS: Final = 42
_HIDDEN: Final = 24
_OUTCOMES: Final = 15
_SHAPES: Final = (
    (_INPUTS,),
    (_INPUTS,),
    (_INPUTS, _HIDDEN),
    (_HIDDEN,),
    (_HIDDEN, _OUTCOMES),
    (_OUTCOMES,),
    (_INPUTS, _OUTCOMES),
)


def prior() -> Mixer:
    """The mixer before it has seen a panel."""
    values = np.load(Path(__file__).with_suffix(".npy"), allow_pickle=False).astype(np.float64)
    ends = np.cumsum([int(np.prod(shape)) for shape in _SHAPES])
    center, scale, hidden, hidden_bias, output, output_bias, direct = (
        part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), _SHAPES, strict=True)
    )
    return Mixer(center, scale, (hidden, hidden_bias, output, output_bias, direct))
