"""Measures every read that anyone may ask, over thousands of products: processor and memory, first, again, at once.

Run: python benchmarks/reads.py FOLDER [--products 5000] [--days 730] [--only TEXT] [--made]

FOLDER gets a home with made products of several categories and shops, read once a day, and made forecasts; with
`--made` it has them already. Every GET of the API, and the pages of prices, are asked in this process with what costs
them most: with nothing kept, again, after a reading has changed, and three at once. Milliseconds are those of the
processor, megabytes the most resident memory above that before the question. A row is above the goal with a `*`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np

from almazara import asgi
from almazara.app.prices import open_prices
from almazara.artifacts import open_artifacts
from almazara.prices.buying import policy
from almazara.prices.forecasting import issued, published
from almazara.prices.forecasting.published import HORIZON_DAYS, QUANTILES, Forecasted, ForecastIndex, Forecasts
from almazara.prices.forecasting.series import regular
from almazara.prices.publishing import FORECASTS, learn_policies
from almazara.prices.schema import Availability, Listing, Observation
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import open_store
from almazara.settings import Settings

CATEGORIES, SHOPS, SAME_GOOD = 5, 10, 5
GOAL_MS, GOAL_MB = 100, 50
HTML, JSON = "text/html", "application/json"


def listings(products: int) -> Iterator[Listing]:
    """Each good is sold at five shops."""
    for number in range(products):
        good, shop = number // SAME_GOOD, f"shop{number % SHOPS}.example"
        title = f"Aceite de oliva virgen extra marca {good % 97} número {good}, {1 + good % 5} l"
        yield Listing(
            f"{shop}:{number:06}",
            shop,
            f"{number:06}",
            f"https://{shop}/{number}",
            title,
            f"oil-{good % CATEGORIES}",
            litres=Decimal(1 + good % 5),
            gtin=gtin(good),
        )


def gtin(good: int) -> str:
    """A number of thirteen digits with its check digit."""
    digits = f"84{good:010}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def history(listing: Listing, days: int, now: datetime, rng: random.Random) -> Iterator[Observation]:
    """A reading a day; prices stay for weeks, some days nobody reads, on some it is sold out."""
    usual = Decimal(rng.randrange(400, 900) * int(listing.litres or 1)).scaleb(-2)
    for ago in range(days, -1, -1):
        usual += Decimal(rng.randrange(-50, 50)).scaleb(-2) if rng.random() < 0.03 else 0
        if rng.random() < 0.02:
            continue
        at = now - timedelta(days=ago, seconds=rng.randrange(3000))
        if rng.random() < 0.01:
            yield Observation(listing.listing_id, at, Availability.UNAVAILABLE, rule="made", source="http")
        else:
            price = max(usual, Decimal(1))
            yield Observation(listing.listing_id, at, Availability.IN_STOCK, price, "EUR", rule="made", source="http")


def fill(settings: Settings, products: int, days: int) -> None:
    """Make the home."""
    rng, now = random.Random(3), datetime.now(UTC)
    with closing(open_store(settings)) as store:
        every = list(listings(products))
        store.save_listings(every)
        for one in every:
            store.append(history(one, days, now, rng))
        publish(settings, store, [one.listing_id for one in every], now)


def publish(settings: Settings, store: ObservationStore, ids: list[str], now: datetime) -> None:
    """Made forecasts of all listings and indices, scored for some days, beside policies learned of a few histories."""
    few = regular(store.readings(ids[:200]), until=now.date()).panel
    policies, rng = learn_policies(store, few), np.random.default_rng(5)
    for ago in (30, 20, 10, 1, 0):
        names = [*ids, *(f"category:oil-{number}" for number in range(CATEGORIES))] if ago == 0 else ids
        cutoff = (now - timedelta(days=ago)).date().isoformat()
        values = np.sort(rng.uniform(4, 45, (len(names), HORIZON_DAYS, len(QUANTILES))), axis=2)
        units = {name: "EUR/litre" if name.startswith("category:") else "EUR" for name in names}
        about = {name: Forecasted("ensemble", cutoff, units[name], []) for name in names}
        made = Forecasts(ForecastIndex(about, {}), values)
        issued.keep_issued(store, made, dict.fromkeys(ids, 29.95))

    def write(folder: Path) -> dict[str, Any]:
        published.write(folder, made)
        policy.write(folder, policies)
        return {"metrics": {}}

    open_artifacts(settings).publish(FORECASTS, write, now=now, keep=1)


def questions(ids: list[str]) -> Iterator[tuple[str, str]]:
    """Addresses, and what is taken for an answer."""
    one, other, many = quote(ids[0]), quote(ids[-1]), "&".join(f"cosa={quote(name)}~2" for name in ids[:40])
    api = (
        "/health", "/ready", "/metrics", "/productos", "/productos?all=true&limit=10000", "/productos?category=oil-1",
        "/data", "/data?limit=10000", "/data?category=oil-1&limit=10000&format=csv",
        "/data?category=oil-1&limit=10000&format=parquet", f"/data?product={one}", "/data?start=2040-01-01",
        "/data?price=coupon", "/data?daily=true&category=oil-1", "/data?daily=true&limit=10000&format=csv",
        "/data?daily=true&start=2040-01-01", "/data?category=oil-1&index=true",
        "/data?category=oil-2&index=true&format=csv",
        "/overview", "/overview?category=oil-1", "/overview?format=csv", "/overview?format=parquet",
        f"/story?product={one}", f"/story?product={other}", "/categories", "/categories/oil-1",
        "/categories/oil-2?language=en",
        "/goods", f"/goods/{one}", f"/goods/gtin:{gtin(3)}", f"/basket?{many}", f"/predict?product={one}&horizon=90",
        "/predict?category=oil-1", f"/advice?product={one}", "/cheapest?category=oil-1", "/forecasts/score",
        "/forecasts/issued", "/forecasts/issued?limit=10000&format=csv", "/alerts/rules", "/alerts/events?limit=1000",
        "/runs", "/held", "/blocked", "/openapi.json",
    )  # fmt: skip
    pages = (
        "/", "/?producto=aceite", "/precios", "/precios?category=oil-1", "/precios?shop=shop1.example",
        f"/precios/{one}",
        "/precios/categoria/oil-1", "/precios/articulos", f"/precios/articulo/{one}", f"/precios/cesta?{many}",
        "/precios/lector", "/precios/modelos", "/explorar/precios", "/explorar/figuras/cambios-de-cuanto.csv",
    )  # fmt: skip
    yield from ((path, JSON) for path in api)
    yield from ((path, HTML) for path in pages)


async def ask(app: Any, path: str, accepted: str) -> tuple[int, int]:  # noqa: ANN401 - any ASGI app
    """The status and the size of an answer."""
    parts, status, size = urlsplit(path), 0, 0
    headers = [(b"accept", accepted.encode()), (b"host", b"127.0.0.1"), (b"accept-language", b"es")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": parts.path.replace("%3A", ":"), "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - any message
        nonlocal status, size
        status = message.get("status", status)
        size += len(message.get("body", b""))

    await app(scope, receive, send)
    return status, size


def resident(field: str) -> float:
    """Megabytes of this process: VmRSS now, VmHWM at most since `forget`."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def measured(app: Any, paths: list[tuple[str, str]]) -> tuple[float, float, tuple[int, int]]:  # noqa: ANN401
    """Milliseconds of processor and megabytes of some questions at once, and the first one's status and size."""

    async def all_at_once() -> list[tuple[int, int]]:
        return await asyncio.gather(*(ask(app, path, accepted) for path, accepted in paths))

    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, began = resident("VmRSS"), time.process_time()
    answers = asyncio.run(all_at_once())
    return (time.process_time() - began) * 1000, resident("VmHWM") - before, answers[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=5000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--only", default="")
    parser.add_argument("--made", action="store_true")
    options = parser.parse_args()
    settings = Settings(_env_file=None, home=options.folder, demo=False)
    if not options.made:
        fill(settings, options.products, options.days)
    state = (app := asgi.app_over(settings)).state
    others = open_store(settings)
    ids = [one.listing_id for one in others.listings()]
    print("| route | first | again | after a change | three | MB first | MB after | kB | |")
    print("|---|---|---|---|---|---|---|---|---|")
    for path, accepted in questions(ids):
        if options.only not in path:
            continue
        state.prices.store.close()
        state.prices = state.scraper_watch._prices = open_prices(settings, serving=False)  # noqa: SLF001
        state.scraper_watch._judged = None  # noqa: SLF001
        state.prices.forecasts.refresh()
        gc.collect()
        first, most, (status, size) = measured(app, [(path, accepted)])
        again = min(measured(app, [(path, accepted)])[0] for _ in range(2))
        [newest] = others.latest(ids[:1]).values()
        others.append([replace(newest, observed_at=datetime.now(UTC))])
        state.scraper_watch._judged = None  # noqa: SLF001
        after, more, _ = measured(app, [(path, accepted)])
        three = measured(app, [(path, accepted)] * 3)[0]
        mark = "*" if max(again, after) > GOAL_MS or more > GOAL_MB else ""
        told = path if len(path) < 60 else f"{path[:57]}..."
        figures = (f"{one:,.0f}" for one in (first, again, after, three, most, more, size / 1000))
        is_page = ", page" if accepted == HTML else ""
        print(f"| {told} ({status}{is_page}) | {' | '.join(figures)} | {mark} |", flush=True)


if __name__ == "__main__":
    main()
