"""Measure the server: start to ready, memory, and each query route beside a trivial JSON route of the same app.

Run: python benchmarks/serve_films.py [FOLDER] [--sample] [--rounds 5] [--requests 1500] [--connections 16]

FOLDER holds The Movies Dataset (default: the real data beside the repository, else the embedded sample). The catalog is
built into a temporary home. The server is a process of its own; this one is the client, over kept-alive connections.
Every round asks each route in turn, so that a busy machine slows all of them alike; ratios are medians of the rounds.
Routes are asked for thousands of different titles, names and days, so that the last 512 searches and lists, which the
server remembers, help nowhere but in the rows "asked again": twenty titles, over and over.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import polars as pl
import psutil
import uvloop

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "movies" / "the-movies-dataset"
TRIVIAL = "/trivial"
DISTINCT = 4000
RECOMMENDATIONS = (
    "n=50",
    "anio_min=1990&n=10",
    "genero=western,terror&n=10",
    "idioma=ja&n=10",
    "diversidad=0.2&n=10",
    "metodo=puntuacion",
)
"""Queries beside the default one, which is answered from bytes made ahead; few films are Japanese or westerns."""
SERVER_OPTIONS = ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "warning"]


def build(home: Path, folder: Path | None) -> Path:
    """The published catalog's folder, of the files in `folder` or of the embedded sample."""
    from almazara.movies.building import build_movies, ensure_movies
    from almazara.settings import Settings

    settings = Settings(_env_file=None, home=home)  # type: ignore[call-arg]

    def quiet(_stage: str, _done: int, _total: int) -> None:
        pass

    if folder is None:
        return ensure_movies(settings, quiet).path
    return build_movies(settings, folder, ratings=None, sample=False, progress=quiet).path


def paths_by_route(catalog: Path) -> dict[str, list[str]]:
    """What is asked of each route: different films and people, as they come, and the directors with most films."""
    rng = random.Random(2026)
    films = pl.read_parquet(catalog / "films.parquet", columns=["id", "title", "release_date"])
    cast = pl.read_parquet(catalog / "cast.parquet", columns=["name"])["name"].unique().sort().to_list()
    crew = pl.read_parquet(catalog / "crew.parquet").filter(pl.col("job") == "Director")
    directors = crew.group_by("name").agg(pl.col("film_id").n_unique()).sort("film_id", "name", descending=True)

    def some(values: list[str]) -> list[str]:
        return rng.sample(values, min(DISTINCT, len(values)))

    def asked(route: str, values: list[str]) -> list[str]:
        return [f"/{route}/{quote(value, safe='')}" for value in values]

    titles, names = films["title"].to_list(), directors["name"].to_list()
    known = some(titles)[:20]
    days = films["release_date"].cast(pl.String).to_list()
    months = "enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre"
    return {
        TRIVIAL: [TRIVIAL],
        "cantidad_filmaciones_mes": asked("cantidad_filmaciones_mes", months.split(" ")),
        "cantidad_filmaciones_dia": asked("cantidad_filmaciones_dia", ["viernes", "SÁBADO", "31", *some(days)]),
        "score_titulo": asked("score_titulo", some(titles)),
        "votos_titulo": asked("votos_titulo", some(titles)),
        "get_actor": asked("get_actor", some(cast)),
        "get_director": asked("get_director", some(names)),
        "get_director, 800 with most films": asked("get_director", names[:800]),
        "recomendacion": asked("recomendacion", some(titles)),
        **{
            f"recomendacion, {query}": [f"{path}?{query}" for path in asked("recomendacion", some(titles))]
            for query in RECOMMENDATIONS
        },
        "peliculas": asked("peliculas", [str(film) for film in some(films["id"].to_list())]),
        "buscar": [f"/buscar?q={quote(title, safe='')}" for title in some(titles)],
        "get_director, 50, asked again": asked("get_director", names[:50]),
        "recomendacion, asked again": asked("recomendacion", known),
        "recomendacion, n=50, asked again": [f"{path}?n=50" for path in asked("recomendacion", known)],
        "buscar, asked again": [f"/buscar?q={quote(title, safe='')}" for title in known],
    }


