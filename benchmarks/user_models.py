"""Measure the models for users beside each other: quality on held-out films, cold films, size and speed.

Usage: python benchmarks/user_models.py quality|short|cold|time|size [--data DATA] [--splits random,temporal] [--seed N]

`quality` prints NDCG@10 of each user's held-out films for the default and its peers; of EDLAE, and of EASE with content
columns, a grid is measured and the best *on the judged films themselves* counts, which favors the peers. `short` does
so for users nobody has trained on, `time` for a split by time over all users, `cold` for films without ratings. `size`
trains on ratings resampled from DATA: --users and --films say how many.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.cleaning import cleaning
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import judgement, splitting
from almazara.movies.judging.trials import top_lists
from almazara.movies.raw import files
from almazara.movies.users.models.als import Als
from almazara.movies.users.models.content import content_matrix
from almazara.movies.users.models.ease import Ease
from almazara.movies.users.models.hybrid import UserHybrid
from almazara.movies.users.models.neighbors import ItemKnn, Popularity, Rp3Beta
from almazara.movies.users.models.protocol import FittedUserModel, UserModel
from almazara.movies.users.scores import LearnedScores

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "movies"
SHORT = (1, 3, 5, 10, 20)
GRIDS = {
    "large": {"edlae": ((400, 0.33), (400, 0.5), (800, 0.33)), "content": ((500, 60), (1000, 60), (1000, 100))},
    "small": {"edlae": ((100, 0.33), (300, 0.33)), "content": ((300, 20), (300, 60), (300, 150))},
}
SMALL = 1000
"""Fewer users than this take the grid `small`."""


def load(name: str) -> tuple[splitting.Pairs, sparse.csr_array, dict[str, pl.DataFrame]]:
    """The pairs of the real data, the content of their films, and the clean tables."""
    tables = dict(cleaning.clean(files.read_raw(REAL_DATA / "the-movies-dataset", REAL_DATA / name)).tables)
    pairs = splitting.pairs(tables[s.RATINGS], tables[s.FILMS][s.ID])
    rows = np.searchsorted(tables[s.FILMS][s.ID].to_numpy(), pairs.films)
    return pairs, content_matrix(tables)[rows], tables


def peers(n_users: int) -> Iterator[UserModel]:
    """The models that the default must beat, with the grids of those that are tuned."""
    grid = GRIDS["small" if n_users < SMALL else "large"]
    yield from (Popularity(), Rp3Beta(), ItemKnn(), Als())
    for ridge, dropout in grid["edlae"]:
        yield Ease(name=f"EDLAE {ridge} p {dropout}", ridge=ridge, dropout=dropout)
    for ridge, weight in grid["content"]:
        yield Ease(name=f"EASE {ridge} + content {weight}", ridge=ridge, content_weight=weight)


def compare(split: splitting.Split, content: sparse.csr_array, models: Iterator[UserModel], seed: int) -> None:
    """Print the metrics of each model on one split, and the default's ratio to the best of the others."""
    best = 0.0
    for model in (*models, UserHybrid()):
        started = time.perf_counter()
        fitted = model.fit(split.train, content)
        trained = time.perf_counter()
        lists = top_lists(fitted, split.known, split.candidates, np.random.default_rng(seed))
        means = judgement.judge(lists, split).means()
        ratio = f"  {means['ndcg_at_10'] / best:.3f} x the best peer" if isinstance(model, UserHybrid) and best else ""
        print(
            f"{split.name:10} {model.name:26} NDCG@10 {means['ndcg_at_10']:.4f}  recall@20 {means['recall_at_20']:.4f}"
            f"  coverage {means['coverage_at_10']:.3f}  train {trained - started:.1f} s{ratio}",
            flush=True,
        )
        best = max(best, means["ndcg_at_10"])


def quality(arguments: argparse.Namespace) -> None:
    pairs, content, _ = load(arguments.data)
    for name in arguments.splits.split(","):
        rng = np.random.default_rng(arguments.seed)
        split = splitting.random_split(pairs, rng) if name == "random" else splitting.temporal_split(pairs, rng)
        compare(split, content, peers(len(pairs.users)), arguments.seed)


def short(arguments: argparse.Namespace) -> None:
    """All models are fitted once: the same users train nothing at every length."""
    pairs, content, _ = load(arguments.data)
    ridge, dropout = GRIDS["small" if len(pairs.users) < SMALL else "large"]["edlae"][0]
    models = (Popularity(), Rp3Beta(), Als(), Ease(name="EDLAE", ridge=ridge, dropout=dropout), UserHybrid())
    splits = [splitting.short_split(pairs, np.random.default_rng(arguments.seed), n) for n in SHORT]
    for model in models:
        fitted = model.fit(splits[0].train, content)
        print(
            f"{model.name:12}",
            *(f"{n}: {_ndcg(fitted, split, arguments.seed):.4f}" for n, split in zip(SHORT, splits, strict=True)),
        )


