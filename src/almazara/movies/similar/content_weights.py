"""How much each field of a film's content says, learned from co-preference by `benchmarks/learn_similar.py`.

They are the weights of a logistic model of the cosine of two films' viewers.
"""

from typing import Final

CHOOSING: Final = {
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
}
"""Weights of the cosines, below a common root, of fields in which few films share a term: they choose candidates."""
REFINING: Final = {"genre": 2.92, "language": 1.71}
"""The same of fields in which most films share a term: they only order candidates."""
KERNELS: Final = (
    ("year", 8, 1.53),
    ("year", 25, 2.91),
    ("votes", 20, 1.77),
    ("average", 7, 1.01),
    ("runtime", 15, 0.41),
)
"""Measure, width and weight: what films gain for being near in it is weight * exp(-steps apart / width)."""
VOTES: Final = 0.56
"""Weight of the candidate's log of votes."""
SHARPNESS: Final = 0.3
"""Factor of all the weights, which were learned up to a factor."""
LEVEL: Final = -4.38
"""Log of the odds of similarity of films that gain nothing."""
