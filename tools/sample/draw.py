"""Random choices that come out the same on every platform and Python version."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Choices made from `random.Random(seed).random()` alone.

    Python promises the sequence of `random()` for a seed; it does not promise that of `choice` or `shuffle`.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def share(self) -> float:
        """A number in [0, 1)."""
        return self._random()

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def integer(self, low: int, high: int) -> int:
        """A whole number between `low` and `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self._random() * len(options))]

    def several(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different positions of the options (all of them where there are fewer), in random order."""
        return self.shuffled(options)[:count]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in random order."""
        return [option for _, _, option in sorted((self._random(), at, option) for at, option in enumerate(options))]

    def bell(self) -> float:
        """A number around 0 with a spread of about 1, never beyond 3.5."""
        return (sum(self._random() for _ in range(12)) - 6) * 7 / 12


class Wheel:
    """Draws positions in proportion to their weights."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._sums = list(accumulate(weights))

    def spin(self, draw: Draw) -> int:
        """One position; those of weight 0 are never drawn."""
        return bisect_right(self._sums, draw.share() * self._sums[-1])