def _ndcg(fitted: FittedUserModel, split: splitting.Split, seed: int) -> float:
    lists = top_lists(fitted, split.known, split.candidates, np.random.default_rng(seed))
    return judgement.judge(lists, split).means()["ndcg_at_10"]


def by_time(arguments: argparse.Namespace) -> None:
    pairs, content, _ = load(arguments.data)
    compare(splitting.time_split(pairs), content, iter((Popularity(), Rp3Beta())), arguments.seed)


def cold(arguments: argparse.Namespace) -> None:
    """Cold films among themselves, and among all films; the catalog's votes are popularity's best guess at them."""
    pairs, content, tables = load(arguments.data)
    split = splitting.cold_split(pairs, np.random.default_rng(arguments.seed))
    rows = np.searchsorted(tables[s.FILMS][s.ID].to_numpy(), pairs.films)
    votes = tables[s.FILMS][s.VOTE_COUNT].to_numpy()[rows].astype(np.float32)
    everything = np.ones(len(votes), dtype=bool)
    fitted = {
        "popularity": Popularity().fit(split.train, content),
        "votes of the catalog": _Constant(votes),
        "hybrid": UserHybrid().fit(split.train, content),
    }
    for among, candidates in (("cold films", split.candidates), ("all films", everything)):
        for name, model in fitted.items():
            lists = top_lists(model, split.known, candidates, np.random.default_rng(arguments.seed))
            means = judgement.judge(lists, split).means()
            print(
                f"among {among:10} {name:22} recall@20 {means['recall_at_20']:.4f}  NDCG@10 {means['ndcg_at_10']:.4f}"
            )


class _Constant:
    """The same scores for everybody."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        return np.tile(self._values, (profiles.shape[0], 1))


def size(arguments: argparse.Namespace) -> None:
    """Time and memory of training on resampled ratings, and of answers from memory-mapped arrays."""
    pairs, content, tables = load(arguments.data)
    seen = resampled(pairs, arguments.users, arguments.films, np.random.default_rng(arguments.seed))
    catalog = content_matrix(tables) if arguments.films else content
    wide = sparse.csr_array((seen.data, seen.indices, seen.indptr), shape=(seen.shape[0], catalog.shape[0]))
    before = time.process_time(), time.perf_counter()
    fitted = UserHybrid().fit(wide, catalog)
    cpu, wall = time.process_time() - before[0], time.perf_counter() - before[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    stored = sum(array.nbytes for array in fitted.arrays.values()) / 1024**2
    n_rated = np.count_nonzero(np.bincount(seen.indices))
    print(f"{seen.nnz:,} ratings, {seen.shape[0]:,} users, {n_rated:,} films with ratings")
    print(f"train: {wall:.0f} s by the clock, {cpu:.0f} CPU s on {os.cpu_count()} cores; peak {peak:.0f} MB")
    print(f"stored: {stored:.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        for name, array in fitted.arrays.items():
            np.save(Path(folder) / f"{name}.npy", array)
        mapped = {p.stem: np.asarray(np.load(p, mmap_mode="r")) for p in Path(folder).glob("*.npy")}
        reader = LearnedScores(mapped)
        times = []
        for user in range(200):
            rows = wide.indices[wide.indptr[user] : wide.indptr[user + 1]]
            started = time.process_time()
            reader.scores(rows, np.ones(len(rows), dtype=np.float32))
            times.append(1000 * (time.process_time() - started))
    n_films, median, late = catalog.shape[0], np.median(times), np.quantile(times, 0.95)
    print(f"answer for a user over {n_films:,} films: median {median:.1f} CPU ms, 95 % under {late:.1f} CPU ms")


def resampled(pairs: splitting.Pairs, n_users: int, n_films: int, rng: np.random.Generator) -> sparse.csr_array:
    """Users drawn again with other films of like popularity: each copy keeps a random four fifths of a user's films.

    With `n_films` above the number of films there are, each film stands for several, the first being the best known.
    """
    own = pairs.matrix(np.ones(len(pairs.user), dtype=bool))
    if not n_users:
        return own
    drawn = rng.integers(0, own.shape[0], n_users)
    copies = sparse.csr_array(own[drawn])
    kept = rng.random(copies.nnz) < 0.8
    users = np.repeat(np.arange(n_users), np.diff(copies.indptr))[kept]
    films = copies.indices[kept].astype(np.int64)
    times = max(1, -(-n_films // own.shape[1]))
    films += own.shape[1] * np.minimum(rng.geometric(0.5, len(films)) - 1, times - 1)
    found = sparse.csr_array(
        (np.ones(len(films), dtype=np.float32), (users, films)), shape=(n_users, times * own.shape[1])
    )
    found.data[:] = 1
    return found


def main() -> None:
    parts = {"quality": quality, "short": short, "time": by_time, "cold": cold, "size": size}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=parts)
    parser.add_argument("--data", default="ml-1m-half")
    parser.add_argument("--splits", default="random")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--films", type=int, default=0)
    arguments = parser.parse_args()
    parts[arguments.part](arguments)


if __name__ == "__main__":
    main()
