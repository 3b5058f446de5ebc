"""Measure the models for users beside each other: quality on held-out films, cold films, size and speed.

Usage: python benchmarks/user_models.py quality|short|cold|seam|time|size [--data DATA] [--splits random,temporal]
    [--seed N] [--withheld third|YEAR]

`quality` prints NDCG@10 of each user's held-out films for the default and its peers, `short` that of users nobody has
trained on, `time` that of a split by time over all users, `cold` that of films without ratings. Of each peer a grid is
measured, and the best *on the judged films themselves* counts, which favors the peers. `size` trains on ratings that
are resampled from DATA: --users and --films say how many. `seam` withholds the ratings of a third of the films, or of
those after a year, asks for users nobody has trained on by ten of their films that are all withheld, or all not, and
says which share of their other films the first twenty hold.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse

from almazara.movies.cleaning import cleaning
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import judgement, splitting
from almazara.movies.judging.evaluation import Judged, judged_data
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
CONTENT = {"large": ((500, 60), (1000, 60), (1000, 100)), "small": ((300, 20), (300, 60), (300, 150))}
"""Ridges and weights of content of EASE with content columns."""
LEAST = 6
"""Films of one side that a user must have to be asked for."""
SMALL = 1000
"""Fewer users than this take the grid `small`."""


def load(name: str) -> Judged:
    """The pairs of the real data, the content of their films, and the clean tables."""
    tables = dict(cleaning.clean(files.read_raw(REAL_DATA / "the-movies-dataset", REAL_DATA / name)).tables)
    return judged_data(tables, name)


def peers(n_users: int) -> Iterator[tuple[str, UserModel]]:
    """The models that the default must beat, by family; of each the best of its grid counts."""
    yield "popularity", Popularity()
    for alpha, beta in ((0.5, 0.2), (0.6, 0.2), (0.7, 0.2), (0.7, 0.3), (0.7, 0.6), (0.8, 0.4), (1.0, 0.2)):
        yield f"RP3beta {alpha} {beta}", Rp3Beta(alpha=alpha, beta=beta)
    for neighbors, shrinkage in ((100, 20), (100, 100), (400, 20), (400, 100), (4000, 20), (4000, 100)):
        yield f"item-kNN {neighbors} {shrinkage}", ItemKnn(neighbors=neighbors, shrinkage=shrinkage)
    for ridge in (0.03, 0.1, 0.3):
        yield f"ALS {ridge}", Als(ridge=ridge)
    for ridge in (100, 400, 1000):
        for dropout in (0.33, 0.5, 0.7, 0.9):
            yield f"EDLAE {ridge} {dropout}", Ease(ridge=ridge, dropout=dropout)
    for ridge, weight in CONTENT["small" if n_users < SMALL else "large"]:
        yield f"EASE+content {ridge} {weight}", Ease(ridge=ridge, content_weight=weight)


def compare(data: Judged, splits: Sequence[splitting.Split], models: Iterable[tuple[str, UserModel]]) -> None:
    """Print NDCG@10 of each model on splits of one training, and the default's ratios to the best of the others."""
    best, train = np.zeros(len(splits)), splits[0].train
    for name, model in (*models, ("hybrid", UserHybrid(similar=data.similar(train)))):
        started = time.process_time()
        fitted = model.fit(train, data.content)
        trained = time.process_time() - started
        found = np.array([_ndcg(fitted, split) for split in splits])
        ratio = f"   x the best peer: {' '.join(f'{one:.3f}' for one in found / best)}" if name == "hybrid" else ""
        print(f"{name:24}", *(f"{one:.4f}" for one in found), f"  train {trained:.1f} CPU s{ratio}", flush=True)
        best = np.maximum(best, found)


def quality(arguments: argparse.Namespace) -> None:
    data = load(arguments.data)
    for name in arguments.splits.split(","):
        rng = np.random.default_rng(arguments.seed)
        split = (
            splitting.random_split(data.pairs, rng) if name == "random" else splitting.temporal_split(data.pairs, rng)
        )
        print(f"{name} split")
        compare(data, [split], peers(len(data.pairs.users)))


def short(arguments: argparse.Namespace) -> None:
    """All models are fitted once: the same users train nothing at every length."""
    data = load(arguments.data)
    print("known films:", *SHORT)
    splits = [splitting.short_split(data.pairs, np.random.default_rng(arguments.seed), n) for n in SHORT]
    compare(data, splits, peers(len(data.pairs.users)))


def _ndcg(fitted: FittedUserModel, split: splitting.Split) -> float:
    lists = top_lists(fitted, split.known, split.candidates, np.random.default_rng(0))
    return judgement.judge(lists, split).means()["ndcg_at_10"]


def by_time(arguments: argparse.Namespace) -> None:
    data = load(arguments.data)
    compare(data, [splitting.time_split(data.pairs)], (("popularity", Popularity()), ("RP3beta", Rp3Beta())))


