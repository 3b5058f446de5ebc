"""Measure lists of similar films against what other viewers prefer together, and against collections.

Usage: python benchmarks/similar_films.py [--ratings NAME] [--halves N] [--viewers N] [--cold|--collections|--seam X]

Users are split in random halves: half A trains, half B judges. The truth of a film are the ten films most preferred
together with it in half B, by cosine of co-occurrence and by log-likelihood ratio; a second truth are the films of its
collection, which no method is told. Candidates are the films with at least `--fewest` ratings; judged are films with
`--viewers` in half B. NDCG@5, the mean of N halves. With --cold, the films are split in five folds instead, and all
ratings of a fold are withheld when its films are asked for. With --collections, the films are those of the whole
catalog, and the truth are their collections. With --seam, the ratings of a random third of the films are withheld
(`third`), or of those after a year (`1995`): of the lists about films with ratings only what was withheld counts, of
those about films without only what has ratings, and of films with 50 ratings whether the first five hold a withheld
film of their collection, which is shown here as in a build.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from almazara.movies.cleaning import cleaning
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import similar_films
from almazara.movies.raw import files
from almazara.movies.similar import collaborative, content, hybrid
from almazara.movies.similar.content import Content
from almazara.movies.similar.features import terms, tfidf
from almazara.movies.similar.lists import Films

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "movies"
CATALOG = "the-movies-dataset"
DISCOUNT = 1 / np.log2(np.arange(2, 7))
TRUTH = 10
FOLDS = 5
HAND = {"director": 0.4, "cast": 0.5, "genre": 0.8, "keyword": 1.0, "title": 0.4, "overview": 0.8}
"""The weights that were set by hand before any were learned; the collection's (1.0) is withheld here."""
WELL_KNOWN = 50
COLD = ("TF-IDF of overviews", "soup of fields", "fields, weights by hand", "contenido", "hibrido")
"""Methods that say something about a film without ratings."""
SHRINKAGE = (0, 5, 20, 50)
TEMPER = (0.0, 0.05, 0.1, 0.2)
"""What item-kNN and LLR are tuned by: of each the best counts as the peer."""
Scores = np.ndarray
"""(films, films): how similar the film of the column is to that of the row."""


@dataclass(frozen=True)
class Task:
    """The rated films of a catalog, and who has seen them."""

    tables: Mapping[str, pl.DataFrame]
    rows: np.ndarray
    seen: sparse.csr_array

    @cached_property
    def films(self) -> pl.DataFrame:
        """The rated films."""
        return self.tables[s.FILMS][self.rows.tolist()]

    @cached_property
    def content(self) -> Content:
        """The rated films as the whole catalog describes them, without collections."""
        return content.describe(self.tables).of(self.rows)

    @cached_property
    def order(self) -> Films:
        """Votes, by which equal films are ordered."""
        votes = self.films[s.VOTE_COUNT].to_numpy().astype(np.float32)
        return Films(votes, np.full(len(votes), -1, dtype=np.int32))

    @cached_property
    def by_content(self) -> Mapping[str, np.ndarray]:
        """The lists of content."""
        return content.fit(self.content, self.order)

    @cached_property
    def collections(self) -> np.ndarray:
        """(films, films) bool: other films of the same collection."""
        codes = self.films[s.COLLECTION].rank("dense").fill_null(0).to_numpy()
        same = (codes[:, None] == codes) & (codes > 0)
        np.fill_diagonal(same, val=False)
        return same

    @cached_property
    def fields(self) -> dict[str, Scores]:
        """Cosines of the fields that tutorials use."""
        found, n_films = terms(self.tables), self.tables[s.FILMS].height
        share = {"keyword": 0.01, "title": 0.005, "overview": 0.005}
        matrices = {name: tfidf(found[name], n_films, share.get(name, 1.0))[self.rows] for name in HAND}
        soup = pl.concat([found[name].select("row", "term") for name in ("genre", "keyword", "director", "cast")])
        matrices["soup"] = tfidf(soup, n_films)[self.rows]
        matrices["words"] = tfidf(found["overview"], n_films)[self.rows]
        return {name: (matrix @ matrix.T).toarray().astype(np.float32) for name, matrix in matrices.items()}


