"""Similarity of content: what two films share in each field, weighted as those who see films taught it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.catalog.catalog import Arrays
from almazara.movies.cleaning import schema as s
from almazara.movies.similar.content_weights import (
    CHOOSING,
    KERNELS,
    LEVEL,
    REFINING,
    SHARPNESS,
    UNSEEN,
    UNSEEN_SHARES,
    VOTES,
)
from almazara.movies.similar.features import terms, tfidf
from almazara.movies.similar.lists import CANDIDATES, ROUNDING, Films, Lists

_MAX_SHARE: Final = {"keyword": 0.02, "title": 0.005, "overview": 0.005}
"""A term in more than this share of the films says nothing."""
_IDF_POWER: Final = {"keyword": 0.75, "genre": 0.3, "language": 0.0}
_GROUPS: Final = ("kind", "foreign", "decade")
_NOTHING: Final = 1e-9
"""What a candidate shares that shares nothing: a zero would be no candidate."""
_FEWEST_VOTES: Final = 5
_UNKNOWN_AVERAGE: Final = 6.0
_FARTHEST: Final = 255
_BLOCK: Final = 256


@dataclass(frozen=True, slots=True)
class Content:
    """Films as they are compared.

    Attributes:
        choosing: (films, terms) float32, the fields CHOOSING, each scaled by the root of its weight.
        refining: (films, terms) float32, the fields REFINING likewise.
        groups: (films, groups) float32, above 0 where a film is of a kind, a decade, or in a foreign language: what is
            best known of these is compared with it in any case.
        sagas: (films,) int64, a number that the films of a collection share, -1 for films of none.
        scales: (measures, films) int16: year, log of votes ... in whole steps.
        closeness: (measures, 256) float32: what films so many steps apart gain.
        prior: (films,) float32: what a candidate gains for being known.
        sharpness: Factor of the root of what the choosing fields share; all else holds it already.
        level: Log of the odds of similarity of films that gain nothing.
        emphasis: (terms,) float32: how many times each term of `choosing`, and then of `refining`, counts for a film
            that nobody has seen.
        shares: (1 + measures,) float32: how much of the prior and of each measure counts for it.
    """

    choosing: sparse.csr_array
    refining: sparse.csr_array
    groups: sparse.csr_array
    sagas: np.ndarray
    scales: np.ndarray
    closeness: np.ndarray
    prior: np.ndarray
    sharpness: float
    level: float
    emphasis: np.ndarray
    shares: np.ndarray

    def of_unseen(self) -> "Content":
        """Films as one that nobody has seen is compared with them: by its makers first."""
        roots = np.split(np.sqrt(self.emphasis), [self.choosing.shape[1]])
        return replace(
            self,
            choosing=sparse.csr_array(self.choosing @ sparse.diags_array(roots[0])),
            refining=sparse.csr_array(self.refining @ sparse.diags_array(roots[1])),
            prior=self.shares[0] * self.prior,
            closeness=self.shares[1:, None] * self.closeness,
        )

    def similarity(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """The similarity of the pairs (rows[i], others[i]): float32 in [0, 1].

        It is the cosine of viewers that is to be expected: a film with viewers is compared by the same measure.
        """
        bond = self.choosing[rows].multiply(self.choosing[others]).sum(axis=1)
        refined = self.refining[rows].multiply(self.refining[others]).sum(axis=1)
        return self.expected(self.gained(rows, others, bond, refined))

    def gained(self, rows: np.ndarray, others: np.ndarray, bond: np.ndarray, refined: np.ndarray) -> np.ndarray:
        """What the pairs gain in all from the products of their fields, their measures and the candidates' votes.

        The root says that the first thing shared tells more than the next: it was found to order better than the sum.
        """
        gained = np.sqrt(bond + np.float32(ROUNDING)) * np.float32(self.sharpness) + refined + self.prior[others]
        for scale, closeness in zip(self.scales, self.closeness, strict=True):
            gained += closeness[np.minimum(np.abs(scale[rows] - scale[others]), _FARTHEST)]
        return np.asarray(gained, dtype=np.float32)

    def expected(self, gained: np.ndarray) -> np.ndarray:
        """Similarity from all that pairs gain."""
        return (1 / (1 + np.exp(-(gained + np.float32(self.level))))).astype(np.float32)

    def of(self, rows: np.ndarray) -> "Content":
        """Some of the films alone."""
        kept = {name: getattr(self, name)[rows] for name in ("choosing", "refining", "groups", "sagas", "prior")}
        return replace(self, **kept, scales=self.scales[:, rows])

    def arrays(self) -> Arrays:
        """What it takes to compare any two films without SciPy; see `build_similar`."""
        return {
            **term_arrays(sparse.csr_array(sparse.hstack([self.choosing, self.refining], format="csr"))),
            "scales": self.scales,
            "closeness": self.closeness,
            "prior": self.prior,
            "choosing_terms": np.array([self.choosing.shape[1]], dtype=np.int64),
            "logit": np.array([self.level, self.sharpness], dtype=np.float32),
            "emphasis": self.emphasis,
            "unseen_shares": self.shares,
        }


def term_arrays(by_film: sparse.csr_array) -> Arrays:
    """What `TermIndex` reads of a matrix (films, terms)."""
    by_term = sparse.csc_array(by_film)
    return {
        "film_starts": by_film.indptr.astype(np.int64),
        "film_terms": by_film.indices.astype(np.int32),
        "film_weights": by_film.data.astype(np.float32),
        "term_starts": by_term.indptr.astype(np.int64),
        "term_films": by_term.indices.astype(np.int32),
        "term_weights": by_term.data.astype(np.float32),
    }


def describe(tables: Mapping[str, pl.DataFrame]) -> Content:
    """Films as they are compared, from the clean tables."""
    matrices = field_matrices(tables)
    measured = measures(tables[s.FILMS])

    def side_by_side(weights: Mapping[str, float], factor: float) -> sparse.csr_array:
        parts = [matrices[name] * np.float32(np.sqrt(weight * factor)) for name, weight in weights.items()]
        return sparse.csr_array(sparse.hstack(parts, format="csr", dtype=np.float32))

    steps = np.arange(_FARTHEST + 1)
    curves = {name: np.zeros(_FARTHEST + 1) for name in measured}
    for measure, width, weight in KERNELS:
        curves[measure] += weight * SHARPNESS * np.exp(-steps / width)
    log_votes = np.log1p(tables[s.FILMS][s.VOTE_COUNT].to_numpy())
    times = {name: UNSEEN.get(name, weight) / weight for name, weight in {**CHOOSING, **REFINING}.items()}
    emphasis = [np.full(matrices[name].shape[1], factor, dtype=np.float32) for name, factor in times.items()]
    shares = [UNSEEN_SHARES["votes"], *(UNSEEN_SHARES["year"] if name == "year" else 1.0 for name in measured)]
    return Content(
        choosing=side_by_side(CHOOSING, 1),
        refining=side_by_side(REFINING, SHARPNESS),
        groups=sparse.csr_array(sparse.hstack([matrices[name] for name in _GROUPS], format="csr")),
        sagas=_sagas(tables),
        scales=np.stack(list(measured.values())),
        closeness=np.stack(list(curves.values())).astype(np.float32),
        prior=(VOTES * SHARPNESS * log_votes).astype(np.float32),
        sharpness=SHARPNESS,
        level=LEVEL,
        emphasis=np.concatenate(emphasis),
        shares=np.array(shares, dtype=np.float32),
    )


def _sagas(tables: Mapping[str, pl.DataFrame]) -> np.ndarray:
    of_film = tables[s.COLLECTIONS].unique(s.FILM_ID, keep="first", maintain_order=True)
    films = tables[s.FILMS].select(pl.col(s.ID).alias(s.FILM_ID)).join(of_film, on=s.FILM_ID, how="left")
    return films[s.COLLECTION].rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()


def field_matrices(tables: Mapping[str, pl.DataFrame]) -> dict[str, sparse.csr_array]:
    """TF-IDF of each field: (films, terms) float32 with rows of length one or empty."""
    fields, n_films = terms(tables), tables[s.FILMS].height
    return {
        name: tfidf(fields[name], n_films, _MAX_SHARE.get(name, 1.0), _IDF_POWER.get(name, 1.0))
        for name in {**CHOOSING, **REFINING, **dict.fromkeys(_GROUPS)}
    }


def measures(films: pl.DataFrame) -> dict[str, np.ndarray]:
    """What films can be near in, in whole steps: years, tenths of log votes, tenths of the average, minutes; int16."""
    known = pl.when(pl.col(s.VOTE_COUNT) >= _FEWEST_VOTES).then(pl.col(s.VOTE_AVERAGE)).fill_null(_UNKNOWN_AVERAGE)
    steps = films.select(
        year=pl.col(s.RELEASE_YEAR),
        votes=pl.col(s.VOTE_COUNT).log1p() * 10,
        average=known * 10,
        runtime=pl.col("runtime").fill_null(0).fill_nan(0).clip(0, _FARTHEST),
    )
    return {column.name: column.round().cast(pl.Int16).to_numpy() for column in steps.cast(pl.Float64)}


def fit(
    content: Content,
    films: Films,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    asked: np.ndarray | None = None,
) -> Arrays:
    """The most similar films of each film, or of those that are `asked` for, (films,) bool; others have no list.

    Candidates are the films that share a term of a choosing field, and the most voted ones, of all films and of those
    of the same kind, decade or foreign language; all fields order them. Exact for these: no approximate index.

    Returns:
        neighbors, similarity: see `Lists.arrays`.
    """
    n_films = len(films.votes)
    popular = np.argsort(-films.votes, kind="stable")[: 2 * CANDIDATES]
    by_term = sparse.csr_array(content.choosing.T)
    known = _best_known(content.groups, films.votes)
    kinds, kind = _distinct(content.refining)
    lists = Lists(n_films)
    rows = np.arange(n_films) if asked is None else np.flatnonzero(asked)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        found = _with(sparse.csr_array(content.choosing[block] @ by_term + content.groups[block] @ known), popular)
        places = np.repeat(np.arange(len(block)), np.diff(found.indptr))
        refined = content.refining[block].toarray() @ kinds
        gained = content.gained(block[places], found.indices, found.data, refined[places, kind[found.indices]])
        for row, first, last in zip(block.tolist(), found.indptr, found.indptr[1:], strict=False):
            best = first + films.best(row, found.indices[first:last], gained[first:last])
            lists.put(row, found.indices[best], content.expected(gained[best]))
        progress(start + len(block), len(rows))
    arrays = lists.arrays()
    return {name: arrays[name] for name in ("neighbors", "similarity")}


def _best_known(groups: sparse.csr_array, votes: np.ndarray) -> sparse.csr_array:
    """(groups, films): next to nothing where a film is among the most voted of a group."""
    films_of = sparse.csc_array(groups)
    members = [films_of.indices[slice(*ends)] for ends in pairwise(films_of.indptr)]
    best = [np.sort(rows[np.argsort(-votes[rows], kind="stable")[:CANDIDATES]]) for rows in members]
    starts = np.concatenate([[0], np.cumsum([len(rows) for rows in best])])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *best])
    nothing = np.full(len(columns), np.float32(_NOTHING))
    return sparse.csr_array((nothing, columns, starts), shape=films_of.shape[::-1])


def _distinct(rows: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """What differs among rows, and which of it each row is: genres and languages are a tenth as many as films.

    Returns:
        (terms, kinds) float32, the distinct rows as columns; (rows,) int64, the place of each row among them.
    """
    starts, places = rows.indptr.tolist(), dict[bytes, int]()
    kind = [
        places.setdefault(rows.indices[first:last].tobytes() + rows.data[first:last].tobytes(), len(places))
        for first, last in pairwise(starts)
    ]
    _, examples = np.unique(kind, return_index=True)
    return rows[examples].T.toarray(), np.array(kind, dtype=np.int64)


def _with(shared: sparse.csr_array, popular: np.ndarray) -> sparse.csr_array:
    """The candidates, with the most voted films added (at nothing shared)."""
    rows = shared.shape[0]
    nothing = np.full(rows * len(popular), np.float32(_NOTHING))
    starts = np.arange(rows + 1) * len(popular)
    columns = np.tile(np.sort(popular), rows)
    return sparse.csr_array(shared + sparse.csr_array((nothing, columns, starts), shape=shared.shape))
