"""The observation store on Amazon DynamoDB: one table, conditional writes, everything read consistently.

Every item has the keys `pk` and `sk` and only texts, because numbers of DynamoDB lose trailing zeros:

| what | pk | sk | other attributes |
|---|---|---|---|
| observation | OBSERVATION#listing_id | moment in UTC | product, date, price, category, currency, ... |
| newest observations | NEWEST | # and the first listing_id | body (JSON, compressed), see `dynamodb_newest` |
| listing | LISTING | listing_id | category, body (JSON) |
| run | RUN | started_at#run_id | kind, body (JSON, compressed where it is long) |
| where a run is | RUN_ID#run_id | - | at (the run's sk) |
| how far it is | RUN_ID#run_id | progress | body (JSON): what has changed since the run was written |
| document | DOCUMENT#kind | key | body (JSON, compressed where it is long) |
| kind of documents | DOCUMENT_KIND | kind | |
| revision | REVISION | -, past, listings | revision: a text for each part of it, see `schema.Revision` |
| layout of all that | LAYOUT | - | version |

Layout 1 had no version, and for each listing with observations an item in a partition PRODUCT, in the place of NEWEST.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from almazara.errors import InputError, UnavailableError
from almazara.prices.schema import TICK, Listing, Observation, Readings, Revision, Run, RunState
from almazara.prices.store.dynamodb_newest import Newest
from almazara.prices.store.dynamodb_table import Item, TextTable, read_item
from almazara.prices.store.observations import (
    END,
    LISTINGS,
    PAST,
    START,
    document_of,
    document_text,
    new_revision,
    utc,
    validate_listing,
    validate_observation,
    validate_run,
)
from almazara.prices.store.packing import packed_if_long, unpacked
from almazara.prices.store.run_progress import Progress, RunsUnderWay, run_of, run_text
from almazara.words.said import said

LAYOUT: Final = 2
_AT: Final = itemgetter("at")
_FEW: Final = 4  # newest observations that are asked for one by one
_RUNS_AT_ONCE: Final = 25  # are read, of which some may be of another kind


def open_url(url: str) -> DynamoDbStore:
    """Open the store of a `dynamodb://table?region=...&endpoint=...` URL; its table is created when missing.

    Region, endpoint and credentials that the URL does not name come from where AWS's tools look for them.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = options.keys() - {"region", "endpoint"}
    if not parts.netloc or unknown:
        raise InputError("The store's URL must be dynamodb://table, with ?region= and &endpoint= where needed.")
    return DynamoDbStore(TextTable(parts.netloc, region=options.get("region"), endpoint=options.get("endpoint")))


