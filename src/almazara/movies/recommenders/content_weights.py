"""How much each field of a film's content says, learned from co-preference by `benchmarks/learn_similar.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Kernel:
    """What films gain for being near in a measure: weight * exp(-steps apart / width)."""

    measure: str
    width: float
    weight: float


@dataclass(frozen=True, slots=True)
class ContentWeights:
    """A logistic model of the cosine of two films' viewers.

    Attributes:
        fields: Weight of each field's cosine: of choosing fields below a common root.
        kernels: What nearness in year, votes, average and runtime gains.
        votes: Weight of the candidate's log of votes.
        sharpness: Factor of all the weights, which were learned up to a factor.
        level: Log of the odds of similarity of films that gain nothing.
    """

    fields: Mapping[str, float]
    kernels: tuple[Kernel, ...]
    votes: float
    sharpness: float
    level: float


LEARNED: Final = ContentWeights(
    fields=MappingProxyType(
        {
            "collection": 60.0,
            "director": 2.72,
            "crew": 2.0,
            "billing": 9.39,
            "company": 0.15,
            "keyword": 2.7,
            "title": 11.43,
            "stem": 13.61,
            "series": 3.21,
            "overview": 4.69,
            "genre": 2.8,
            "language": 1.37,
        }
    ),
    kernels=(
        Kernel("year", 8, 1.12),
        Kernel("year", 25, 3.25),
        Kernel("votes", 20, 1.61),
        Kernel("average", 7, 0.92),
        Kernel("runtime", 15, 0.45),
    ),
    votes=0.52,
    sharpness=0.3,
    level=-4.38,
)
