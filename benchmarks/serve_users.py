"""Measure the routes for users: processor time of the server for a list, by the length of the user's history.

A route that answers a constant tells how busy the machine is.

Run: python benchmarks/serve_users.py [FOLDER RATINGS | --home HOME] [--requests 300]

FOLDER holds The Movies Dataset and RATINGS MovieLens ratings (default: the real data beside the repository, else the
embedded sample); HOME has a published catalog already. Users are made up, with random films as their history; the
server is a process of its own, and keeps events in an SQLite file.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import uvloop
from serve_films import REAL_DATA, SERVER_OPTIONS, TRIVIAL, ask, server

from almazara.app import movies
from almazara.movies import building
from almazara.movies.users.answering import ListQuery
from almazara.movies.users.events import Event, Kind
from almazara.settings import Settings

LENGTHS = (0, 1, 10, 100, 500)
USERS = 20


def build(home: Path, folder: Path | None, ratings: Path | None) -> None:
    """Publish a catalog in a home folder."""
    settings = Settings(_env_file=None, home=home)  # type: ignore[call-arg]

    def quiet(_stage: str, _done: int, _total: int) -> None:
        pass

    if folder is None:
        building.ensure_movies(settings, quiet)
    else:
        building.build_movies(settings, folder, ratings=ratings, sample=False, progress=quiet)


def make_users(settings: Settings) -> None:
    """Keep the events of twenty users of each length, and print what a batch of a thousand costs."""
    rng, now = random.Random(2026), datetime.now(UTC)
    users = movies.open_film_users(settings)
    popular = [film.id for film in users.answers().for_user("nobody", [], ListQuery(n=50)).detalle]
    films = [*popular, *movies.open_movies(settings)._parts.catalog._ids]  # noqa: SLF001
    batches = []
    for length, number in itertools.product(LENGTHS, range(USERS)):
        user = f"u{length}-{number}"
        seen = rng.sample(films[: 50 * (1 + length)], length)
        rated = [(film, rng.choice([1.0, 2.5, 3.5, 4.0, 5.0])) for film in dict.fromkeys(seen)]
        batches += [Event(f"{user}-{film}", user, film, Kind.RATING, value, now) for film, value in rated]
    started = time.process_time()
    for start in range(0, len(batches), 1000):
        users.store.append(batches[start : start + 1000], now)
    print(f"1,000 events kept: {1e6 * (time.process_time() - started) / len(batches):.0f} ms of processor time")
    users.close()


def measure(process: psutil.Process, port: int, requests: int) -> None:
    """Print processor and wall time of each kind of list."""
    routes = {TRIVIAL: [TRIVIAL]} | {
        f"usuario, {length} films": [f"/recomendacion/usuario/u{length}-{n}" for n in range(USERS)]
        for length in LENGTHS
    }
    of_100 = routes["usuario, 100 films"]
    routes |= {
        "usuario, of the ratings file": [f"/recomendacion/usuario/{number}" for number in range(1, 100)],
        "usuario, 100 films, n=50": [f"{path}?n=50" for path in of_100],
        "usuario, 100 films, filtered": [f"{path}?idioma=es&anio_min=1980" for path in of_100],
        "usuario, 100 films, varied": [f"{path}?diversidad=0.5" for path in of_100],
        "grupo, 2 of 100 films": ["/recomendacion/grupo?usuarios=u100-1,u100-2"],
        "grupo, 5 of 100 films": ["/recomendacion/grupo?usuarios=u100-1,u100-2,u100-3,u100-4,u100-5"],
    }
    print(f"{'route':<36}{'CPU ms':>8}{'wall ms':>9}{'not 200':>9}")
    for name, paths in routes.items():
        uvloop.run(ask(port, itertools.cycle(paths), 2 * USERS, 1))  # warm
        before = process.cpu_times()
        seconds, failed = uvloop.run(ask(port, itertools.cycle(paths), requests, 1))
        after = process.cpu_times()
        cost = 1e3 * (sum(after[:2]) - sum(before[:2])) / requests
        print(f"{name:<36}{cost:>8.2f}{1e3 * seconds / requests:>9.2f}{failed:>9}", flush=True)
    print(f"resident memory: {process.memory_info().rss / 1e6:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    real = REAL_DATA.is_dir()
    parser.add_argument("folder", nargs="?", type=Path, default=REAL_DATA if real else None)
    parser.add_argument("ratings", nargs="?", type=Path, default=REAL_DATA.parent / "ml-latest-small" if real else None)
    parser.add_argument("--home", type=Path, help="a home folder with a published catalog")
    parser.add_argument("--requests", type=int, default=300, help="per kind of list")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        if options.home:
            (home / "artifacts").symlink_to(options.home.resolve() / "artifacts")
        else:
            build(home, options.folder, options.ratings)
        make_users(Settings(_env_file=None, home=home))  # type: ignore[call-arg]
        command = [sys.executable, "-m", "uvicorn", *SERVER_OPTIONS, "--factory", "film_server:create_measured_app"]
        with server(home, command) as (process, port, _):
            measure(process, port, options.requests)


if __name__ == "__main__":
    main()