class DynamoDbStore:
    """Keeps listings, observations, runs and documents in one table of DynamoDB; see `protocol.ObservationStore`."""

    def __init__(self, table: TextTable) -> None:
        self._table = table
        self._kinds: set[str] = set()  # those that this process knows to be entered
        self._under_way = RunsUnderWay()
        self._newest = Newest(table)
        self._upgrade()

    def append(self, observations: Iterable[Observation], *, run: str | None = None) -> int:
        """Keep what is new; see `protocol.ObservationStore.append`."""
        first: dict[tuple[str, str], Observation] = {}
        for observation in observations:
            valid = validate_observation(observation)
            first.setdefault((_partition(valid.listing_id), _moment(valid.observed_at)), valid)
        if not first:
            return 0
        listings = {("LISTING", observation.listing_id) for observation in first.values()}
        # Reading first is cheaper than a refused write, which costs as much as one that is done.
        there = {
            (item["pk"], item["sk"]): item.get("category")
            for item in self._table.get_many([*listings, *first], ["pk", "sk", "category"])
        }
        items = {
            key: _observation_item(observation, there.get(("LISTING", observation.listing_id)))
            for key, observation in first.items()
            if key not in there
        }
        done = self._table.pool.map(partial(self._table.put, if_absent=True), items.values())
        new = {key for key, is_new in zip(items, done, strict=True) if is_new}
        # Also where nothing was new: it may be what an interrupted call kept without coming as far as this.
        newest = {pk: (pk, sk) for pk, sk in sorted(first)}.values()
        kept = [first[key] if key in new else self._kept(*key) for key in newest]
        if run is None:
            self._tell([*kept, *(first[key] for key in new)])
        else:
            self._under_way.observe(run, kept)
        return len(new)

    def history(
        self, listing_id: str, start: datetime | None = None, end: datetime | None = None, *, limit: int | None = None
    ) -> list[Observation]:
        """Observations with start <= observed_at < end, oldest first, the first `limit` of them."""
        first = _moment(datetime.min.replace(tzinfo=UTC) if start is None else utc(start, START))
        last = _moment(datetime.max.replace(tzinfo=UTC) if end is None else utc(end, END) - TICK)
        if first > last:
            return []
        found = self._table.query(_partition(listing_id), between=(first, last), page=limit)
        return [read_item(self._table, _observation, item) for item in islice(found, limit)]

    def histories(self, listing_ids: Sequence[str], start: datetime | None = None) -> dict[str, list[Observation]]:
        """The observations of several listings from `start` on, each oldest first; absent where there is none."""
        ids = sorted(set(listing_ids))
        found = self._table.pool.map(partial(self.history, start=start), ids)
        return {listing_id: history for listing_id, history in zip(ids, found, strict=True) if history}

    def readings(self, listing_ids: Sequence[str], start: datetime | None = None) -> dict[str, Readings]:
        """The observations of several listings from `start` on, as columns; absent where there is none."""
        return {name: Readings.of(history) for name, history in self.histories(listing_ids, start).items()}

    def latest(self, listing_ids: Sequence[str] | None = None) -> dict[str, Observation]:
        """The newest observation of each listing (of all listings when None); absent where there is none."""
        if listing_ids is None:
            return self._newest.all()
        asked = sorted(set(listing_ids))
        if len(asked) <= _FEW:
            return self._newest_of(asked)
        found = self._newest.all()
        return {listing_id: found[listing_id] for listing_id in asked if listing_id in found}

    def count(self, listing_id: str) -> int:
        """How many observations a listing has."""
        return self._table.count(_partition(listing_id))

    def save_listing(self, listing: Listing) -> None:
        """Add a listing or replace the one of the same id; observations are not touched."""
        self.save_listings([listing])

    def save_listings(self, listings: Iterable[Listing]) -> None:
        """Add or replace several listings at once; of one id the last counts."""
        items = {listing.listing_id: _listing_item(validate_listing(listing)) for listing in listings}
        if items:
            list(self._table.pool.map(self._table.put, items.values()))
            self._revise(LISTINGS)

    def listing(self, listing_id: str) -> Listing | None:
        """One listing, or None."""
        item = self._table.get("LISTING", listing_id)
        return None if item is None else read_item(self._table, _listing, item)

    def listings(self, *, category: str | None = None, tracked: bool | None = None) -> list[Listing]:
        """Listings in order of listing_id."""
        found = [read_item(self._table, _listing, item) for item in self._table.query("LISTING")]
        return [
            listing for listing in found if category in (None, listing.category) and tracked in (None, listing.tracked)
        ]

    def revision(self) -> Revision:
        """What is another one after every change of observations and listings, whoever made it."""
        items = self._table.query("REVISION")
        kept = {item["sk"]: read_item(self._table, itemgetter("revision"), item) for item in items}
        return Revision(*(kept.get(key, "") for key in ("-", PAST, LISTINGS)))

    def save_run(self, run: Run) -> None:
        """Add a run or replace the one of the same id; of one under way what has changed is written now and then."""
        valid = validate_run(run)
        if self._under_way.waits(valid):
            return
        if untold := self._under_way.untold(valid.run_id):
            self._tell(untold)
        progress = self._under_way.progress(valid)
        if progress is None:
            self._write_whole(valid)
        else:
            self._table.put({"pk": f"RUN_ID#{valid.run_id}", "sk": "progress", "body": progress.decode()})
        self._under_way.wrote(valid, whole=progress is None)

    def run(self, run_id: str) -> Run | None:
        """One run, or None."""
        place = self._table.get(f"RUN_ID#{run_id}", "-")
        item = None if place is None else self._table.get("RUN", read_item(self._table, _AT, place))
        return None if item is None else self._as_it_stands(read_item(self._table, _run, item))

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Runs, newest first."""
        items = self._table.query("RUN", newest=True, page=max(limit, _RUNS_AT_ONCE))
        found = (item for item in items if kind in (None, item.get("kind")))
        return [self._as_it_stands(read_item(self._table, _run, item)) for item in islice(found, limit)]

    def _as_it_stands(self, run: Run) -> Run:
        if run.state is not RunState.RUNNING:
            return run
        if (ours := self._under_way.newest(run)) is not None:
            return ours
        item = self._table.get(f"RUN_ID#{run.run_id}", "progress")
        return run if item is None else read_item(self._table, _progress, item).over(run)

    def _write_whole(self, run: Run) -> None:
        name, at = f"RUN_ID#{run.run_id}", f"{_moment(run.started_at)}#{run.run_id}"
        place = self._table.get(name, "-")
        before = None if place is None else read_item(self._table, _AT, place)
        if before != at:
            self._table.put({"pk": name, "sk": "-", "at": at})
        self._table.put({"pk": "RUN", "sk": at, "kind": run.kind, "body": run_text(run)})
        if before not in (None, at):
            self._table.delete("RUN", before)

    def put_document(self, kind: str, key: str, body: Mapping[str, Any], *, if_absent: bool = False) -> bool:
        """Keep a small JSON document; False, and nothing changed, when `if_absent` and the key is there."""
        item = {"pk": f"DOCUMENT#{kind}", "sk": key, "body": packed_if_long(document_text(kind, key, body).encode())}
        if kind not in self._kinds:
            if self._table.get("DOCUMENT_KIND", kind) is None:  # which costs less than to write it once more
                self._table.put({"pk": "DOCUMENT_KIND", "sk": kind})
            self._kinds.add(kind)
        return self._table.put(item, if_absent=if_absent)

    def swap_document(
        self, kind: str, key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> bool:
        """Put `after` in the place of a document that is still `before`; see `protocol.ObservationStore`."""
        if before is None:
            return self.put_document(kind, key, after or {}, if_absent=True)
        item = {"pk": f"DOCUMENT#{kind}", "sk": key}
        was = self._as_kept(kind, key, document_text(kind, key, before))
        if after is None:
            return self._table.delete(item["pk"], key, while_body=was)
        body = packed_if_long(document_text(kind, key, after).encode())
        return self._table.put({**item, "body": body}, while_body=was)

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""
        item = self._table.get(f"DOCUMENT#{kind}", key)
        return None if item is None else read_item(self._table, _document, item)

    def documents(self, kind: str, prefix: str = "") -> dict[str, dict[str, Any]]:
        """All documents of a kind whose keys begin so, by key, in order of key."""
        begins = (prefix, f"{prefix}{chr(sys.maxunicode)}") if prefix else None
        found = self._table.query(f"DOCUMENT#{kind}", between=begins)
        return {item["sk"]: read_item(self._table, _document, item) for item in found}

    def document_keys(self, kind: str) -> list[str]:
        """The keys of all documents of a kind, in order."""
        return list(self._table.sort_keys(f"DOCUMENT#{kind}"))

    def document_kinds(self) -> list[str]:
        """The kinds that have, or once had, documents, in order."""
        return [item["sk"] for item in self._table.query("DOCUMENT_KIND")]

    def delete_document(self, kind: str, key: str) -> None:
        """Remove a document; fine when it is not there."""
        self._table.delete(f"DOCUMENT#{kind}", key)

    def close(self) -> None:
        """Give connections back."""
        self._table.close()

    def _as_kept(self, kind: str, key: str, text: str) -> str:
        """A document's text as it is kept, which of a long one depends on the library that compressed it."""
        content = text.encode()
        if packed_if_long(content) == text:
            return text
        item = self._table.get(f"DOCUMENT#{kind}", key)
        return item["body"] if item is not None and read_item(self._table, _content, item) == content else text

    def _upgrade(self) -> None:
        """Bring a table of an older layout to this one; several processes may do so at once, and one be killed."""
        item = self._table.get("LAYOUT", "-")
        if item is None:
            self._newest.note(self._newest_of([item["sk"] for item in self._table.query("PRODUCT")]).values())
            self._table.put({"pk": "LAYOUT", "sk": "-", "version": str(LAYOUT)})
        elif read_item(self._table, _layout, item) > LAYOUT:
            told = said("prices_refused.store.newer_layout", layout=item["version"], newest=str(LAYOUT))
            raise UnavailableError(told)

    def _kept(self, pk: str, sk: str) -> Observation:
        """An observation that was there before: the first one of its moment stays."""
        item = self._table.get(pk, sk)
        if item is None:
            raise UnavailableError(f"The table has lost an observation: {pk} {sk}.")
        return read_item(self._table, _observation, item)

    def _tell(self, observations: Iterable[Observation]) -> None:
        """Make observations that are kept known to those who ask for the newest ones, or for what has changed."""
        is_past = self._newest.note(observations)
        self._revise(*([PAST] if is_past else []))

    def _revise(self, *also: str) -> None:
        for key in (*also, "-"):
            self._table.put({"pk": "REVISION", "sk": key, "revision": new_revision()})

    def _newest_of(self, listing_ids: Sequence[str]) -> dict[str, Observation]:
        """The newest observation of each listing, of each by its history."""

        def newest(listing_id: str) -> Item | None:
            return next(self._table.query(_partition(listing_id), newest=True, page=1), None)

        items = zip(listing_ids, self._table.pool.map(newest, listing_ids), strict=True)
        return {
            listing_id: read_item(self._table, _observation, item) for listing_id, item in items if item is not None
        }


