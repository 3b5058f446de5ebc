"""Measure how much a rating should weigh in a profile: does the list find what users rate 4 and more, not 2 and less?

Run: python benchmarks/profile_weights.py [RATINGS] [--folds 2]

RATINGS is a folder with MovieLens' ratings.csv, plain or gzip. Half of the users train EASE on bare pairs; of each
other user with 20 ratings or more a fifth of them is held out, and the rest, or ten of them, is the profile.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from serve_films import REAL_DATA

RIDGE, DROPOUT, FEWEST = 300, 0.33, 5


def rising(stars_per_weight: float, low: float) -> Callable[[np.ndarray], np.ndarray]:
    """Weights of ratings: 1 for 3.5 stars, `low` for 2 and less."""
    return lambda ratings: np.where(ratings <= 2, low, 1 + (ratings - 3.5) / stars_per_weight)


SCHEMES = {
    "1 for every film": np.ones_like,
    "1 + (r - 3.5) / 6, low 0": rising(6, 0),
    "1 + (r - 3.5) / 3, low 0.3": rising(3, 0.3),
    "1 + (r - 3.5) / 3, low 0": rising(3, 0),
    "1 + (r - 3.5) / 4, low -0.2": rising(4, -0.2),
    "1 + (r - 3.5) / 3, low -0.2 (used)": rising(3, -0.2),
    "1 + (r - 3.5) / 2, low -0.2": rising(2, -0.2),
    "1 + (r - 3.5) / 3, low -0.5": rising(3, -0.5),
    "1 + (r - 3.5) / 3, low -1": rising(3, -1),
    "1 + (r - 3.5) / 1.5, low -0.5": rising(1.5, -0.5),
}
Figures = tuple[float, float, float, float]


def ease(matrix: np.ndarray) -> np.ndarray:
    """Item-item weights (items, items) of a (users, items) matrix of ones."""
    gram = matrix.T @ matrix
    gram[np.diag_indices_from(gram)] *= 1 + DROPOUT / (1 - DROPOUT)
    gram[np.diag_indices_from(gram)] += RIDGE
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def ndcg(first: np.ndarray, truth: np.ndarray) -> float:
    """NDCG of the ten first films."""
    discount = 1 / np.log2(np.arange(2, 12))
    return float((np.isin(first, truth) @ discount) / discount[: len(truth)].sum()) if len(truth) else np.nan


def judge(scores: np.ndarray, known: np.ndarray, held: np.ndarray, ratings: np.ndarray) -> Figures:
    """NDCG@10 of all films held out and of the good ones, share of bad ones in the ten, pairs in the right order."""
    left = scores.copy()
    left[known] = -np.inf
    first, good, bad = np.argsort(-left)[:10], held[ratings >= 4], held[ratings <= 2]
    shown = np.isin(first, bad).mean() if len(bad) else np.nan
    ordered = (scores[good][:, None] > scores[bad]).mean() if len(good) and len(bad) else np.nan
    return ndcg(first, held), ndcg(first, good), float(shown), float(ordered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ratings", nargs="?", type=Path, default=REAL_DATA.parent / "ml-latest-small")
    parser.add_argument("--folds", type=int, default=2)
    options = parser.parse_args()
    table = pl.read_csv(next(options.ratings.glob("ratings.csv*")))
    table = table.filter(pl.len().over("movieId") >= FEWEST)
    users, user = np.unique(table["userId"], return_inverse=True)
    items, item = np.unique(table["movieId"], return_inverse=True)
    rating, rng = table["rating"].to_numpy(), np.random.default_rng(2026)
    found: dict[tuple[str, str], list[Figures]] = {}
    for _ in range(options.folds):
        order = rng.permutation(len(users))
        train, judges = np.isin(user, order[: len(users) // 2]), order[len(users) // 2 :]
        matrix = np.zeros((len(users), len(items)), dtype=np.float32)
        matrix[user[train], item[train]] = 1
        weights = ease(matrix)
        for rows in (rng.permutation(np.flatnonzero(user == judge_)) for judge_ in judges):
            held, profile = rows[: len(rows) // 5], rows[len(rows) // 5 :]
            for (length, known), (name, scheme) in (
                (case, scheme)
                for case in (("all", profile), ("10", profile[:10]))
                for scheme in SCHEMES.items()
                if len(rows) >= 20
            ):
                scores = scheme(rating[known]).astype(np.float32) @ weights[item[known]]
                found.setdefault((length, name), []).append(judge(scores, item[known], item[held], rating[held]))
    print(f"{'profile':<9}{'weight of a rating':<40}{'NDCG@10':>9}{'of 4+':>9}{'2- in ten':>11}{'right order':>13}")
    for (length, name), figures in found.items():
        everything, liked, shown, ordered = np.nanmean(np.array(figures), axis=0)
        print(f"{length:<9}{name:<40}{everything:>9.4f}{liked:>9.4f}{shown:>11.4f}{ordered:>13.4f}")


if __name__ == "__main__":
    main()
