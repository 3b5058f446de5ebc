"""Learn the weights of `similar/content_weights.py`: a listwise softmax over co-preferred films and over collections.

Usage: python benchmarks/learn_similar.py [--ratings NAME ...] [--series WEIGHT] [--data FOLDER]

For a few hundred films of each set of ratings the ten most co-preferred films (half by cosine, half by log-likelihood
ratio) are to come first among all rated films; for as many films of collections, which are withheld, the rest of the
collection among likely and random films. Weights are not negative. Prints the weights, up to a common factor; to
validate, learn on one set of ratings and run `similar_films.py` on another. Takes a few minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize
from similar_films import CATALOG, DATA, Task, best_ten, cosine, likelihood_ratio, read_task, together

from almazara.movies.cleaning import schema as s
from almazara.movies.similar.content import field_matrices, measures
from almazara.movies.similar.content_weights import CHOOSING, REFINING
from almazara.movies.similar.lists import ROUNDING

UNLEARNED = ("collection", "crew")
"""Withheld, and hardly present in the data at hand: their weights stay as they are set.

Those of title, stem, series, kind and foreign are learned with the others, and set by hand afterwards."""
CHOSEN = [name for name in CHOOSING if name not in UNLEARNED]
KERNELS = (("year", 8), ("year", 25), ("votes", 20), ("average", 7), ("runtime", 15))
NAMES = [*CHOSEN, *REFINING, *(f"{name} {width}" for name, width in KERNELS), "votes"]
QUERIES, LEAST_VIEWERS, LIKELY, RANDOM, LONGEST = 350, 20, 150, 400, 25
PENALTY = 3e-5


@dataclass(frozen=True)
class Block:
    """Features of pairs (queries, candidates, features), where the mass should be, and how much the block counts."""

    features: np.ndarray
    target: np.ndarray
    weight: float


@dataclass(frozen=True)
class Pairs:
    """Makes the features of any pairs of one catalog's films."""

    films: pl.DataFrame
    matrices: dict[str, np.ndarray]
    steps: dict[str, np.ndarray]

    @classmethod
    def of(cls, task: Task) -> Pairs:
        """Over the whole catalog."""
        films = task.tables[s.FILMS]
        steps = {name: step.astype(np.int32) for name, step in measures(films).items()}
        return cls(films, field_matrices(task.tables), steps)

    def features(self, queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """(queries, candidates, features) for rows (queries,) and (queries, candidates)."""
        rows, others = np.repeat(queries, candidates.shape[1]), candidates.ravel()
        fields = [self.matrices[name] for name in (*CHOSEN, *REFINING)]
        columns = [np.asarray(field[rows].multiply(field[others]).sum(axis=1)) for field in fields]
        columns += [
            np.exp(-np.abs(self.steps[name][rows] - self.steps[name][others]) / width) for name, width in KERNELS
        ]
        columns.append(np.log1p(self.films[s.VOTE_COUNT].to_numpy()[others]))
        return np.stack(columns, axis=-1).astype(np.float32).reshape(*candidates.shape, len(columns))


def co_preferred(task: Task, pairs: Pairs, weight: float) -> Block:
    """Rated films, and those most co-preferred with them."""
    counts = together(task.seen)
    target = best_ten(cosine(counts)) * 0.05 + best_ten(likelihood_ratio(counts, task.seen.shape[0])) * 0.05
    known = np.flatnonzero(np.diag(counts) >= LEAST_VIEWERS)
    chosen = np.sort(np.random.default_rng(0).permutation(known)[:QUERIES])
    others = np.array([np.delete(np.arange(len(task.rows)), place) for place in chosen])
    features = pairs.features(task.rows[chosen], task.rows[others])
    return Block(features, np.take_along_axis(target[chosen], others, axis=1), weight)


def of_series(pairs: Pairs, weight: float) -> Block:
    """Films of collections, and the rest of the collection."""
    rng = np.random.default_rng(0)
    codes = pairs.films[s.COLLECTION].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    known = np.flatnonzero((codes > 0) & (np.bincount(codes)[codes] > 1))
    queries = np.sort(rng.permutation(known)[:QUERIES])
    alike = sum(pairs.matrices[name][queries] @ pairs.matrices[name].T for name in CHOSEN).toarray()
    alike[np.arange(len(queries)), queries] = -1
    likely = np.argsort(-alike, axis=1, kind="stable")[:, :LIKELY]
    candidates = np.zeros((len(queries), LONGEST + LIKELY + RANDOM), dtype=np.int64)
    target = np.zeros(candidates.shape)
    for place, row in enumerate(queries):
        rest = np.flatnonzero((codes == codes[row]) & (np.arange(len(codes)) != row))[:LONGEST]
        drawn = np.setdiff1d(rng.integers(0, len(codes), 2 * RANDOM), [row])
        found = np.unique(np.concatenate([rest, likely[place], drawn]))
        others = np.concatenate([rest, rng.permutation(np.setdiff1d(found, rest))])[: candidates.shape[1]]
        candidates[place] = others
        target[place, : len(rest)] = 1 / len(rest)
    return Block(pairs.features(queries, candidates), target, weight)


def learn(blocks: Sequence[Block]) -> dict[str, float]:
    """The weights that give the targets the highest likelihood."""
    split = len(CHOSEN)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = PENALTY * float(weights @ weights), 2 * PENALTY * weights
        for block in blocks:
            flat = block.features.reshape(-1, len(NAMES))
            root = np.sqrt(flat[:, :split] @ weights[:split].astype(np.float32) + ROUNDING)
            gained = (root + flat[:, split:] @ weights[split:].astype(np.float32)).reshape(block.target.shape)
            log_share = gained - gained.max(axis=1, keepdims=True)
            log_share -= np.log(np.exp(log_share).sum(axis=1, keepdims=True))
            scale = block.weight / len(block.target)
            total -= scale * float((block.target * log_share).sum())
            off = (np.exp(log_share) - block.target).ravel() * scale
            slope = slope + np.concatenate([(off * 0.5 / root) @ flat[:, :split], off @ flat[:, split:]])
        return total, slope.astype(np.float64)

    start = np.full(len(NAMES), 0.5)
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(NAMES), options={"maxiter": 150}
    )
    return dict(zip(NAMES, found.x.tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--ratings", nargs="+", default=["ml-1m-half", "ml-latest-small"])
    parser.add_argument("--series", type=float, default=0.6, help="how much collections count beside co-preference")
    asked = parser.parse_args()
    pairs = Pairs.of(read_task(asked.data, CATALOG, fewest=1))
    tasks = [read_task(asked.data, ratings, fewest=5) for ratings in asked.ratings]
    blocks = [co_preferred(task, pairs, 1 / len(tasks)) for task in tasks]
    for name, weight in learn([*blocks, of_series(pairs, asked.series)]).items():
        print(f"{name:>12} {weight:.2f}")


if __name__ == "__main__":
    main()
