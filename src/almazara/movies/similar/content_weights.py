"""How much each field of a film's content says, learned from co-preference by `benchmarks/learn_similar.py`."""

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
            "director": 2.2,
            "crew": 2.0,
            "billing": 8.25,
            "company": 0.21,
            "keyword": 5.93,
            "title": 12.89,
            "stem": 8.05,
            "series": 4.33,
            "overview": 2.64,
            "genre": 2.92,
            "language": 1.71,
        }
    ),
    kernels=(
        Kernel("year", 8, 1.53),
        Kernel("year", 25, 2.91),
        Kernel("votes", 20, 1.77),
        Kernel("average", 7, 1.01),
        Kernel("runtime", 15, 0.41),
    ),
    votes=0.56,
    sharpness=0.3,
    level=-4.38,
)
