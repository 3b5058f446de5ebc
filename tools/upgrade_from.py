"""What an older version leaves, opened by this one: `python tools/upgrade_from.py REF [--store URL]`.

The source of a commit or tag runs in this environment: it builds the sample, reads the demo shop, forecasts, takes the
events of a user, and is killed while it reads. Then this version opens home and store, and compares each kind of state
with what the older one said of it. At the end the older version is started on what this one has changed.
"""

import argparse
import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
EVENTS: Final = [
    {"id": "e1", "usuario": "ana", "pelicula": 900007, "tipo": "vista"},
    {"id": "e2", "usuario": "ana", "pelicula": 900007, "tipo": "me_gusta"},
]
KEY: Final = "of-a-home-that-is-thrown-away"
_PATIENCE_SECONDS: Final = 900  # leases of a server that was killed hold for two minutes, and a retraining may follow


@dataclass(frozen=True, slots=True)
class Version:
    """A version by its source, over a home folder and a store."""

    source: Path
    home: Path
    store: str

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        here = {"PYTHONPATH": str(self.source), "ALMAZARA_HOME": str(self.home), "ALMAZARA_STORE_URL": self.store}
        return {**os.environ, **here, "ALMAZARA_API_KEYS": KEY}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of its own."""
        command = [sys.executable, "-m", "almazara", *arguments]
        return subprocess.run(command, env=self.environment, cwd=self.home, capture_output=True, text=True, check=False)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its server, until it is killed at the end: the address."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "almazara", "up", f"--port={port}"]
        with (self.home / "server.log").open("a") as log:
            server = subprocess.Popen(command, env=self.environment, cwd=self.home, stdout=log, stderr=log)
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                if server.poll() is not None:
                    print(f"the server ended: {last_line((self.home / 'server.log').read_text())}")
                server.send_signal(signal.SIGKILL)
                server.wait()

    def prices(self) -> list[dict[str, str]]:
        """All observations, as it exports them."""
        target = self.home / "exported.csv"
        done = self.run("prices", "export", str(target))
        if done.returncode:
            raise SystemExit(done.stderr)
        return list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))


def main() -> None:
    """Make state with the older version, open it with this one, and say what became of each kind."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("ref", help="Commit or tag of the older version.")
    asked.add_argument("--store", default="", help="URL of an empty store; SQLite in the home folder without one.")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="almazara-upgrade-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        archive = subprocess.run(["git", "archive", given.ref, "src"], cwd=ROOT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(folder / "older", filter="data")
        older = Version(folder / "older" / "src", folder / "home", given.store)
        newer = Version(ROOT / "src", folder / "home", given.store)
        make(older)
        before = older.prices()
        sys.path.insert(0, str(newer.source))
        for kind, told in compared(newer, before):
            print(f"{kind}: {told}")
        back = older.run("prices", "list")
        print(f"back: {'opens what this version has changed' if not back.returncode else last_line(back.stderr)}")


def make(older: Version) -> None:
    """State of each kind, and a reading that is killed."""
    with older.serving() as address:
        wait(lambda: (ask(address, "/health") or {}).get("peliculas"))
        wait((older.home / "artifacts" / "forecasts" / "current").exists)
        for path, body in (("/eventos", EVENTS), ("/scraper", {})):
            if ask(address, path, body) is None:
                raise SystemExit(f"{path} was refused.")


def compared(newer: Version, before: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Each kind of state, and what became of it."""
    from almazara.app.movies import open_movies
    from almazara.artifacts import open_artifacts
    from almazara.errors import AlmazaraError
    from almazara.movies.users.event_store import open_event_store
    from almazara.prices.publishing import FORECASTS, open_published
    from almazara.settings import Settings

    settings = Settings.model_validate({"home": newer.home, "store_url": newer.store or None})
    after = newer.prices()
    same = [{name: row[name] for name in before[0]} for row in after] == before
    yield "prices", f"{len(after)} observations, {'as they were' if same else 'NOT as they were'}"
    with closing(open_event_store(settings)) as events:
        found = [event.film_id for event in events.of_user("ana")]
        yield "events", "as they were" if found == [one["pelicula"] for one in EVENTS] else f"NOT as they were: {found}"
    opened: dict[str, Callable[[], object]] = {
        "films": lambda: open_movies(settings),
        "forecasts": lambda: open_published(open_artifacts(settings).current(FORECASTS).path),
    }
    for kind, open_it in opened.items():
        try:
            open_it()
            yield kind, "open as they are"
        except AlmazaraError as error:
            yield kind, str(error)
            trained = newer.run("movies", "retrain")
            yield "almazara movies retrain", last_line(trained.stdout or trained.stderr)
    yield "a killed reading", resumed(newer)


def resumed(newer: Version) -> str:
    """What a server of this version makes of what was under way: the states of all runs at its start and in the end."""

    def states() -> list[str]:
        return [run["state"] for run in wait(lambda: ask(address, "/runs"))]

    with newer.serving() as address:
        begun = states()
        wait(lambda: "running" not in states())
        return f"{', '.join(begun)}; in the end {', '.join(states())}"


def ask(address: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """The JSON of an answer; None where there is none that is well."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", data, {"Content-Type": "application/json", "X-API-Key": KEY})
    with suppress(OSError, urllib.error.HTTPError), urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
    return None


def wait(come: Callable[[], Any]) -> Any:  # noqa: ANN401 - what came
    """Ask again until something comes."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not (found := come()):
        if time.monotonic() > until:
            raise SystemExit("It did not come in time.")
        time.sleep(0.5)
    return found


def last_line(text: str) -> str:
    """What a command said at its end."""
    return text.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