def read_task(data: Path, ratings: str, fewest: int, *, shown: bool = False) -> Task:
    """The films of the catalog that have at least `fewest` ratings; collections are withheld where not `shown`."""
    folder = None if ratings == CATALOG else data / ratings
    tables = cleaning.clean(files.read_raw(data / CATALOG, folder)).tables
    if not shown:
        tables[s.COLLECTIONS] = tables[s.COLLECTIONS].clear()  # withheld from the features; the truth is in the films
    seen = collaborative.viewers(tables[s.RATINGS], tables[s.FILMS][s.ID]).matrix
    rows = np.flatnonzero(np.bincount(seen.indices, minlength=seen.shape[1]) >= fewest)
    return Task(tables, rows, sparse.csr_array(seen[:, rows]))


def together(seen: sparse.csr_array) -> np.ndarray:
    """How many users have both films; on the diagonal, how many have the film."""
    return (seen.T @ seen).toarray().astype(np.float64)


def cosine(counts: np.ndarray) -> Scores:
    """Cosine of co-occurrence."""
    own = np.diag(counts)
    return similar_films.cosine(counts, own[:, None], own)


def likelihood_ratio(counts: np.ndarray, users: int) -> Scores:
    """Log-likelihood ratio, negative where films are seen together less than by chance."""
    own = np.diag(counts)
    return similar_films.likelihood_ratio(counts, own[:, None], own, users)


def shrunk(counts: np.ndarray, viewers: float) -> Scores:
    """Cosine of co-occurrence, less where few saw both: as if so many more viewers had seen either of the two alone."""
    return np.asarray(cosine(counts) * counts / (counts + viewers)) if viewers else cosine(counts)


def tempered(counts: np.ndarray, users: int, power: float) -> Scores:
    """Log-likelihood ratio over a power of the viewers of the other film."""
    return likelihood_ratio(counts, users) / np.maximum(np.diag(counts), 1) ** power


def ease(counts: np.ndarray, ridge: float = 1000.0) -> Scores:
    """Rows of EASE's weights (Steck 2019)."""
    inverse = np.linalg.inv(counts + ridge * np.eye(len(counts)))
    return np.asarray((-inverse / np.diag(inverse)).astype(np.float32))


def factors(seen: sparse.csr_array) -> Scores:
    """Cosine of the film factors of implicit ALS with 64 factors."""
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=64, random_state=0, num_threads=1)
    model.fit(sparse.csr_matrix(seen), show_progress=False)
    unit = model.item_factors / np.maximum(np.linalg.norm(model.item_factors, axis=1, keepdims=True), 1e-9)
    return np.asarray(unit @ unit.T)


def by_hand(task: Task) -> Scores:
    """Fields with weights by hand, and the votes as a prior."""
    films = task.films
    years, votes = films[s.RELEASE_YEAR].to_numpy(), np.log1p(films[s.VOTE_COUNT].to_numpy())
    near = 0.3 * np.exp(-np.abs(years[:, None] - years) / 10)
    return sum(weight * task.fields[name] for name, weight in HAND.items()) + near + 0.6 * votes / votes.max()


def as_scores(lists: Mapping[str, np.ndarray]) -> Scores:
    """Lists as scores; films outside a list come last."""
    neighbors = lists["neighbors"]
    scores = np.zeros((len(neighbors), len(neighbors) + 1), dtype=np.float32)
    places = np.arange(neighbors.shape[1], 0, -1, dtype=np.float32)
    np.put_along_axis(scores, np.where(neighbors < 0, len(neighbors), neighbors), places[None], axis=1)
    return scores[:, :-1]


