"""How much each field of a film's content says, learned from co-preference by `benchmarks/learn_similar.py`.

They are the weights of a logistic model of the cosine of two films' viewers. Set by hand beside what is learned: those
of collection and crew (see `benchmarks/learn_similar.py`); title, stem and series, since a word of a title is learned
to prove a series where collections are withheld, and misleads where there is none; kind, foreign and auteur, since
those who rated saw few documentaries, films in other languages and little known ones, and who asks about one wants more
of them.
"""

from typing import Final

CHOOSING: Final = {
    "collection": 60.0,
    "director": 1.64,
    "auteur": 6.0,
    "crew": 2.0,
    "billing": 7.63,
    "company": 0.06,
    "keyword": 5.23,
    "title": 4.0,
    "stem": 12.0,
    "series": 10.0,
    "overview": 3.18,
}
"""Weights of the cosines, below a common root, of fields in which few films share a term: they choose candidates."""
UNSEEN: Final = {
    "director": 12.0,
    "auteur": 23.0,
    "billing": 14.0,
    "keyword": 12.0,
    "title": 2.0,
    "stem": 4.0,
    "foreign": 1.0,
}
"""The same of some fields for films that nobody has seen: who asks about one asks for what has its makers, while those
from whom the others were learned mostly saw the best known of its years."""
REFINING: Final = {"genre": 2.81, "language": 0.9, "foreign": 2.0, "country": 0.5, "kind": 4.0}
"""The same of fields in which most films share a term: they only order candidates."""
KERNELS: Final = (
    ("year", 8, 1.58),
    ("year", 25, 2.88),
    ("votes", 20, 1.67),
    ("average", 7, 1.04),
    ("runtime", 15, 0.27),
)
"""Measure, width and weight: what films gain for being near in it is weight * exp(-steps apart / width)."""
VOTES: Final = 0.56
"""Weight of the candidate's log of votes."""
UNSEEN_SHARES: Final = {"votes": 0.5, "year": 0.5}
"""How much of the weight of the candidate's votes, and of a near year, counts for films that nobody has seen."""
SHARPNESS: Final = 0.3
"""Factor of all the weights, which were learned up to a factor."""
LEVEL: Final = -5.34
"""Log of the odds of similarity of films that gain nothing."""
