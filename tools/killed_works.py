"""What tools/kills.py kills: each kind of work, what there is before it, and what must hold after each kill of it."""

import os
import random
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Final

from almazara.app.movies import open_movies
from almazara.app.prices import open_prices
from almazara.artifacts import Artifact, file_hash, open_artifacts
from almazara.errors import NotFoundError
from almazara.movies.artifact import MOVIES
from almazara.movies.renewing.training_runs import open_film_training
from almazara.prices.publishing import FORECASTS
from almazara.prices.schema import Availability, Listing, Observation, RunState
from almazara.prices.store.leases import OWNERS
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import open_store, store_at
from almazara.settings import Settings
from sample import make_sample

KEY: Final = "of-a-home-that-is-thrown-away"
DAY: Final = timedelta(days=1)
NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGES: Final = 20
DAYS: Final = 300
_PAGE: Final = (
    '<title>Aceite</title><h1>Aceite {0}, 1 l</h1><p>{0},95 €</p><script type="application/ld+json">'
    '{{"@type": "Product", "name": "Aceite {0}, 1 l", "offers": {{"price": "{0}.95", "priceCurrency": "EUR"}}}}'
    "</script>"
)


class BrokenError(Exception):
    """Something is lost, damaged or doubled."""


def require(is_so: object, what: str) -> None:
    """Raise BrokenError, saying what, where it is not so."""
    if not is_so:
        raise BrokenError(what)


class Shop(BaseHTTPRequestHandler):
    """Answers with one page a number, after a moment."""

    def do_GET(self) -> None:
        """Answer one request."""
        time.sleep(0.05)
        number = self.path.strip("/")
        body = _PAGE.format(number).encode() if number.isdecimal() else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Home:
    """A home folder, the URL of a store or "" for a file in it, and what commands are told of both."""

    path: Path
    shop: int
    url: str = ""

    @property
    def store_url(self) -> str:
        """Where its prices are."""
        return self.url or f"sqlite:///{self.path}/prices.db"

    @property
    def settings(self) -> Settings:
        """Its settings."""
        told = {"home": self.path, "store_url": self.store_url, "loopback_ports": str(self.shop), "demo": False}
        return Settings.model_validate(told)

    @property
    def environment(self) -> dict[str, str]:
        """What its commands are told."""
        told = {
            "HOME": self.path,
            "STORE_URL": self.store_url,
            "LOOPBACK_PORTS": self.shop,
            "DELAY_SECONDS": 0,
            "DEMO": "false",
            "API_KEYS": KEY,
            "WRITES_PER_MINUTE": 10**6,
        }
        return {**os.environ, **{f"ALMAZARA_{name}": str(value) for name, value in told.items()}}

    @property
    def is_slow(self) -> bool:
        """Whether its store takes rows one by one."""
        return self.url.startswith("dynamodb:")

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Begin a command in a group of its own."""
        command = [sys.executable, "-m", "almazara", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=pipe, text=True, start_new_session=True
        )

    def store(self) -> ObservationStore:
        """Its prices."""
        return open_store(self.settings)


class Work:
    """One kind of work: what there is before it, its command, and what must hold after each kill and at the end."""

    words: tuple[str, ...] = ()

    def __init__(self, home: Home) -> None:
        self.home = home

    def prepare(self) -> None:
        """Make what the work needs."""

    def begin(self) -> subprocess.Popen[str]:
        """Begin it."""
        return self.home.begin(*self.words)

    def seconds(self) -> float:
        """How long it takes when nobody kills it."""
        began = time.monotonic()
        with self.begin() as process:
            process.wait()
        return time.monotonic() - began

    def look(self) -> None:
        """Raise BrokenError where something is not as it must be, whenever the work was killed."""

    def bury(self) -> None:
        """Let the two minutes pass after which the killed one's leases are free: nobody renews them."""
        with closing(self.home.store()) as store:
            for owner in store.documents(OWNERS):
                store.delete_document(OWNERS, owner)

    def finish(self) -> None:
        """Let it through, and raise BrokenError where it does not come to what it must."""
        with self.begin() as process:
            error = (process.stderr.read() if process.stderr else "")[-500:]
            require(process.wait() == 0, f"it ended with {process.returncode}: {error}")
        self.look()


def published(home: Home, kind: str) -> Artifact | None:
    """What is published of a kind, or None; BrokenError where it is not whole."""
    with suppress(NotFoundError):
        artifact = open_artifacts(home.settings).current(kind)
        found = {name: file_hash(artifact.path / name) for name in artifact.files}
        require(found == artifact.files, "a file is damaged")
        return artifact
    return None


def require_none_running(home: Home) -> None:
    """Raise BrokenError where a run is shown as running."""
    with closing(open_prices(home.settings, serving=False)) as prices:
        shown = prices.service.runs(None, 1000)
        require(all(run.state is not RunState.RUNNING for run in shown), "a run is left running")


