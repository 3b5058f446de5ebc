"""Fixtures of a built catalog: the embedded sample and, where it is there, the real data; built once a test run."""

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import polars as pl
import pytest
import uvicorn
from fastapi import FastAPI

from almazara import asgi
from almazara.app import movies
from almazara.artifacts import MANIFEST, Artifact
from almazara.keys import KeyFolder
from almazara.movies import building
from almazara.movies.service import MovieService
from almazara.settings import Settings
from made import kept, source_of_movies
from profiles import NIGHTLY
from waiting import no_progress


def settings_for(home: Path, **values: object) -> Settings:
    return Settings(_env_file=None, home=home, **{"open_writes": True, **values})


@pytest.fixture(scope="session")
def sample_home(request) -> Path:
    """A home folder in which the embedded sample is published; read only."""
    return kept(
        request,
        "sample-home",
        source_of_movies(),
        lambda home: building.ensure_movies(settings_for(home), no_progress),
    )


@pytest.fixture(scope="session")
def sample_films(sample_home) -> MovieService:
    """The service over the sample."""
    return movies.open_movies(settings_for(sample_home))


@pytest.fixture(scope="session")
def real_home(request, real_data) -> Path:
    """A home folder in which the real catalog is published; read only."""
    folder = real_data / "movies" / "the-movies-dataset"

    def make(home: Path) -> None:
        ratings = None if NIGHTLY else some_ratings(folder, home / "ratings")
        building.build_movies(settings_for(home), folder, ratings=ratings, sample=False, progress=no_progress)

    return kept(request, f"real-home-{NIGHTLY}", [*source_of_movies(), Path(__file__), *folder.iterdir()], make)


def some_ratings(folder: Path, target: Path) -> Path:
    """The ratings of every fifth user, since learning from all takes half of a build."""
    target.mkdir(parents=True)
    ratings = pl.read_csv(folder / "ratings_small.csv.gz", infer_schema=False)
    ratings.filter(pl.col("userId").cast(pl.Int64) % 5 == 0).write_csv(target / "ratings_small.csv")
    shutil.copy(folder / "links.csv.gz", target)
    return target


_FILM = {
    "adult": "False",
    "belongs_to_collection": "",
    "budget": "0",
    "genres": "[]",
    "homepage": "",
    "id": "",
    "imdb_id": "",
    "original_language": "en",
    "original_title": "",
    "overview": "",
    "popularity": "1.5",
    "poster_path": "",
    "production_companies": "[]",
    "production_countries": "[]",
    "release_date": "2000-01-01",
    "revenue": "0",
    "runtime": "90.0",
    "spoken_languages": "[]",
    "status": "Released",
    "tagline": "",
    "title": "",
    "video": "False",
    "vote_average": "6.0",
    "vote_count": "10",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A film made by hand: raw values over the defaults, (name, character) of its cast, names of its directors."""

    title: str
    raw: dict[str, object] = field(default_factory=dict)
    cast: tuple[tuple[str, str], ...] = ()
    directors: tuple[str, ...] = ()


def write_raw(folder: Path, films: Sequence[Made]) -> Path:
    """Raw files of hand-made films; ids are 1, 2, 3 ... in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, people = [], []
    for number, made in enumerate(films, start=1):
        own = {"id": number, "title": made.title, "original_title": made.title}
        rows.append({**_FILM, **own, **made.raw})
        cast = [
            {"id": 100 + order, "name": name, "character": character, "order": order}
            for order, (name, character) in enumerate(made.cast)
        ]
        crew = [{"id": 200, "name": name, "job": "Director", "department": "Directing"} for name in made.directors]
        people.append({"cast": repr(cast), "crew": repr(crew), "id": number})
    for name, columns, content in (
        ("movies_metadata.csv", list(_FILM), rows),
        ("credits.csv", ["cast", "crew", "id"], people),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(content)
    return folder


def publish_made(home: Path, films: Sequence[Made], titles: str | None = None, **values: object) -> MovieService:
    """The service over hand-made films, built and published under `home` as users do; `titles` are a file's lines."""
    settings = settings_for(home, max_loss_share=1.0, **values)
    folder, given = write_raw(home / "raw", films), None
    if titles is not None:
        given = home / "titles.csv"
        given.write_text(f"id,title,language\n{titles}\n", encoding="utf-8")
    building.build_movies(settings, folder, ratings=None, titles=given, sample=False, progress=no_progress)
    return movies.open_movies(settings)


def without_files(artifact: Artifact, pattern: str) -> None:
    """Take files out of a version, as an Almazara would have built it that did not make them."""
    files = sorted(artifact.path.glob(pattern))
    assert files
    kept_files = {name: digest for name, digest in artifact.files.items() if artifact.path / name not in files}
    (artifact.path / MANIFEST).write_text(json.dumps({**artifact.manifest, "files": kept_files}), encoding="utf-8")
    for file in files:
        file.unlink()


def app_over(published: Path, home: Path, **values: object) -> FastAPI:
    """API and site over the artifacts of one home folder, keeping what they write in another."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "artifacts").symlink_to(published / "artifacts")
    return asgi.app_over(settings_for(home, demo=False, **values))


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the app, which runs on a real server in a thread."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=5))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture(scope="session")
def sample_api(sample_home, tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of the whole app over the sample."""
    with served(app_over(sample_home, tmp_path_factory.mktemp("api") / "home")) as client:
        yield client


@contextmanager
def server_process(
    command: str, home: Path, *options: str, **settings: object
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`almazara up` or `serve` in a process of its own, on a free port, and a client of the address that it prints."""
    # Nobody reads what it logs: a line a request would fill the pipe, and the server wait for ever.
    asked = {"home": home, "log_level": "warning", **settings}
    values = {f"ALMAZARA_{name.upper()}": str(value) for name, value in asked.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "almazara", command, "--port", "0", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **values},
    ) as process:
        try:
            printed = [""]
            while process.stderr and not printed[-1].startswith("Almazara: http://"):
                printed.append(process.stderr.readline())
                if not printed[-1]:
                    pytest.fail(f"almazara {command} did not start: {''.join(printed)}")
            own = {"X-API-Key": KeyFolder(home / "keys").made_own()}
            address = printed[-1].split()[1]
            with httpx.Client(base_url=address, headers=own, timeout=60, trust_env=False) as client:
                yield process, client
        finally:
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()