def _partition(listing_id: str) -> str:
    return f"OBSERVATION#{listing_id}"


def _moment(moment: datetime) -> str:
    """The moment as a text whose order is that of time."""
    return moment.isoformat(timespec="microseconds")


def _listing_item(listing: Listing) -> Item:
    item = {"pk": "LISTING", "sk": listing.listing_id, "body": msgspec.json.encode(listing).decode()}
    return item if listing.category is None else {**item, "category": listing.category}


def _observation_item(observation: Observation, category: str | None) -> Item:
    fields = {name: value for name, value in msgspec.to_builtins(observation).items() if value not in (None, ())}
    if "named" in fields:
        fields["named"] = json.dumps(fields["named"], ensure_ascii=False)
    product, date = fields.pop("listing_id"), _moment(observation.observed_at)
    del fields["observed_at"]
    item = {"pk": _partition(product), "sk": date, "product": product, "date": date, **fields}
    return item if category is None else {**item, "category": category}


def _observation(item: Item) -> Observation:
    fields: dict[str, Any] = {one.name: item[one.name] for one in dataclasses.fields(Observation) if one.name in item}
    fields["named"] = json.loads(fields.get("named", "[]"))
    found = {**fields, "listing_id": item["product"], "observed_at": item["date"]}
    return validate_observation(msgspec.convert(found, Observation))


def _listing(item: Item) -> Listing:
    return validate_listing(msgspec.json.decode(item["body"], type=Listing))


def _run(item: Item) -> Run:
    return validate_run(run_of(item["body"]))


def _progress(item: Item) -> Progress:
    return msgspec.json.decode(item["body"], type=Progress)


def _content(item: Item) -> bytes:
    return unpacked(item["body"])


def _document(item: Item) -> dict[str, Any]:
    return document_of(_content(item))


def _layout(item: Item) -> int:
    return int(item["version"])
