"""Imports files of price histories into a store and exports a store into files, in bounded memory."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
from polars.io.plugins import register_io_source

from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.files import replacing
from almazara.prices.exchange.histories import heisse_item, keepa_product
from almazara.prices.exchange.readers import READERS, format_of
from almazara.prices.exchange.rows import TIDY_SCHEMA, Defaults, Entry, Refusal, tidy_row, tidy_texts
from almazara.prices.schema import Listing, Observation
from almazara.prices.store.observations import pages_of_history
from almazara.prices.store.protocol import ObservationStore

NAMED_REFUSALS: Final = 100
_BATCH: Final = 10_000
_NAMED: Final = 10
_Convert = Callable[[Listing, Sequence[Observation]], tuple[dict[str, object], int] | None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file's rows: read = imported + already_there + refused.

    Attributes:
        read: Rows (readings) in the file.
        imported: Observations that are new in the store.
        already_there: Rows whose listing and moment were in the store, or earlier in the file; what was first stays.
        listings: Listings that were added.
        refusals: The first hundred refused rows, each with its line and the reason.
    """

    read: int
    imported: int
    already_there: int
    refused: int
    listings: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How many observations were written, and how many the format cannot hold."""

    written: int
    left_out: int


def import_file(
    store: ObservationStore,
    path: Path,
    *,
    now: datetime,
    file_format: str | None = None,
    defaults: Defaults | None = None,
) -> ImportReport:
    """Import a file (gzip or plain), after it was read once to its end to see that it is what it claims.

    The format is `csv`, `parquet`, `keepa` or `heisse-preise`, by default what its name and content say. New listings
    are created at `now` (aware). An import that was interrupted can be repeated.

    Raises:
        InputError: when the file is not what it claims; nothing was changed.
        UnavailableError: when the store does not take it; what was imported before stays.
    """
    reader = READERS.get(file_format or format_of(path))
    if reader is None:
        raise InputError(f"The format {file_format!r} is not known: {', '.join(READERS)}.")
    defaults = defaults or Defaults()
    for _ in reader(path, defaults):
        pass
    return _keep(store, reader(path, defaults), now)


def _keep(store: ObservationStore, rows: Iterator[Entry | Refusal], now: datetime) -> ImportReport:
    known = {listing.listing_id for listing in store.listings()}
    before, imported, accepted, refused = len(known), 0, 0, 0
    refusals: list[Refusal] = []
    while batch := list(islice(rows, _BATCH)):
        entries = [row for row in batch if isinstance(row, Entry)]
        for listing in (entry.listing for entry in entries):
            if listing.listing_id not in known:
                known.add(listing.listing_id)
                store.save_listing(replace(listing, created_at=now))
        imported += store.append(entry.observation for entry in entries)
        accepted += len(entries)
        named = [row for row in batch if isinstance(row, Refusal)]
        refused += len(named)
        refusals += named[: NAMED_REFUSALS - len(refusals)]
    return ImportReport(
        read=accepted + refused,
        imported=imported,
        already_there=accepted - imported,
        refused=refused,
        listings=len(known) - before,
        refusals=tuple(refusals),
    )


def export_file(
    store: ObservationStore,
    path: Path,
    *,
    file_format: str | None = None,
    listing_ids: Sequence[str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> ExportReport:
    """Write histories, by listing and time, into a file that appears, or replaces one, only when it is whole.

    The format is `csv`, `parquet`, `keepa` or `heisse-preise`, by default what its name says. All listings are written
    unless some are named, from `start` on and before `end`.

    Raises:
        InputError: when the format is not known, or holds nothing of what was asked for.
        NotFoundError: when a listing that is named has no history.
        UnavailableError: when the file cannot be written.
            After each of them, what was there stays.
    """
    file_format = file_format or path.suffix.lower().removeprefix(".")
    if file_format not in WRITERS:
        raise InputError(f"{path.name} names no known format: {', '.join(WRITERS)}; say which it is.")
    known = sorted(store.latest(listing_ids))
    if unknown := sorted(set(listing_ids or ()).difference(known)):
        raise NotFoundError(f"There is no history of {', '.join(unknown[:_NAMED])}: {path} was not written.")
    selection = _Selection(store, known, start, end)
    try:
        with replacing(path, durable=True) as temporary:
            report = WRITERS[file_format](selection, temporary)
            if not report.written:
                held = f"; the format holds none of the {report.left_out} observations" if report.left_out else ""
                raise InputError(f"There is nothing to write as {file_format}{held}: {path} was not written.")
            return report
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnavailableError(f"The file {path} cannot be written: {error}.") from error


@dataclass(frozen=True, slots=True)
class _Selection:
    """The histories to export."""

    store: ObservationStore
    listing_ids: Sequence[str]
    start: datetime | None
    end: datetime | None

    def listing(self, listing_id: str) -> Listing:
        """A listing, made from its id when the store does not hold it."""
        shop, _, sku = listing_id.rpartition(":")
        return self.store.listing(listing_id) or Listing(listing_id, shop, sku, "")

    def pages(self) -> Iterator[tuple[Listing, list[Observation]]]:
        """Histories in pages."""
        for listing_id in self.listing_ids:
            listing = self.listing(listing_id)
            for page in pages_of_history(self.store, listing_id, self.start, self.end):
                yield listing, page

    def whole(self) -> Iterator[tuple[Listing, list[Observation]]]:
        """Histories, each whole, for formats that hold a listing in one piece."""
        for listing_id in self.listing_ids:
            yield self.listing(listing_id), self.store.history(listing_id, self.start, self.end)


def _write_csv(selection: _Selection, path: Path) -> ExportReport:
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # lines end as RFC 4180 says; with a bare line feed a carriage return goes unquoted
        writer.writerow(TIDY_SCHEMA)
        for listing, page in selection.pages():
            writer.writerows(tidy_texts(tidy_row(observation, listing)) for observation in page)
            written += len(page)
    return ExportReport(written, 0)


def _write_parquet(selection: _Selection, path: Path) -> ExportReport:
    written = 0

    def frames(*_: object) -> Iterator[pl.DataFrame]:
        nonlocal written
        for listing, page in selection.pages():
            written += len(page)
            yield pl.DataFrame([tidy_row(observation, listing) for observation in page], schema=TIDY_SCHEMA)

    register_io_source(frames, schema=TIDY_SCHEMA).sink_parquet(path)
    return ExportReport(written, 0)


def _write_json(convert: _Convert, selection: _Selection, path: Path) -> ExportReport:
    written = left_out = 0
    encoder = msgspec.json.Encoder(decimal_format="number")
    with path.open("wb") as file:
        mark = b"[\n"
        for listing, history in selection.whole():
            item, held = convert(listing, history) or (None, 0)
            written += held
            left_out += len(history) - held
            if held:
                file.write(mark + encoder.encode(item))
                mark = b",\n"
        file.write(b"[]\n" if mark == b"[\n" else b"\n]\n")
    return ExportReport(written, left_out)


WRITERS: Final[dict[str, Callable[[_Selection, Path], ExportReport]]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "keepa": partial(_write_json, keepa_product),
    "heisse-preise": partial(_write_json, heisse_item),
}
