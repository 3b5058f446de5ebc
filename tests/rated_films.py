"""Raw films with ratings in which tastes can be learned: two kinds of viewers, each with films of their own."""

import csv
import random
from pathlib import Path

from sample_catalog import Made, write_raw

FILMS = 40
_HALF = FILMS // 2


def tastes(n_users: int, seed: int = 0, n_films: int = 10) -> list[tuple[int, int, float, int]]:
    """(user, film, rating, time): odd users rate films of the first half, even ones of the second."""
    rng = random.Random(seed)
    rows = []
    for user in range(1, n_users + 1):
        first = 1 if user % 2 else _HALF + 1
        for place, film in enumerate(rng.sample(range(first, first + _HALF), n_films)):
            rows.append((user, film, 4.0, 1_000_000_000 + 1000 * user + place))
    return rows


def write_rated(folder: Path, rows: list[tuple[object, ...]]) -> Path:
    """Raw files of forty films, and these ratings with links to them."""
    write_raw(folder, [Made(f"Film {number}") for number in range(1, FILMS + 1)])
    for name, header, content in (
        ("ratings.csv", ("userId", "movieId", "rating", "timestamp"), rows),
        ("links.csv", ("movieId", "imdbId", "tmdbId"), [(film, "", film) for film in range(1, FILMS + 1)]),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(content)
    return folder