@contextmanager
def server(
    home: Path, command: list[str], log: Path | None = None, **settings: str
) -> Iterator[tuple[psutil.Process, int, float]]:
    """A running server, which logs to a file or to nowhere; its port, and the seconds until it was ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {f"ALMAZARA_{name.upper()}": value for name, value in {"log_level": "ERROR", **settings}.items()}
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "ALMAZARA_HOME": str(home), **told}  # as `serve` sets it
    started = time.perf_counter()
    with Path(log or os.devnull).open("ab") as errors:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            cwd=Path(__file__).parent,
            stdout=errors,
            stderr=errors,
        )
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.perf_counter() - started > 60:
                sys.exit("The server did not start.")
            time.sleep(0.02)
        yield psutil.Process(process.pid), port, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(30)


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/ready", timeout=60):
            return True
    except (URLError, ConnectionError):
        return False


class Connection(asyncio.Protocol):
    """One kept-alive connection that asks the next request as soon as an answer is complete."""

    def __init__(self, requests: Iterator[bytes], ended: asyncio.Future[None]) -> None:
        self._requests = requests
        self._ended = ended
        self._received = b""
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first request."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask the next one when an answer is complete."""
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = self._received.lower().find(b"content-length:")
        end = self._received.find(b"\r", length)
        if len(self._received) >= head + 4 + int(self._received[length + 15 : end]):
            self.failed += not self._received.startswith(b"HTTP/1.1 200")
            self._received = b""
            self._ask()

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            if not self._ended.done():
                self._ended.set_result(None)
        else:
            self._transport.write(request)  # type: ignore[attr-defined]


async def ask(port: int, paths: Iterator[str], count: int, connections: int) -> tuple[float, int]:
    """Seconds for `count` requests over several connections, and how many were not answered with 200."""
    loop = asyncio.get_running_loop()
    lines = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for path in itertools.islice(paths, count))
    requests = iter([line.encode() for line in lines])
    ends = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    made = [await loop.create_connection(lambda end=end: Connection(requests, end), "127.0.0.1", port) for end in ends]
    await asyncio.gather(*ends)
    return time.perf_counter() - started, sum(protocol.failed for _, protocol in made)


def measure(process: psutil.Process, port: int, routes: dict[str, list[str]], options: argparse.Namespace) -> None:
    """Print requests a second and processor time of each route, as ratios to the trivial one."""
    walls: dict[str, list[float]] = {name: [] for name in routes}
    costs: dict[str, list[float]] = {name: [] for name in routes}
    endless = {name: itertools.cycle(paths) for name, paths in routes.items()}
    failed = dict.fromkeys(routes, 0)
    for round_ in range(options.rounds + 1):
        for name, paths in endless.items():
            before = process.cpu_times()
            seconds, refused = uvloop.run(ask(port, paths, options.requests, options.connections))
            after = process.cpu_times()
            failed[name] += refused
            if round_:  # the first round warms up
                walls[name].append(seconds / options.requests)
                costs[name].append((sum(after[:2]) - sum(before[:2])) / options.requests)
    print(f"{'route':<36}{'requests/s':>11}{'of trivial':>12}{'CPU us':>9}{'of trivial':>12}{'not 200':>9}")
    for name in routes:
        rate = median(trivial / own for trivial, own in zip(walls[TRIVIAL], walls[name], strict=True))
        cost = median(trivial / own for trivial, own in zip(costs[TRIVIAL], costs[name], strict=True))
        print(
            f"{name:<36}{1 / median(walls[name]):>11,.0f}{rate:>12.2f}{1e6 * median(costs[name]):>9.0f}{cost:>12.2f}"
            f"{failed[name]:>9}"
        )


def report_memory(process: psutil.Process, port: int, routes: dict[str, list[str]], connections: int) -> None:
    """Print what is resident when ready, and after every different request."""
    asked = [paths for name, paths in routes.items() if name != TRIVIAL]
    fresh = process.memory_info()
    for paths in asked:
        uvloop.run(ask(port, iter(paths), len(paths), connections))
    used = process.memory_info()
    print(
        f"resident memory: {fresh.rss / 1e6:.0f} MB when ready, {used.rss / 1e6:.0f} MB after "
        f"{sum(map(len, asked)):,} different requests, {used.shared / 1e6:.0f} MB of it files that can be read again"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=REAL_DATA if REAL_DATA.is_dir() else None)
    parser.add_argument("--sample", action="store_true", help="the embedded sample instead of FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1500, help="per route and round")
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        catalog = build(Path(home), None if options.sample else options.folder)
        routes = paths_by_route(catalog)
        serve = [sys.executable, "-m", "almazara", "serve"]
        starts, costs = [], []
        for number in range(3):
            with server(Path(home), serve) as (process, port, seconds):
                starts.append(seconds)
                costs.append(sum(process.cpu_times()[:2]))
                if number == 0:
                    report_memory(process, port, routes, options.connections)
        print(f"start to ready: {median(starts):.2f} s, {median(costs):.2f} s of processor time (medians of 3)")
        measured = [sys.executable, "-m", "uvicorn", *SERVER_OPTIONS, "--factory", "film_server:create_measured_app"]
        with server(Path(home), measured) as (process, port, _):
            measure(process, port, routes, options)


if __name__ == "__main__":
    main()