def peers(task: Task, seen: sparse.csr_array) -> dict[str, Callable[[], Scores]]:
    """Every method by name; `seen` is what it may train on."""
    averages = task.films[s.VOTE_AVERAGE].fill_null(0).to_numpy()
    counts, viewers = together(seen), collaborative.Viewers(seen)
    size = (len(averages), len(averages))
    return {
        "nearest vote average": lambda: -np.abs(averages[:, None] - averages),
        "most voted": lambda: np.broadcast_to(task.order.votes, size),
        "TF-IDF of overviews": lambda: task.fields["words"],
        "soup of fields": lambda: task.fields["soup"],
        "fields, weights by hand": lambda: by_hand(task),
        "ALS-64 factors": lambda: factors(seen),
        "EASE rows": lambda: ease(counts),
        **{f"item-kNN cosine, shrinkage {viewers}": partial(shrunk, counts, viewers) for viewers in SHRINKAGE},
        **{f"LLR, tempered {power}": partial(tempered, counts, seen.shape[0], power) for power in TEMPER},
        "contenido": lambda: as_scores(task.by_content),
        "colaborativo": lambda: as_scores(collaborative.fit(viewers, task.order)),
        "hibrido": lambda: as_scores(
            hybrid.fit(task.by_content, collaborative.fit(viewers, task.order), task.content, viewers, task.order)
        ),
    }


def first_five(scores: Scores, votes: np.ndarray) -> np.ndarray:
    """The five best other films of each row; equal ones in order of votes."""
    return similar_films.best(scores, np.arange(len(votes)), 5, votes)


def best_ten(scores: Scores) -> np.ndarray:
    """(films, films) bool: the ten best other films of each row."""
    others = np.array(scores)
    np.fill_diagonal(others, -np.inf)
    truth = np.zeros(scores.shape, dtype=bool)
    np.put_along_axis(truth, np.argpartition(-others, TRUTH, axis=1)[:, :TRUTH], values=True, axis=1)
    return truth


def ndcg(lists: np.ndarray, truth: np.ndarray, judged: np.ndarray) -> float:
    """Mean NDCG@5 over the judged films that have a truth."""
    found = (np.take_along_axis(truth, lists, axis=1) * DISCOUNT).sum(axis=1)
    wanted = truth.sum(axis=1)
    best = np.cumsum(DISCOUNT)[np.minimum(wanted, 5) - 1]
    counted = judged & (wanted > 0)
    return float((found[counted] / best[counted]).mean())


def truths(task: Task, judging: sparse.csr_array) -> dict[str, np.ndarray]:
    """The three truths by the name of their column."""
    counts = together(judging)
    return {
        "cosine": best_ten(cosine(counts)),
        "LLR": best_ten(likelihood_ratio(counts, judging.shape[0])),
        "collection": task.collections,
    }


def judge(task: Task, seen: sparse.csr_array, judging: sparse.csr_array, least: int) -> pl.DataFrame:
    """NDCG@5 of every method against the three truths, and the share of films that its lists show."""
    judged = np.bincount(judging.indices, minlength=judging.shape[1]) >= least
    wanted, votes = truths(task, judging), task.order.votes
    rows = []
    for name, score in peers(task, seen).items():
        lists = first_five(score(), votes)
        marks = {column: ndcg(lists, truth, judged) for column, truth in wanted.items()}
        rows.append({"method": name, **marks, "coverage": len(np.unique(lists)) / len(votes)})
    return pl.DataFrame(rows)


def cold(task: Task, seen: sparse.csr_array, judging: sparse.csr_array, least: int) -> pl.DataFrame:
    """The same for films all of whose ratings are withheld, one fold of films after the other."""
    counts, votes = np.bincount(judging.indices, minlength=judging.shape[1]), task.order.votes
    wanted = truths(task, judging)
    fold = np.random.default_rng(0).integers(0, FOLDS, len(votes))
    lists = {name: np.zeros((len(votes), 5), dtype=np.int64) for name in COLD}
    for number in range(FOLDS):
        known = sparse.csr_array(seen @ sparse.diags_array((fold != number).astype(np.float32)))
        known.eliminate_zeros()
        methods = peers(task, known)
        for name in COLD:
            lists[name][fold == number] = first_five(methods[name](), votes)[fold == number]
    rows = [
        {"method": name} | {c: ndcg(lists[name], truth, counts >= least) for c, truth in wanted.items()}
        for name in COLD
    ]
    return pl.DataFrame(rows)


