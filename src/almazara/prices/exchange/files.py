"""Imports files of price histories into a store and exports a store into files, in bounded memory."""

import csv
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl
from polars.io.plugins import register_io_source

from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.files import replacing
from almazara.prices.collecting.collection import HELD, judged_against
from almazara.prices.collecting.plausibility import Held, Verdict, judge, judge_last
from almazara.prices.exchange.histories import heisse_item, keepa_product
from almazara.prices.exchange.readers import format_of, reader_of
from almazara.prices.exchange.rows import TIDY_SCHEMA, Defaults, Entry, Note, Refusal, Row, tidy_row, tidy_texts
from almazara.prices.schema import EPOCH, Listing, Observation
from almazara.prices.store.observations import pages_of_history
from almazara.prices.store.protocol import ObservationStore

NAMED_REFUSALS: Final = 100
_BATCH: Final = 20_000
_NAMED: Final = 10
_OLDEST: Final = datetime(1971, 1, 1, tzinfo=UTC)  # what has no date is often written as the zero of a clock
_AHEAD: Final = timedelta(days=1)  # a calendar that has begun its day elsewhere, or a clock that is fast
_Convert = Callable[[Listing, Sequence[Observation]], tuple[dict[str, object], int] | None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file's rows: read = imported + already_there + held + refused.

    Attributes:
        read: Rows (readings) in the file.
        imported: Observations that are new in the store.
        already_there: Rows whose listing and moment were in the store, or earlier in the file; what was first stays.
        held: Last readings of listings that their history does not make plausible: a second one confirms them.
        listings: Listings that were added.
        refusals: The first hundred refused rows, each with its line and the reason.
        notes: The first hundred of what must be said besides, such as why a reading is held.
    """

    read: int
    imported: int
    already_there: int
    held: int
    refused: int
    listings: int
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...]


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
    reading_mb: int | None = None,
) -> ImportReport:
    """Import a file (gzip or plain), after it was read once to its end to see that it is what it claims.

    The format is `csv`, `parquet`, `keepa` or `heisse-preise`, by default what its name and content say. New listings
    are created at `now` (aware). An import that was interrupted can be repeated.

    Raises:
        InputError: when the file is not what it claims; nothing was changed.
        UnavailableError: when the store does not take it; what was imported before stays.
    """
    reader = reader_of(file_format or format_of(path), reading_mb)
    defaults = defaults or Defaults()
    for _ in reader(path, defaults):
        pass
    rows = chain.from_iterable(reader(path, defaults))
    with _spared():
        under_way = _Import(store, now)
        while batch := list(islice(rows, _BATCH)):
            under_way.keep(batch)
        return under_way.end()


@contextmanager
def _spared() -> Iterator[None]:
    """What is there already is not looked at by the collector of garbage, which would do so after every few batches."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class _Import:
    """An import under way.

    The last reading of each listing waits until all others are kept: only then history says whether it is plausible.
    """

    def __init__(self, store: ObservationStore, now: datetime) -> None:
        self._store = store
        self._now, self._newest = now, now + _AHEAD
        self._known = {listing.listing_id for listing in store.listings()}
        self._before = len(self._known)
        self._waiting: dict[str, Entry] = {}
        self._refusals: list[Refusal] = []
        self._notes: list[Note] = []
        self._accepted = self._imported = self._held = self._refused = 0

    def keep(self, rows: Sequence[Row]) -> None:
        """Keep a batch of rows, or let them wait."""
        ready: list[Observation] = []
        new: list[Listing] = []
        for row in rows:
            if not isinstance(row, Entry):
                self._tell(row)
            elif _OLDEST <= row.observation.observed_at <= self._newest:
                self._accepted += 1
                self._take(row, ready, new)
            else:
                self._tell(_untimely(row, self._now))
        self._store.save_listings(new)
        self._imported += self._store.append(ready)

    def _take(self, entry: Entry, ready: list[Observation], new: list[Listing]) -> None:
        """Let an entry wait while it is the last of its listing; of several of one moment the first counts."""
        listing_id, at = entry.observation.listing_id, entry.observation.observed_at
        waiting = self._waiting.get(listing_id)
        if waiting is None:
            self._waiting[listing_id] = entry
            if listing_id not in self._known:
                self._known.add(listing_id)
                new.append(replace(entry.listing, created_at=self._now))
        elif at > waiting.observation.observed_at:
            self._waiting[listing_id] = entry
            ready.append(waiting.observation)
        elif at < waiting.observation.observed_at:
            ready.append(entry.observation)

    def _tell(self, row: Refusal | Note) -> None:
        """Name a row that is refused, or what must be said, among the first; refused rows are all counted."""
        self._refused += isinstance(row, Refusal)
        named: list[Any] = self._refusals if isinstance(row, Refusal) else self._notes
        if len(named) < NAMED_REFUSALS:
            named.append(row)

    def end(self) -> ImportReport:
        """Judge what waits; says what became of all."""
        held = {key: Held.from_document(one) for key, one in self._store.documents(HELD).items()}
        until = max((entry.observation.observed_at for entry in self._waiting.values()), default=EPOCH)
        waiting = iter(self._waiting.values())
        while batch := list(islice(waiting, _BATCH)):
            newest = self._store.latest([entry.listing.listing_id for entry in batch])
            accepted: list[Observation] = []
            confirmed: list[Observation] = []
            for entry in batch:
                verdict = self._judged(entry, newest.get(entry.listing.listing_id), held, until)
                accepted += verdict.accepted[-1:]
                confirmed += verdict.accepted[:-1]
            self._store.append(confirmed)
            self._imported += self._store.append(accepted)
            for one in accepted:  # only now: killed before, the held reading still waits
                if one.listing_id in held and held[one.listing_id].reading.observed_at <= one.observed_at:
                    self._store.delete_document(HELD, one.listing_id)
        read = self._accepted + self._refused
        if not read and not self._notes:
            self._tell(Note(0, "The file holds no prices."))
        there = self._accepted - self._imported - self._held
        added = len(self._known) - self._before
        named, notes = tuple(self._refusals), tuple(self._notes)
        return ImportReport(read, self._imported, there, self._held, self._refused, added, named, notes)

    def _judged(self, entry: Entry, newest: Observation | None, held: Mapping[str, Held], until: datetime) -> Verdict:
        """What becomes of a listing's last reading in the file.

        Args:
            entry: The reading.
            newest: The last one in the store.
            held: The readings that wait for confirmation.
            until: The last moment of the file.
        """
        new = entry.observation
        # The newest one alone accepts most readings, and is cheaper to ask for than a year.
        if newest is None or judge([newest], new).held is None:
            return Verdict((new,))
        verdict = judge_last(judged_against(self._store, new), new, until=until, held=held.get(new.listing_id))
        if verdict.held is not None:
            self._held += 1
            self._store.put_document(HELD, new.listing_id, verdict.held.as_document())
            self._tell(Note(entry.line, f"{new.listing_id} is held until a second reading agrees. {verdict.reason}"))
        return verdict


def _untimely(entry: Entry, now: datetime) -> Refusal:
    """Why a moment is none at which a shop's price was read."""
    at = entry.observation.observed_at
    where = "lies in the future" if at > now else "is too old to be true"
    return Refusal(entry.line, f"The moment {at.isoformat()} {where}.")


_ENDINGS: Final = {"keepa": ".json", "heisse-preise": ".json"}  # other formats end as they are called


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
    ending = _ENDINGS.get(file_format, f".{file_format}")
    if path.exists() and path.suffix.lower() != ending:
        raise InputError(f"{path} is there and may be no export: one that is replaced ends in {ending}.")
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
        cause = getattr(error, "strerror", None) or error
        raise UnavailableError(f"The file {path} cannot be written: {cause}.") from error


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
