"""Measures what all products cost at once, beside asking for each of them, and what a product's page costs.

Run: python benchmarks/overview.py [PRODUCTS] [--days DAYS] [--rounds N]

Made histories, one reading a day, in SQLite; the policies of advice are learned from them. Times are those of the
processor, the least of several rounds, since whoever else works on the machine only adds to them.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from almazara.prices.answering import overview
from almazara.prices.answering.known import Known
from almazara.prices.answering.remembered import Remembered
from almazara.prices.answers import DataQuery
from almazara.prices.forecasting.published import Forecasts
from almazara.prices.forecasting.series import regular
from almazara.prices.publishing import Published, learn_policies
from almazara.prices.schema import Availability, Listing, Observation
from almazara.prices.service import PriceService
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import store_at

ZONE = "Europe/Madrid"


class Live:
    """One published version."""

    current: Published


def fill(store: ObservationStore, products: int, days: int, now: datetime) -> None:
    """Products of four shops whose prices stay for some weeks, with offers, stock-outs and days that nobody read."""
    rng = random.Random(3)
    for number in range(products):
        shop = f"shop{number % 4}.example"
        title = f"Aceite de oliva virgen extra {number // 4}, 5 l"
        listing = Listing(
            f"{shop}:{number}", shop, str(number), f"https://{shop}/{number}", title, "oil", litres=Decimal(5)
        )
        store.save_listing(listing)
        usual, rows = Decimal(rng.randrange(2000, 4000)).scaleb(-2), []
        for ago in range(days, -1, -1):
            usual += Decimal(rng.randrange(-200, 200)).scaleb(-2) if rng.random() < 0.03 else 0
            price = max(usual, Decimal(5)) * (Decimal("0.85") if (ago + 11 * number) % 42 < 7 else 1)
            if rng.random() < 0.02:
                continue
            at = now - timedelta(days=ago, seconds=rng.randrange(3000))
            if rng.random() < 0.01:
                rows.append(Observation(listing.listing_id, at, Availability.UNAVAILABLE, rule="made", source="http"))
            else:
                offer = round(price, 2)
                rows.append(
                    Observation(listing.listing_id, at, Availability.IN_STOCK, offer, "EUR", None, None, "made", "http")
                )
        store.append(rows)


def least(rounds: int, work: Callable[[], object]) -> float:
    """Milliseconds of processor of the quickest round."""
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent) * 1000


def one_by_one(service: PriceService) -> list[object]:
    """The same questions to the routes that stood before: price, days and advice of each product."""
    found: list[object] = []
    for product in service.products(tracked=True):
        query = DataQuery(product=product.id, start=service.clock() - timedelta(days=90))
        found.append((product, service.daily(query), service.advice(product.id, 30, 1)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("products", type=int, nargs="?", default=100)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        store = store_at(f"sqlite:///{Path(folder) / 'prices.db'}")
        fill(store, options.products, options.days, now)
        ids = [one.listing_id for one in store.listings()]
        live = Live()
        panel = regular(store.readings(ids), until=now.date(), timezone=ZONE).panel
        live.current = Published(Forecasts.none(), learn_policies(store, panel))
        service = PriceService(store, live, timezone=ZONE, clock=lambda: now)
        known = Known(Remembered(store, ZONE), live.current, now)
        first = least(options.rounds, lambda: overview.overview(known))
        kept = least(options.rounds, service.overview)
        encoded = least(options.rounds, lambda: msgspec.json.encode(service.overview()))
        each = least(2, lambda: one_by_one(service))
        story = least(options.rounds, lambda: service.story(ids[-1]))
        counted = least(options.rounds, lambda: sum(range(1_000_000)))
        print(f"{options.products} products, {options.days} days: milliseconds of processor")
        print("| asked one by one | all at once, first | kept | kept, as JSON | one story |\n|---|---|---|---|---|")
        print(f"| {each:.0f} | {first:.0f} | {kept:.1f} | {encoded:.1f} | {story:.0f} |")
        print(f"(adding a million numbers takes this machine {counted:.1f})", flush=True)
        store.close()


if __name__ == "__main__":
    main()