def seam(task: Task, seen: sparse.csr_array, judging: sparse.csr_array, least: int, which: str) -> pl.DataFrame:
    """NDCG@5 across the seam between films whose ratings are withheld and the others, and sagas across it."""
    votes, counts = task.order.votes, np.bincount(judging.indices, minlength=judging.shape[1])
    withheld = task.films[s.RELEASE_YEAR].to_numpy() > int(which) if which.isdigit() else _third(len(votes))
    known = sparse.csr_array(seen @ sparse.diags_array((~withheld).astype(np.float32)))
    known.eliminate_zeros()
    own, wanted, methods = np.bincount(seen.indices, minlength=len(votes)), truths(task, judging), peers(task, known)
    rows = []
    for name in ("item-kNN cosine, shrinkage 0", "contenido", "hibrido"):
        scores = np.asarray(methods[name](), dtype=np.float32)
        marks: dict[str, float] = {}
        for way, of in (("with", ~withheld), ("without", withheld)):
            across = np.where(of[:, None] & of, -1, scores)  # only films of the other side are listed
            lists = first_five(across, votes)
            judged = of & (counts >= least)
            for column in ("cosine", "LLR"):
                truth = np.where(of[:, None] & of, False, wanted[column])
                marks[f"{column}, {way} ratings"] = ndcg(lists, truth, judged)
        mates = wanted["collection"] & withheld
        sagas = ~withheld & (own >= WELL_KNOWN) & mates.any(axis=1)
        found = np.take_along_axis(mates, first_five(scores, votes), axis=1).any(axis=1)
        back = withheld & (own >= WELL_KNOWN) & (wanted["collection"] & ~withheld).any(axis=1)
        found_back = np.take_along_axis(wanted["collection"] & ~withheld, first_five(scores, votes), axis=1).any(axis=1)
        marks |= {"saga": float(found[sagas].mean()), "saga, without ratings": float(found_back[back].mean())}
        rows.append({"method": name, **marks})
    return pl.DataFrame(rows)


def _third(n_films: int) -> np.ndarray:
    """(films,) bool: a random third."""
    return np.asarray(np.random.default_rng(0).random(n_films) < 1 / 3)


def whole_catalog(tables: Mapping[str, pl.DataFrame]) -> dict[str, float]:
    """Same-collection NDCG@5 of content among all films, with collections withheld and shown."""
    found = {}
    films = tables[s.FILMS]
    votes = films[s.VOTE_COUNT].to_numpy().astype(np.float32)
    codes = films[s.COLLECTION].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    wanted = np.bincount(codes)[codes] - 1
    judged = (codes > 0) & (wanted > 0)
    for name, seen in (("withheld", tables), ("shown", {**tables, s.COLLECTIONS: shown(films)})):
        lists = content.fit(content.describe(seen), Films(votes, np.full(len(votes), -1, dtype=np.int32)))
        hits = (codes[lists["neighbors"][:, :5]] == codes[:, None]) * DISCOUNT
        best = np.cumsum(DISCOUNT)[np.minimum(wanted[judged], 5) - 1]
        found[name] = float((hits[judged].sum(axis=1) / best).mean())
    return found


def shown(films: pl.DataFrame) -> pl.DataFrame:
    """The table of collections again, from the films."""
    known = films.select(pl.col(s.ID).alias(s.FILM_ID), s.COLLECTION).drop_nulls()
    return known.select(s.FILM_ID, pl.lit(0, pl.Int64).alias("collection_id"), s.COLLECTION)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--ratings", default="ml-1m-half")
    parser.add_argument("--halves", type=int, default=2)
    parser.add_argument("--fewest", type=int, default=3)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--collections", action="store_true", help="measure the whole catalog instead")
    parser.add_argument("--seam", metavar="third|YEAR")
    asked = parser.parse_args()
    task = read_task(asked.data, asked.ratings, asked.fewest, shown=asked.seam is not None)
    if asked.collections:
        print({name: round(value, 3) for name, value in whole_catalog(task.tables).items()})
        return
    tables = []
    for seed in range(asked.halves):
        users = np.random.default_rng(seed).permutation(task.seen.shape[0])
        half = len(users) // 2
        measure = partial(seam, which=asked.seam) if asked.seam else cold if asked.cold else judge
        tables.append(measure(task, task.seen[users[:half]], task.seen[users[half:]], asked.viewers))
    mean = pl.concat(tables).group_by("method", maintain_order=True).mean()
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, float_precision=3):
        print(mean)


if __name__ == "__main__":
    main()
