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
    "1 + (r - 3.5) / 3, low -0.5": rising(3, -0.5),
    "1 + (r - 3.5) / 3, low -1": rising(3, -1),
    "1 + (r - 3.5) / 1.5, low 0.2": rising(1.5, 0.2),
    "1 + (r - 3.5) / 1.5, low -0.5 (used)": rising(1.5, -0.5),
}
Figures = tuple[float, float, float]


def ease(matrix: np.ndarray) -> np.ndarray:
    """Item-item weights (items, items) of a (users, items) matrix of ones."""
    gram = matrix.T @ matrix
    gram[np.diag_indices_from(gram)] *= 1 + DROPOUT / (1 - DROPOUT)
    gram[np.diag_indices_from(gram)] += RIDGE
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def judge(scores: np.ndarray, known: np.ndarray, good: np.ndarray, bad: np.ndarray) -> Figures:
    """NDCG@10 of the good films, share of the bad ones in the ten, share of (good, bad) pairs in the right order."""
    left = scores.copy()
    left[known] = -np.inf
    first, discount = np.argsort(-left)[:10], 1 / np.log2(np.arange(2, 12))
    ndcg = (np.isin(first, good) @ discount) / discount[: len(good)].sum() if len(good) else np.nan
    shown = np.isin(first, bad).mean() if len(bad) else np.nan
    ordered = (scores[good][:, None] > scores[bad]).mean() if len(good) and len(bad) else np.nan
    return float(ndcg), float(shown), float(ordered)


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
            good, bad = item[held][rating[held] >= 4], item[held][rating[held] <= 2]
            for (length, known), (name, scheme) in (
                (case, scheme)
                for case in (("all", profile), ("10", profile[:10]))
                for scheme in SCHEMES.items()
                if len(rows) >= 20
            ):
                scores = scheme(rating[known]).astype(np.float32) @ weights[item[known]]
                found.setdefault((length, name), []).append(judge(scores, item[known], good, bad))
    print(f"{'profile':<9}{'weight of a rating':<40}{'NDCG@10, 4+':>12}{'2- in ten':>11}{'right order':>13}")
    for (length, name), figures in found.items():
        ndcg, shown, ordered = np.nanmean(np.array(figures), axis=0)
        print(f"{length:<9}{name:<40}{ndcg:>12.4f}{shown:>11.4f}{ordered:>13.4f}")


if __name__ == "__main__":
    main()
