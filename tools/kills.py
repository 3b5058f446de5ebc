"""Kill our commands at any moment, again and again: `python tools/kills.py [--kills 200] [--store URL] [WORK ...]`.

Each work (build, renew, scrape, import, migrate, retrain, serve) is begun as a process of its own and killed with all
its children by SIGKILL, at a moment of the time that it takes when nobody kills it. After each kill it is looked at
what is there: nothing that was acknowledged or published may be lost, damaged or doubled. In the end each work is let
through, and must come to what it comes to without any kill.

Prices are kept in a file of SQLite, or with `--store` on a server: `postgresql://user@host:port`, where a database is
made for each work, or `dynamodb://host:port`, a server of its protocol, where it is a table.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Final
from uuid import uuid4

import sqlalchemy as sa

from killed_server import Serve
from killed_works import BrokenError, Build, Home, Import, Migrate, Renew, Retrain, Scrape, Shop, Work, require

WORKS: Final[dict[str, Callable[[Home], Work]]] = {
    "build": Build,
    "renew": Renew,
    "scrape": Scrape,
    "import": Import,
    "migrate": Migrate,
    "retrain": Retrain,
    "serve": Serve,
}


def empty_store(server: str) -> str:
    """The URL of a new store of a server; empty for SQLite, whose file is made in the home."""
    name = f"kills_{uuid4().hex}"
    if server.startswith("postgresql://"):
        engine = sa.create_engine(f"{server.replace('://', '+psycopg://')}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return f"{server}/{name}"
    if server.startswith("dynamodb://"):
        return f"dynamodb://{name}?region=eu-west-1&endpoint=http://{server.partition('://')[2]}"
    return ""


def killed(work: Work, after: float) -> bool:
    """Begin a work and kill it after so many seconds; returns whether it was under way."""
    process = work.begin()
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    require(code in {0, -signal.SIGKILL}, f"it ended by itself with {code}")
    return code != 0


def tried(name: str, kills: int, server: str, shop: int, rng: random.Random) -> bool:
    """Kill one work again and again, look, and let it through; returns whether all was as it must be."""
    with tempfile.TemporaryDirectory(prefix="almazara-kills-") as folder:
        homes = [Home(Path(folder) / one, shop, empty_store(server)) for one in ("measured", "killed")]
        works = [WORKS[name](home) for home in homes]
        for work in works:
            work.home.path.mkdir()
            work.prepare()
        whole = seconds = works[0].seconds()
        done, broken = 0, ""
        try:
            for _ in range(kills):
                began = time.monotonic()
                if killed(works[1], rng.uniform(0, whole)):
                    done += 1
                else:  # the rest of what was killed is quicker
                    whole = time.monotonic() - began
                works[1].bury()
                works[1].look()
            works[1].finish()
        except BrokenError as error:
            broken = f"BROKEN: {error}"
        told = broken or "nothing lost, damaged or doubled"
        print(f"{name}: {done} killed under way, of {seconds:.1f} s when nobody kills it: {told}", flush=True)
        return not broken


def main() -> None:
    """Kill, look, and let through."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("works", nargs="*", choices=[*WORKS, []], help="all of them without any")
    asked.add_argument("--kills", type=int, default=200, help="over all works")
    asked.add_argument("--store", default="", help="a server of PostgreSQL or of DynamoDB's protocol")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    rng, names = random.Random(given.seed), given.works or list(WORKS)
    shop = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    each = -(-given.kills // len(names))
    sound = [tried(name, each, given.store, shop.server_port, rng) for name in names]
    sys.exit(not all(sound))


if __name__ == "__main__":
    main()
