"""One, two and four replicas of the server on one store and one place for what is published: speed, memory, news.

Run: python benchmarks/replicas.py [FOLDER] [--sample] [--store URL] [--replicas 1 2 4] [--rounds 5] [--requests 3000]

Another home publishes films (of FOLDER, as for serve_films.py) and forecasts of made prices to a folder's URL, as it
would to a bucket's. Each replica begins with an empty home and takes them from there; all ask one store (--store, for
instance PostgreSQL; by default an SQLite file). This process asks them over kept-alive connections, as many each, and
so takes a part of the machine: processor time a request counts, requests a second only as far as there are cores. Then
forecasts are published anew, and the seconds are counted until each replica answers from them.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import psutil
import uvloop
from serve_films import REAL_DATA, ask, build, paths_by_route, server

PRODUCTS, DAYS = 50, 60
"""Of so few days that forecasts are made in seconds."""
FILMS, PREDICT, HISTORY = "recomendacion", "predict", "data"


def publish_films(home: Path, url: str, folder: Path | None) -> dict[str, list[str]]:
    """Build films and push them; returns what is asked of them."""
    from almazara.app.mirror import share
    from almazara.artifacts import open_artifacts
    from almazara.movies.artifact import MOVIES
    from almazara.settings import Settings

    catalog = build(home, folder)
    settings = Settings(_env_file=None, home=home, artifacts_url=url)  # type: ignore[call-arg]
    share(settings, open_artifacts(settings).current(MOVIES))
    return {FILMS: paths_by_route(catalog)[FILMS]}


def command(home: Path, *words: str, **settings: str) -> None:
    """Run a command of ours in a home."""
    told = {f"ALMAZARA_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "ALMAZARA_HOME": str(home), **told}
    subprocess.run([sys.executable, "-m", "almazara", *words], env=environment, check=True, capture_output=True)


def import_prices(home: Path, **settings: str) -> dict[str, list[str]]:
    """Put made prices into the store; returns what is asked of them."""
    rng, today = random.Random(1), datetime.now(UTC).date()
    lines = ["listing_id,date,price,currency"]
    for product in range(PRODUCTS):
        price = rng.uniform(3, 12)
        for day in range(DAYS):
            price *= rng.choice((0.9, 1.1)) if rng.random() < 0.1 else 1
            lines.append(f"shop:{product},{today - timedelta(days=DAYS - 1 - day)},{price:.2f},EUR")
    (home / "prices.csv").write_text("\n".join(lines))
    command(home, "prices", "import", str(home / "prices.csv"), **settings)
    return {name: [f"/{name}?product=shop:{number}" for number in range(PRODUCTS)] for name in (PREDICT, HISTORY)}


async def ask_all(ports: Sequence[int], paths: Iterator[str], requests: int, connections: int) -> int:
    """Ask all replicas alike; returns how many answers were not 200."""
    share = requests // len(ports)
    asked = [ask(port, paths, share, max(1, connections // len(ports))) for port in ports]
    return sum(failed for _, failed in await asyncio.gather(*asked))


def measure(
    processes: Sequence[psutil.Process], ports: Sequence[int], routes: dict[str, list[str]], asked: argparse.Namespace
) -> None:
    """Print requests a second, and processor time a request of the replicas and of this process, by route."""
    for name, paths in routes.items():
        endless, found, failed = itertools.cycle(paths), [], 0
        for _ in range(asked.rounds + 1):
            before, mine, begun = sum(map(_seconds, processes)), time.process_time(), time.perf_counter()
            failed += uvloop.run(ask_all(ports, endless, asked.requests, asked.connections))
            wall = time.perf_counter() - begun
            spent = sum(map(_seconds, processes)) - before, time.process_time() - mine
            found.append((asked.requests / wall, *(1e6 * seconds / asked.requests for seconds in spent)))
        rate, cost, own = (median(values) for values in zip(*found[1:], strict=True))  # the first round warms up
        print(f"{len(ports):>8}  {name:<16}{rate:>11,.0f}{cost:>9.0f}{own:>9.0f}{failed:>9}", flush=True)


def _seconds(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def until_all_answer(ports: Sequence[int], version: str) -> list[float]:
    """Seconds until each replica answers from a version of the forecasts, in order of time."""
    begun, waiting, took = time.perf_counter(), set(ports), []
    while waiting and time.perf_counter() - begun < 300:
        for port in sorted(waiting):
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
                if json.load(answer)["precios"]["pronosticos"] == version:
                    waiting.remove(port)
                    took.append(time.perf_counter() - begun)
        time.sleep(0.1)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=REAL_DATA if REAL_DATA.is_dir() else None)
    parser.add_argument("--sample", action="store_true", help="the embedded sample instead of FOLDER")
    parser.add_argument("--store", help="URL of an empty store")
    parser.add_argument("--replicas", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=3000, help="per route and round")
    parser.add_argument("--connections", type=int, default=16, help="to all replicas together")
    parser.add_argument("--news", type=int, default=1, help="how often forecasts are published anew")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        publisher = Path(folder) / "publisher"
        publisher.mkdir()
        store = asked.store or f"sqlite:///{folder}/prices.db"
        shared = {"artifacts_url": f"file://{folder}/published", "store_url": store, "demo": "false"}
        routes = publish_films(publisher, shared["artifacts_url"], None if asked.sample else asked.folder)
        routes |= import_prices(publisher, **shared)
        command(publisher, "prices", "retrain", **shared)
        for number in asked.replicas:
            with ExitStack() as running:
                serve = [sys.executable, "-m", "almazara", "serve"]
                homes = [Path(folder) / f"{number}-{one}" for one in range(number)]
                started = [running.enter_context(server(home, serve, **shared)) for home in homes]
                processes, ports, ready = zip(*started, strict=True)
                print(f"\n{number} replicas, ready after {', '.join(f'{seconds:.1f}' for seconds in ready)} s")
                print(f"{'replicas':>8}  {'route':<16}{'requests/s':>11}{'CPU us':>9}{'client':>9}{'not 200':>9}")
                measure(processes, ports, routes, asked)
                held = [process.memory_full_info() for process in processes]
                print(f"memory: {_megabytes(held, 'rss')} MB resident, {_megabytes(held, 'uss')} MB its own")
                for _ in range(asked.news):
                    command(publisher, "prices", "retrain", **shared)
                    version = (publisher / "artifacts" / "forecasts" / "current").read_text().strip()
                    took = until_all_answer(ports, version)
                    print(f"a new version: answered after {', '.join(f'{one:.0f}' for one in took)} s", flush=True)


def _megabytes(held: Sequence[object], kind: str) -> str:
    return ", ".join(f"{getattr(one, kind) / 1e6:.0f}" for one in held)


if __name__ == "__main__":
    main()
