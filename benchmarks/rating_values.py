"""Measure whether the values and dates of ratings help to find what users see, and what they like.

Usage: python benchmarks/rating_values.py [--data ml-latest-small] [--seed N]

EDLAE, the strongest single part of what is served for long profiles, is taught and asked by each way of weighing pairs,
with the best of three ridges. NDCG@10 of the films that were held out of each user, at random and by time: of all of
them, and of those alone that the user rated 4 or more. A film of the profile is never listed, whatever it weighs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
from scipy import sparse
from user_models import load

from almazara.movies.cleaning import schema as s
from almazara.movies.judging import judgement, splitting
from almazara.movies.users.models.ease import Ease
from almazara.movies.users.models.protocol import FittedUserModel

LIKED, LOW = 4.0, 3.0
RIDGES = (200, 400, 800)
"""Of each way the best counts."""
Weigh = Callable[[sparse.csr_array, sparse.csr_array], sparse.csr_array]
"""From the values and the places (0, the newest, and on) of the pairs to their weights."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="ml-latest-small")
    parser.add_argument("--seed", type=int, default=42)
    asked = parser.parse_args()
    data = load(asked.data)
    pairs, content, tables = data.pairs, data.content, data.tables
    values = _values(pairs, tables)
    for make in (splitting.random_split, splitting.temporal_split):
        split = make(pairs, np.random.default_rng(asked.seed))
        print(f"{split.name} split: all that was held out, and what was rated {LIKED:g} or more")
        of_known = sparse.csr_array(split.known.multiply(values))
        newness = _newness(split.known, pairs)
        liked = sparse.csr_array(split.truth.multiply(values >= LIKED))
        for name, taught, ways in _ways():
            matrix = taught(of_known, newness)
            fitted = [Ease(ridge=ridge, dropout=0.5).fit(matrix, content) for ridge in RIDGES]
            for told, asked_by in ways.items():
                found = np.array([_measured(one, asked_by(of_known, newness), split, liked) for one in fitted])
                print(f"  {name:24}{told:32}", *(f"{one:.4f}" for one in found.max(axis=0)), flush=True)


def _measured(
    fitted: FittedUserModel, profiles: sparse.csr_array, split: splitting.Split, liked: sparse.csr_array
) -> list[float]:
    scores = fitted.scores(profiles)
    scores[split.known.nonzero()] = -np.inf
    scores[:, ~split.candidates] = -np.inf
    lists = np.argsort(-scores, axis=1, kind="stable")[:, :10].astype(np.int32)
    return [_ndcg(lists, split, truth) for truth in (split.truth, liked)]


def _ways() -> Iterator[tuple[str, Weigh, dict[str, Weigh]]]:
    """How pairs count while it learns, and then in the profile that is asked about."""

    def alike(values: sparse.csr_array, _: sparse.csr_array) -> sparse.csr_array:
        return _with(values, np.ones_like(values.data))

    def only(least: float) -> Weigh:
        return lambda values, _: _with(values, (values.data >= least).astype(np.float32))

    def by_value(values: sparse.csr_array, _: sparse.csr_array) -> sparse.csr_array:
        return _with(values, values.data / 5)

    def against(weight: float) -> Weigh:
        return lambda values, _: _with(values, np.where(values.data >= LOW, 1, -weight))

    def recent(half: float) -> Weigh:
        return lambda values, newness: _with(values, 0.5 ** (newness.data / half))

    told = {"every pair as one": alike, "by value": by_value, "only 3 and more": only(LOW)}
    told |= {f"below 3 against, {weight}": against(weight) for weight in (0.3, 1.0)}
    told |= {f"half after {half} newer films": recent(half) for half in (20, 60, 200)}
    yield "every pair as one", alike, told
    yield "by value", by_value, {"every pair as one": alike, "by value": by_value}
    yield "only 3 and more", only(LOW), {"every pair as one": alike, "only 3 and more": only(LOW)}
    yield "only 4 and more", only(LIKED), {"only 4 and more": only(LIKED)}


def _with(like: sparse.csr_array, data: np.ndarray) -> sparse.csr_array:
    found = sparse.csr_array((data.astype(np.float32), like.indices.copy(), like.indptr.copy()), shape=like.shape)
    found.eliminate_zeros()  # in place, of what others hold too
    return found


def _values(pairs: splitting.Pairs, tables: dict[str, pl.DataFrame]) -> sparse.csr_array:
    """(users, films) float32: the ratings."""
    rated = tables[s.RATINGS].filter(pl.col(s.FILM_ID).is_in(pairs.films.tolist()))
    places = (
        np.searchsorted(pairs.users, rated[s.USER_ID].to_numpy()),
        np.searchsorted(np.sort(pairs.films), rated[s.FILM_ID].to_numpy()),
    )
    order = np.argsort(pairs.films)  # films are in order of the catalog
    found = (rated[s.RATING].to_numpy().astype(np.float32), (places[0], order[places[1]]))
    return sparse.csr_array(found, shape=(len(pairs.users), len(pairs.films)))


def _newness(known: sparse.csr_array, pairs: splitting.Pairs) -> sparse.csr_array:
    """How many of a user's known films are newer than each: (users, films)."""
    times = sparse.csr_array((pairs.time - pairs.time.min() + 1, (pairs.user, pairs.film)), shape=known.shape)
    found = sparse.csr_array(known.astype(np.int64).multiply(times))
    rows = np.repeat(np.arange(known.shape[0]), np.diff(found.indptr))
    order = np.lexsort((-found.data, rows))
    places = np.empty(len(order))
    places[order] = np.arange(len(order)) - np.repeat(found.indptr[:-1], np.diff(found.indptr))
    return sparse.csr_array((places.astype(np.float32), found.indices, found.indptr), shape=known.shape)


def _ndcg(lists: np.ndarray, split: splitting.Split, truth: sparse.csr_array) -> float:
    has_any = np.diff(truth.indptr) > 0
    some = replace(split, known=split.known[has_any], truth=truth[has_any])
    return judgement.judge(lists[has_any], some).means()["ndcg_at_10"]


if __name__ == "__main__":
    main()
