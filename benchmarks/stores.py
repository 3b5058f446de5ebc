"""Measures the observation stores: appending, importing, reading a product's year, beside what a user would do.

Usage: python benchmarks/stores.py [OBSERVATIONS] [--postgresql URL] [--folder FOLDER]

Without a URL only SQLite is measured. In the same run the same rows are kept in Parquet and a year is read from there
with Polars, which is what one would do without a store.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from almazara.prices.exchange.files import export_file, import_file
from almazara.prices.schema import Availability, Listing, Observation
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.registry import store_at

START = datetime(2016, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
DAYS = 2000  # each listing is read once a day for five and a half years
BATCH = 20_000
READS = 50


def made(first_day: int, days: int, listings: int, *, by_listing: bool) -> Iterator[list[Observation]]:
    """Batches of made observations, by listing as an import brings them, or by day as scraping does."""
    rng = random.Random(7)
    batch = []
    for number in range(days * listings):
        listing, day = divmod(number, days) if by_listing else divmod(number, listings)[::-1]
        price = Decimal(400 + (listing * 37) % 2000 + rng.randrange(100)).scaleb(-2)
        moment = START + timedelta(days=first_day + day, seconds=listing % 86_400)
        batch.append(
            Observation(f"shop:{listing}", moment, Availability.IN_STOCK, price, "EUR", None, None, "made", "demo")
        )
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def measure_append(name: str, store: ObservationStore, batches: Iterator[list[Observation]]) -> float:
    """Print the rate of appending, the making of the rows left out; returns the processor seconds of a row."""
    spent = processor = 0.0
    count = 0
    for batch in batches:
        began, began_processor = time.perf_counter(), time.process_time()
        store.append(batch)
        spent += time.perf_counter() - began
        processor += time.process_time() - began_processor
        count += len(batch)
    rates = f"{count / spent:,.0f}/s, {count / processor:,.0f} per processor second"
    print(f"{name}: {count:,} appended in batches of {BATCH:,}: {rates}", flush=True)
    return processor / count


def measure_import(name: str, store: ObservationStore, path: Path, appending: float) -> None:
    """Print the rate of an import, and how many times the processor time of appending alone it takes."""
    began, began_processor = time.perf_counter(), time.process_time()
    report = import_file(store, path, now=datetime.now(UTC))
    spent, processor = time.perf_counter() - began, time.process_time() - began_processor
    assert report.imported == report.read, report.refusals
    times = processor / report.read / appending
    rates = f"{report.read / spent:,.0f}/s, {report.read / processor:,.0f} per processor second"
    print(f"{name}: {path.suffix[1:]} imported: {rates}, {times:.2f} times appending", flush=True)


def write_file(path: Path, count: int) -> Path:
    """Write so many made observations as a file, of listings that no store and no other file has yet."""
    shop, listings = path.suffix[1:], max(count // DAYS, 1)
    store = store_at(f"sqlite:///{path.with_suffix(f'.{shop}.db')}")
    titles = {f"{shop}:{n}": f"Aceite de oliva virgen extra {n}, botella {1 + n % 5} l" for n in range(listings)}
    store.save_listings(Listing(one, shop, one, f"https://{one}", title) for one, title in titles.items())
    for batch in made(0, DAYS, listings, by_listing=True):
        store.append(replace(one, listing_id=one.listing_id.replace("shop", shop)) for one in batch)
    export_file(store, path)
    store.close()
    return path


def measure_years(name: str, read: Callable[[str, datetime], int], count: int) -> None:
    """Print the milliseconds of reading a year of listings taken at random, each once."""
    rng = random.Random(11)
    spent: list[float] = []
    processor = time.process_time()
    for listing in rng.sample(range(max(count // DAYS, 1)), min(READS, max(count // DAYS, 1))):
        start = START + timedelta(days=rng.randrange(max(DAYS - 365, 1)))
        began = time.perf_counter()
        found = read(f"shop:{listing}", start)
        spent.append((time.perf_counter() - began) * 1000)
        assert found > 0, "nothing was read"
    processor = (time.process_time() - processor) / len(spent) * 1000
    worst = sorted(spent)[int(len(spent) * 0.95)]
    median = statistics.median(spent)
    print(f"{name}: a year in {median:.2f} ms (median), {worst:.2f} (95 %), {processor:.2f} of processor", flush=True)


def measure_store(url: str, count: int, files: list[Path]) -> ObservationStore:
    name = url.partition(":")[0]
    store = store_at(url)
    listings = max(count // DAYS, 1)
    appending = measure_append(f"{name}, listing by listing", store, made(0, DAYS, listings, by_listing=True))
    measure_append(f"{name}, day by day", store, made(DAYS, DAYS // 100, listings, by_listing=False))
    for path in files:
        measure_import(name, store, path, appending)
    store.close()
    store = store_at(url)  # so that nothing of the writing connection's cache helps
    measure_years(name, lambda listing, start: len(store.history(listing, start, start + YEAR)), count)
    one = [Observation("shop:0", START + timedelta(days=n, hours=5), Availability.UNAVAILABLE) for n in range(20)]
    began = time.perf_counter()
    for observation in one:
        store.append([observation])
    print(f"{name}: one observation a call: {(time.perf_counter() - began) / len(one) * 1000:.1f} ms each")
    return store


def measure_parquet(store: ObservationStore, path: Path, count: int) -> None:
    began = time.perf_counter()
    export_file(store, path, file_format="parquet")
    print(f"export to Parquet: {count / (time.perf_counter() - began):,.0f}/s, {path.stat().st_size / 1e6:,.0f} MB")

    def read(listing: str, start: datetime) -> int:
        moment = pl.col("observed_at")
        of_listing = (pl.col("listing_id") == listing) & (moment >= start) & (moment < start + YEAR)
        return pl.scan_parquet(path).filter(of_listing).collect().height

    measure_years("parquet + polars", read, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("observations", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--postgresql", help="URL of an empty database")
    parser.add_argument("--folder", type=Path, help="where the files go; by default a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "prices.db"
        files = [write_file(Path(folder) / name, options.observations) for name in ("made.csv", "made.parquet")]
        sqlite = measure_store(f"sqlite:///{path}", options.observations, files)
        print(f"sqlite: {path.stat().st_size / 1e6:,.0f} MB")
        if options.postgresql:
            measure_store(options.postgresql, options.observations, files).close()
        measure_parquet(sqlite, Path(folder) / "prices.parquet", options.observations)
        sqlite.close()


if __name__ == "__main__":
    main()
