"""Raw films with ratings in which tastes can be learned: four circles of viewers, each with ten films of its own."""

import csv
import shutil
from pathlib import Path

import pytest

from almazara.movies import building
from sample_catalog import Made, settings_for, write_raw
from waiting import no_progress

FILMS = 40
_CIRCLES = 4


def tastes(n_users: int) -> list[tuple[int, int, float, int]]:
    """(user, film, rating, time): every user has rated all films of one circle.

    Of fewer than five users no two share a film, so that nothing can be learned from them.
    """
    films = FILMS // _CIRCLES
    return [
        (user, 1 + films * (user % _CIRCLES) + place, 4.0, 1_000_000_000 + 1000 * user + place)
        for user in range(1, n_users + 1)
        for place in range(films)
    ]


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


def publish_rated(home: Path, users: int) -> None:
    """Publish a version of the films, rated by so many users."""
    raw = write_rated(home / "raw", tastes(users))
    building.build_movies(settings_for(home), raw, ratings=None, sample=False, progress=no_progress)


def own_home(published: Path, tmp_path: Path, patch: pytest.MonkeyPatch) -> Path:
    """A copy of a home folder, in the environment too for child processes; its raw data stays where it is."""
    folder = tmp_path / "home"
    shutil.copytree(published, folder, symlinks=True)
    patch.setenv("ALMAZARA_HOME", str(folder))
    return folder
