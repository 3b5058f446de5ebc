"""What variety (`?diversidad=`) costs and gives: half of the users make the lists, the other half judges them.

Run: python benchmarks/diversity.py [FILMS] [RATINGS] [--seed 7] [--method hibrido]

The catalog is cut to the films that somebody rated. Truth for a film: the five (ten) films that the viewers of the
judging half share with it most, by cosine of co-occurrence, over films that at least 20 of them saw. Beside NDCG stand
how alike the films of a list are (mean cosine of content), how many of its pairs share a director, how many different
films all lists hold, and how many viewers the films of a list have.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from almazara.movies.catalog.build import build_answers
from almazara.movies.catalog.catalog import open_catalog
from almazara.movies.cleaning import cleaning
from almazara.movies.cleaning import schema as s
from almazara.movies.judging import metrics
from almazara.movies.raw import files
from almazara.movies.similar import collaborative
from almazara.movies.similar.answering import open_similar
from almazara.movies.similar.build import build_similar

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "movies"
LEVELS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
FEWEST_JUDGES = 20
LENGTH = 10


def quiet(*_done: object) -> None:
    """Progress that nobody looks at."""


def rated_catalog(films: Path, ratings: Path) -> dict[str, pl.DataFrame]:
    """The clean tables, cut to films that were rated."""
    tables = dict(cleaning.clean(files.read_raw(films, ratings, quiet)).tables)
    rated = tables[s.RATINGS][s.FILM_ID].unique()
    for name, table in tables.items():
        column = s.ID if name == s.FILMS else s.FILM_ID
        if column in table.columns:
            tables[name] = table.filter(pl.col(column).is_in(rated.implode()))
    return tables


def truth(judges: np.ndarray, length: int) -> np.ndarray:
    """(films, films) bool: the films most often seen together with each, by cosine."""
    together = judges.T @ judges
    seen = np.maximum(np.diag(together), 1)
    cosine = together / np.sqrt(np.outer(seen, seen))
    np.fill_diagonal(cosine, -1)
    relevant = np.zeros(cosine.shape, dtype=bool)
    np.put_along_axis(relevant, np.argsort(-cosine, axis=1, kind="stable")[:, :length], values=True, axis=1)
    return relevant


def _change(scores: np.ndarray, plain: np.ndarray) -> str:
    drawn = metrics.relative_replicates(scores, plain, np.random.default_rng(1))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{metrics.relative_difference(scores, plain):+.2%} ({low:+.2%} to {high:+.2%})"


def _share_of_pairs(lists: np.ndarray, names: list[set[str]]) -> float:
    """The share of pairs of films of a list that share a name."""
    first, second = np.triu_indices(LENGTH, 1)
    pairs = zip(lists[:, first].ravel().tolist(), lists[:, second].ravel().tolist(), strict=True)
    return float(np.mean([not names[one].isdisjoint(names[other]) for one, other in pairs]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("films", nargs="?", type=Path, default=DATA / "the-movies-dataset")
    parser.add_argument("ratings", nargs="?", type=Path, default=DATA / "ml-1m-half")
    parser.add_argument("--method", default="hibrido")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    tables = rated_catalog(options.films, options.ratings)
    users = tables[s.RATINGS][s.USER_ID].unique().sort()
    training = pl.Series(rng.permutation(users.to_numpy())[: len(users) // 2])
    own = pl.col(s.USER_ID).is_in(training.implode())
    judging = collaborative.viewers(tables[s.RATINGS].filter(~own), tables[s.FILMS][s.ID]).matrix.toarray()
    answers = build_answers(tables)
    rated = {**tables, s.RATINGS: tables[s.RATINGS].filter(own)}
    groups = {**answers, **build_similar(rated, answers["twins"]["labels"], quiet)}
    similar = open_similar(groups.__getitem__, open_catalog(groups.__getitem__))
    select, method, likeness = similar.ranking.similar, similar.methods[options.method], similar.ranking.space
    viewers = judging.sum(axis=0)
    rows = np.flatnonzero(viewers >= FEWEST_JUDGES)
    directors = [set(names) for names in tables[s.FILMS][s.DIRECTORS].to_list()]
    relevant = {length: truth(judging, length)[rows] for length in (5, LENGTH)}
    print(f"{len(rows)} films judged by {judging.shape[0]} users, lists from {len(training)} others, {options.method}")
    print(f"{'diversidad':>10}{'NDCG@5':>9}{'NDCG@10':>9}{'change of NDCG@5 (95 %)':>26}", end="")
    print(f"{'likeness':>10}{'same director':>15}{'films listed':>14}{'viewers':>9}")
    plain = np.zeros(len(rows))
    for level in LEVELS:
        lists = np.stack([select(method, row, LENGTH, diversity=level).rows for row in rows.tolist()])
        hits = {length: np.take_along_axis(relevant[length], lists[:, :length], axis=1) for length in relevant}
        scores = {length: metrics.ndcg(hit, np.full(len(rows), length)) for length, hit in hits.items()}
        plain = scores[5] if level == 0 else plain
        pairs = np.triu_indices(LENGTH, 1)
        alike = np.mean([likeness.between(found)[pairs].mean() for found in lists])
        shared = _share_of_pairs(lists, directors)
        print(
            f"{level:>10.2f}{scores[5].mean():>9.4f}{scores[LENGTH].mean():>9.4f}{_change(scores[5], plain):>26}",
            end="",
        )
        print(f"{alike:>10.4f}{shared:>15.4f}{len(np.unique(lists)):>14,}{viewers[lists].mean():>9.0f}")


if __name__ == "__main__":
    main()