def cold(arguments: argparse.Namespace) -> None:
    """Cold films among themselves, and among all films; the catalog's votes are popularity's best guess at them."""
    data = load(arguments.data)
    pairs, content, tables = data.pairs, data.content, data.tables
    split = splitting.cold_split(pairs, np.random.default_rng(arguments.seed))
    votes = tables[s.FILMS][s.VOTE_COUNT].to_numpy()[data.rows].astype(np.float32)
    everything = np.ones(len(votes), dtype=bool)
    fitted = {
        "popularity": Popularity().fit(split.train, content),
        "votes of the catalog": _Constant(votes),
        "hybrid": UserHybrid(similar=data.similar(split.train)).fit(split.train, content),
    }
    for among, candidates in (("cold films", split.candidates), ("all films", everything)):
        for name, model in fitted.items():
            lists = top_lists(model, split.known, candidates, np.random.default_rng(arguments.seed))
            means = judgement.judge(lists, split).means()
            print(
                f"among {among:10} {name:22} recall@20 {means['recall_at_20']:.4f}  NDCG@10 {means['ndcg_at_10']:.4f}"
            )


def seam(arguments: argparse.Namespace) -> None:
    """Recall@20 of profiles on both sides of the seam between films with ratings and without."""
    data = load(arguments.data)
    pairs, content, tables = data.pairs, data.content, data.tables
    seen, rng = pairs.matrix(np.ones(len(pairs.user), dtype=bool)), np.random.default_rng(arguments.seed)
    years, n_films = tables[s.FILMS][s.RELEASE_YEAR].to_numpy()[data.rows], seen.shape[1]
    which = arguments.withheld
    withheld = years > int(which) if which.isdigit() else rng.random(n_films) < 1 / 3
    users = rng.permutation(seen.shape[0])
    asked, others = users[: len(users) // 5], np.sort(users[len(users) // 5 :])
    train = sparse.csr_array(seen[others] @ sparse.diags_array((~withheld).astype(np.float32)))
    train.eliminate_zeros()
    models = {
        "content alone": _ContentAlone(content),
        "popularity": Popularity().fit(train, content),
        "hybrid": UserHybrid(similar=data.similar(train)).fit(train, content),
    }
    for side, of in (("without ratings", withheld), ("with ratings", ~withheld)):
        cases = list(_cases(seen, asked, of, rng))
        for name, model in models.items():
            recall, share = np.mean([_recall(model, known, wanted, withheld) for known, wanted in cases], axis=0)
            print(f"films {side:15} {name:13} recall@20 {recall:.3f}, of them without ratings {share:.2f}", flush=True)


def _cases(
    seen: sparse.csr_array, users: np.ndarray, of: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Ten films of each user, or half of them where they are fewer, from one side; and all others of theirs."""
    for user in users:
        films = seen.indices[seen.indptr[user] : seen.indptr[user + 1]]
        own = rng.permutation(films[of[films]])
        if len(own) >= LEAST:
            known = np.sort(own[: min(len(own) // 2, 10)])
            yield known, np.setdiff1d(films, known)


def _recall(model: FittedUserModel, known: np.ndarray, wanted: np.ndarray, withheld: np.ndarray) -> tuple[float, float]:
    """Share of the wanted films among the first twenty, and of these without ratings."""
    profile = sparse.csr_array(
        (np.ones(len(known), dtype=np.float32), known, [0, len(known)]), shape=(1, len(withheld))
    )
    scores = model.scores(profile)[0].astype(np.float64)
    scores[known] = -np.inf
    first = np.argsort(-scores, kind="stable")[:20]
    return np.isin(first, wanted).sum() / min(20, len(wanted)), withheld[first].mean()


class _ContentAlone:
    """The cosine of a film's content with the sum of the profile's."""

    def __init__(self, content: sparse.csr_array) -> None:
        self._content = content

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        return np.asarray(((profiles @ self._content) @ self._content.T).toarray())


class _Constant:
    """The same scores for everybody."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def scores(self, profiles: sparse.csr_array) -> np.ndarray:
        return np.tile(self._values, (profiles.shape[0], 1))


def size(arguments: argparse.Namespace) -> None:
    """Time and memory of training on resampled ratings, and of answers from memory-mapped arrays."""
    data = load(arguments.data)
    seen = resampled(data.pairs, arguments.users, arguments.films, np.random.default_rng(arguments.seed))
    catalog = content_matrix(data.tables) if arguments.films else data.content
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
    parts = {"quality": quality, "short": short, "time": by_time, "cold": cold, "seam": seam, "size": size}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=parts)
    parser.add_argument("--data", default="ml-1m-half")
    parser.add_argument("--splits", default="random")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--withheld", default="third", metavar="third|YEAR")
    parser.add_argument("--users", type=int, default=0)
    parser.add_argument("--films", type=int, default=0)
    arguments = parser.parse_args()
    parts[arguments.part](arguments)


if __name__ == "__main__":
    main()