class Build(Work):
    """Films out of raw files, published."""

    def prepare(self) -> None:
        """Raw files."""
        raw = self.home.path / "raw"
        raw.mkdir()
        for name, content in make_sample(films=400, users=20).items():
            (raw / name).write_bytes(content)
        self.words = ("movies", "build", str(raw))

    def look(self) -> None:
        """What is published is whole, and opens."""
        if published(self.home, MOVIES):
            open_movies(self.home.settings)

    def finish(self) -> None:
        """No leftover of a killed build stays."""
        super().finish()
        require(not list((self.home.path / "artifacts" / "movies").glob(".building-*")), "a leftover stays")


class Renew(Build):
    """Films, trained anew and published where they are not worse."""

    def prepare(self) -> None:
        """A first version."""
        super().prepare()
        self.finish()
        self.words = ("movies", "retrain")

    def finish(self) -> None:
        """The newest run has come to its end, and no other one is shown as running."""
        super().finish()
        if self.words[1] == "retrain":
            states = [run.estado.value for run in open_film_training(self.home.settings).kept.newest()]
            require(states[0] == "terminado" and "en_curso" not in states, f"the runs are {states[:3]}")


class Scrape(Work):
    """Pages of a shop, read into the store."""

    words = ("prices", "scrape", "--no-forecast")

    def prepare(self) -> None:
        """Follow them all."""
        self.histories: dict[str, list[Observation]] = {}
        with closing(self.home.store()) as store:
            for number in range(1, PAGES + 1):
                url = f"http://127.0.0.1:{self.home.shop}/{number}"
                store.save_listing(Listing(f"127.0.0.1:{number}", "127.0.0.1", str(number), url, created_at=NOW))

    def look(self) -> None:
        """What was recorded stays, and no moment is there twice."""
        with closing(self.home.store()) as store:
            for listing in store.listings():
                found, known = store.history(listing.listing_id), self.histories.get(listing.listing_id, [])
                require(found[: len(known)] == known, f"{listing.listing_id} lost a reading")
                require(len({one.observed_at for one in found}) == len(found), f"{listing.listing_id} is doubled")
                require(all(one.price for one in found), f"{listing.listing_id} has no price")
                self.histories[listing.listing_id] = found

    def finish(self) -> None:
        """All have been read, and no run is left running."""
        super().finish()
        require(all(self.histories.values()), "a page was never read")
        require_none_running(self.home)


class Import(Work):
    """A file of prices, taken into the store."""

    def prepare(self) -> None:
        """The file."""
        path = self.home.path / "prices.csv"
        rows = [
            f"shop:{number},{NOW - DAY * day:%Y-%m-%dT%H:%M:%SZ},{10 + number % 7}.{day % 9}5,EUR,in_stock"
            for number in range(5 if self.home.is_slow else 100)
            for day in range(DAYS)
        ]
        path.write_text("\n".join(["listing_id,observed_at,price,currency,availability", *rows]), encoding="utf-8")
        self.words, self.rows = ("prices", "import", str(path)), len(rows)

    def look(self) -> None:
        """No row is there twice, and the store opens."""
        with closing(self.home.store()) as store:
            for listing in store.listings():
                moments = [one.observed_at for one in store.history(listing.listing_id)]
                require(len(set(moments)) == len(moments) <= DAYS, f"{listing.listing_id} is doubled")

    def finish(self) -> None:
        """Every row is there, or held as the file's last."""
        super().finish()
        with closing(self.home.store()) as store:
            kept = sum(store.count(one.listing_id) for one in store.listings()) + len(store.documents("held"))
        require(kept == self.rows, f"{kept} of {self.rows} rows are there")


class Migrate(Import):
    """A file of SQLite, copied into the store."""

    def prepare(self) -> None:
        """The first store, and where the other one will be."""
        self.url = self.home.url or f"sqlite:///{self.home.path}/other.db"
        super().prepare()
        self.home = replace(self.home, url="")
        with self.home.begin(*self.words) as process:
            require(process.wait() == 0, "the import failed")
        self.words = ("prices", "migrate", self.url)

    def finish(self) -> None:
        """Both hold the same."""
        super().finish()
        other = store_at(self.url)
        with closing(self.home.store()) as store, closing(other):
            for listing in store.listings():
                one, two = (each.history(listing.listing_id) for each in (store, other))
                require(one == two, f"{listing.listing_id} is not the same")


class Retrain(Work):
    """Forecasts of what is in the store, published."""

    words = ("prices", "retrain")

    def prepare(self) -> None:
        """A few products of a few months."""
        rng = random.Random(1)
        with closing(self.home.store()) as store:
            for number in range(5):
                listing = Listing(
                    f"shop:{number}", "shop", str(number), f"https://shop.example/{number}", created_at=NOW
                )
                store.save_listing(listing)
                store.append(
                    [
                        Observation(
                            listing.listing_id,
                            datetime.now(UTC) - DAY * day,
                            Availability.IN_STOCK,
                            Decimal(900 + rng.randrange(200)).scaleb(-2),
                            "EUR",
                        )
                        for day in range(90, 0, -1)
                    ]
                )

    def look(self) -> None:
        """What is published is whole."""
        published(self.home, FORECASTS)

    def finish(self) -> None:
        """Something is published, and no run is left running."""
        super().finish()
        require(published(self.home, FORECASTS), "nothing is published")
        require_none_running(self.home)
