"""Counts what DynamoDB is paid by: the write units of a day's readings and of a year of them, the reads of polls.

Run: python benchmarks/dynamodb_units.py [PRODUCTS] [--shops N]    (needs `npm ci --prefix tests/dynalite`)

Made shops, whose pages come without a network and at a clock of their own, are read on three days; the last one is
counted: what each request consumed, as a server of DynamoDB's protocol (dynalite) says it, by what was written or read.
One page in twenty cannot be read, one price in ten has moved. Then made forecasts are published, on three days too.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from almazara.artifacts import open_artifacts
from almazara.errors import NotFoundError
from almazara.live import Live
from almazara.mirror import Mirror
from almazara.prices.collecting.collection import Archive, Collector
from almazara.prices.collecting.jobs import ScrapeJobs
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.host_states import StoredHostStates
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.responses import Response
from almazara.prices.forecasting import issued, published
from almazara.prices.forecasting.published import HORIZON_DAYS, QUANTILES, Forecasted, ForecastIndex, Forecasts
from almazara.prices.publishing import FORECASTS
from almazara.prices.schema import Listing
from almazara.prices.service import PriceService
from almazara.prices.store.blobs import StoreBlobs
from almazara.prices.store.leases import HELD, StoreLeases
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import store_at
from almazara.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
BEGUN = datetime(2026, 3, 1, 7, tzinfo=UTC)
DAYS = 3
PAGE = """<html><head><title>{title}</title><script type="application/ld+json">{{"@context": "https://schema.org",
"@type": "Product", "name": "{title}", "offers": {{"@type": "Offer", "price": "{price}", "priceCurrency": "EUR",
"availability": "https://schema.org/InStock"}}}}</script></head><body><h1>{title}</h1><p>{shown} €</p></body></html>"""
Units = Counter[tuple[str, str]]


@contextmanager
def dynalite() -> Iterator[str]:
    """The address of a server of DynamoDB's protocol that lives as long as the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    node = shutil.which("node") or "node"
    server = subprocess.Popen([node, ROOT / "tests" / "dynalite" / "serve.js", str(port)])
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@dataclass(eq=False)
class Counted:
    """The units and requests of a store since they were counted last, by what was asked, and how."""

    store: ObservationStore
    units: Units = field(default_factory=Counter)
    requests: Units = field(default_factory=Counter)

    def __post_init__(self) -> None:
        events = self.store._table._client.meta.events  # noqa: SLF001 - nobody else needs to know
        events.register("provide-client-params.dynamodb", self._asked)
        events.register("after-call.dynamodb", self._answered)

    def _asked(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> dict[str, Any]:  # noqa: ANN401
        context["counted"] = _subject(params), "write" if model.name in {"PutItem", "DeleteItem"} else "read"
        is_told = "ReturnConsumedCapacity" in model.input_shape.members
        return {**params, "ReturnConsumedCapacity": "TOTAL"} if is_told else params

    def _answered(self, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        consumed = parsed.get("ConsumedCapacity", {})
        told = consumed if isinstance(consumed, list) else [consumed]
        refused = parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException"  # which costs as much
        self.units[context["counted"]] += sum(one.get("CapacityUnits", 0) for one in told) + refused
        self.requests[context["counted"]] += 1

    def of(self, work: Callable[[], object]) -> tuple[Units, Units]:
        """The units and the requests of some work."""
        self.units.clear()
        self.requests.clear()
        work()
        return Counter(self.units), Counter(self.requests)


def _subject(params: Mapping[str, Any]) -> str:
    """What a request is about: the partition up to what it is of, the kind of a document."""
    key = params.get("Item") or params.get("Key") or params.get("ExpressionAttributeValues") or {}
    name = (key.get("pk") or key.get(":pk") or {"S": "several"})["S"]
    what, _, of = name.partition("#")
    return f"document {of}" if what == "DOCUMENT" else what.lower()


class Clock:
    """A clock that stands until somebody sleeps; leases are renewed while it goes."""

    def __init__(self) -> None:
        self.now = BEGUN
        self.leases: StoreLeases | None = None
        self._renewed = self.now

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def seconds(self) -> float:
        """The moment in seconds."""
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)
        while self.leases and self.now - self._renewed >= HELD / 3:
            self._renewed = max(self._renewed + HELD / 3, self.now - HELD / 3)
            self.leases.renew()


def made_listings(products: int, shops: int) -> list[Listing]:
    """Products of several shops; their numbers are as random as a shop's are."""
    rng = random.Random(5)
    found = []
    for number in range(products):
        shop, sku = f"shop{number % shops}.example", f"B0{rng.getrandbits(40):010X}"
        found.append(Listing(f"{shop}:{sku}", shop, sku, f"https://{shop}/dp/{sku}", category="olive-oil"))
    return found


def shop_page(address: str, day: int) -> bytes:
    """A product's page on a day."""
    rng = random.Random(address)
    title, price = f"Aceite de oliva virgen extra {rng.randrange(10**6)}, 5 l", rng.randrange(2000, 4500)
    for _ in range(day):
        price += rng.randrange(-150, 150) if rng.random() < 0.1 else 0
    if random.Random(f"{address} {day}").random() < 0.05:
        return b"<html><head><title>Aceite</title></head><body>Volvemos pronto.</body></html>"
    text = f"{price / 100:.2f}"
    return PAGE.format(title=title, price=text, shown=text.replace(".", ",")).encode()


def read_a_day(store: ObservationStore, clock: Clock, day: int) -> None:
    """Read all that is followed, as the schedule does, at a second a page besides the pauses."""
    clock.now = BEGUN + timedelta(days=day)
    clock.leases = leases = StoreLeases(store, clock)

    def answer(target: Any, *_: object) -> tuple[Response, str]:  # noqa: ANN401
        clock.sleep(1.0)
        found = b"" if target.url.endswith("/robots.txt") else shop_page(target.url, day)
        return Response(200, {"content-type": "text/html; charset=utf-8"}, found), "93.184.216.34"

    def collector(_run: object, stopped: Callable[[], bool]) -> Collector:
        source = HttpSource(
            HttpConfig(),
            StoredHostStates(store),
            clock=clock,
            sleep=clock.sleep,
            rng=random.Random(day),
            resolver=lambda *_: ["93.184.216.34"],
            download=answer,
        )
        return Collector(source, store, Archive(lambda *_: None, lambda _: None), clock, stopped)

    jobs = ScrapeJobs(store, collector, locks=leases, clock=clock, rng=random.Random(day), after=lambda: None)
    counts = jobs.run().counts
    clock.leases = None
    leases.close()
    hours = (clock.now - BEGUN - timedelta(days=day)) / timedelta(hours=1)
    print(f"day {day}: { ({name: n for name, n in counts.items() if n}) }, in {hours:.1f} hours", flush=True)


def publish_a_day(store: ObservationStore, folder: Path, day: int) -> None:
    """Publish made forecasts of all listings through the store: as they are scored, and as they are answered from."""
    ids, rng = [one.listing_id for one in store.listings()], np.random.default_rng(day)
    cutoff = (BEGUN + timedelta(days=day)).date().isoformat()
    values = np.sort(rng.uniform(20, 45, (len(ids), HORIZON_DAYS, len(QUANTILES))), axis=2)
    made = Forecasts(ForecastIndex({one: Forecasted("ensemble", cutoff, "EUR", []) for one in ids}, {}), values)
    issued.keep_issued(store, made, dict.fromkeys(ids, 29.95))
    issued.score_due(store, lambda _: dict.fromkeys(ids, 29.95), (BEGUN + timedelta(days=day)).date())
    artifacts = open_artifacts(Settings(home=folder))

    def fill(target: Path) -> dict[str, Any]:
        published.write(target, made)
        return {}

    artifact = artifacts.publish(FORECASTS, fill, now=BEGUN + timedelta(days=day), keep=3)
    Mirror(artifacts, StoreBlobs(store), frozenset({FORECASTS})).push(artifact)


def table(how: str, units: Units, requests: Units) -> None:
    print(f"| {how} | requests | units |\n|---|---|---|")
    for (what, done), number in sorted(units.items(), key=lambda one: -one[1]):
        if done == how and number:
            print(f"| {what} | {requests[what, done]:,} | {number:,.0f} |")


def written(units: Units) -> float:
    return sum(number for (_, how), number in units.items() if how == "write")


def polls(url: str, folder: Path, clock: Clock) -> None:
    """What is asked again and again: requests and read units, cold, unchanged, and after one reading more."""
    live: Live[Any] = Live(
        open_artifacts(Settings(home=folder / "none")), "none", lambda _: None, lambda _: NotFoundError("none")
    )
    questions: dict[str, Callable[[PriceService], object]] = {
        "/health": PriceService.health,
        "/productos": partial(PriceService.products, tracked=True),
        "the list of products": PriceService.overview,
    }
    print("| asked: requests (units) | first | again | after a change |\n|---|---|---|---|")
    for name, ask in questions.items():
        with closing(store_at(url)) as store:
            service, counted = PriceService(store, live, timezone="Europe/Madrid", clock=clock), Counted(store)
            newest = next(iter(store.latest().values()))
            asked = [counted.of(partial(ask, service)) for _ in range(2)]
            clock.sleep(60)
            store.append([replace(newest, observed_at=clock.now)])
            asked.append(counted.of(partial(ask, service)))
        shown = [f"{sum(requests.values()):,} ({sum(units.values()):,.0f})" for units, requests in asked]
        print(f"| {name} | {' | '.join(shown)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("products", type=int, nargs="?", default=1000)
    parser.add_argument("--shops", type=int, default=5)
    options = parser.parse_args()
    os.environ |= {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    with dynalite() as endpoint, tempfile.TemporaryDirectory() as name:
        url, clock, folder = f"dynamodb://units?region=eu-west-1&endpoint={endpoint}", Clock(), Path(name)
        with closing(store_at(url)) as store:
            store._under_way.clock = clock.seconds  # noqa: SLF001 - whose minutes are those of the made clock
            counted = Counted(store)
            for listing in made_listings(options.products, options.shops):
                store.save_listing(listing)
            for day in range(DAYS):
                units, requests = counted.of(partial(read_a_day, store, clock, day))
            for day in range(DAYS):
                publishing, _ = counted.of(partial(publish_a_day, store, folder, day))
        print(f"\n{options.products:,} products of {options.shops} shops, a day")
        table("write", units, requests)
        table("read", units, requests)
        observed, all_written = units["observation", "write"], written(units)
        print(
            f"\na day: {all_written:,.0f} units written, {all_written / observed:.2f} an observation ({observed:,.0f})"
        )
        print(f"a year: {all_written * 365:,.0f} units written, {observed * 365:,.0f} of them observations\n")
        blobs = publishing["document blob", "write"]
        scored = written(publishing) - blobs
        print(f"forecasts, a day: {scored:,.0f} to be scored, {blobs:,.0f} published through the table\n")
        polls(url, folder, clock)


if __name__ == "__main__":
    main()
