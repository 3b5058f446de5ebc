"""The observation store on Amazon DynamoDB: one table, conditional writes, everything read consistently.

Every item has the keys `pk` and `sk` and only texts, because numbers of DynamoDB lose trailing zeros:

| what | pk | sk | other attributes |
|---|---|---|---|
| observation | OBSERVATION#listing_id | moment in UTC | product, date, price, category, currency, ... |
| product with observations | PRODUCT | listing_id | |
| listing | LISTING | listing_id | category, body (JSON) |
| run | RUN | started_at#run_id | kind, body (JSON, compressed where it is long) |
| where a run is | RUN_ID#run_id | - | at (the run's sk) |
| how far it is | RUN_ID#run_id | progress | body (JSON): what has changed since the run was written |
| document | DOCUMENT#kind | key | body (JSON) |
| kind of documents | DOCUMENT_KIND | kind | |
| revision | REVISION | - | revision |
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from almazara.errors import InputError
from almazara.prices.schema import TICK, Listing, Observation, Readings, Run, RunState
from almazara.prices.store.dynamodb_table import Item, TextTable
from almazara.prices.store.observations import (
    document_text,
    new_revision,
    utc,
    validate_listing,
    validate_observation,
    validate_run,
)
from almazara.prices.store.run_progress import Progress, WrittenRuns, packed, unpacked


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
        self._written = WrittenRuns()

    def append(self, observations: Iterable[Observation]) -> int:
        """Keep what is new; see `protocol.ObservationStore.append`."""
        first: dict[tuple[str, str], Observation] = {}
        for observation in observations:
            valid = validate_observation(observation)
            first.setdefault((_partition(valid.listing_id), _moment(valid.observed_at)), valid)
        if not first:
            return 0
        categories = self._register(sorted({observation.listing_id for observation in first.values()}))
        # Reading first is cheaper than a refused write, which costs as much as one that is done.
        there = {(item["pk"], item["sk"]) for item in self._table.get_many(first, ["pk", "sk"])}
        items = [
            _observation_item(observation, categories.get(observation.listing_id))
            for key, observation in first.items()
            if key not in there
        ]
        new = sum(self._table.pool.map(partial(self._table.put, if_absent=True), items))
        # Also where nothing was new: it may be what an interrupted call kept without coming as far as this.
        self._revise()
        return new

    def history(
        self, listing_id: str, start: datetime | None = None, end: datetime | None = None, *, limit: int | None = None
    ) -> list[Observation]:
        """Observations with start <= observed_at < end, oldest first, the first `limit` of them."""
        first = _moment(datetime.min.replace(tzinfo=UTC) if start is None else utc(start, "The start"))
        last = _moment(datetime.max.replace(tzinfo=UTC) if end is None else utc(end, "The end") - TICK)
        if first > last:
            return []
        found = self._table.query(_partition(listing_id), between=(first, last), page=limit)
        return [_observation(item) for item in islice(found, limit)]

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
        ids = [item["sk"] for item in self._table.query("PRODUCT")] if listing_ids is None else sorted(set(listing_ids))
        newest = self._table.pool.map(self._newest, ids)
        return {observation.listing_id: observation for observation in newest if observation is not None}

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
            self._table.put_many(list(items.values()))
            self._revise()

    def listing(self, listing_id: str) -> Listing | None:
        """One listing, or None."""
        item = self._table.get("LISTING", listing_id)
        return None if item is None else msgspec.json.decode(item["body"], type=Listing)

    def listings(self, *, category: str | None = None, tracked: bool | None = None) -> list[Listing]:
        """Listings in order of listing_id."""
        found = [msgspec.json.decode(item["body"], type=Listing) for item in self._table.query("LISTING")]
        return [
            listing for listing in found if category in (None, listing.category) and tracked in (None, listing.tracked)
        ]

    def revision(self) -> str:
        """A text that is another one after every change of observations and listings, whoever made it."""
        item = self._table.get("REVISION", "-")
        return "" if item is None else item["revision"]

    def save_run(self, run: Run) -> None:
        """Add a run or replace the one of the same id; of one under way what has changed is written, in one item."""
        valid = validate_run(run)
        name = f"RUN_ID#{run.run_id}"
        if (progress := self._written.progress(valid)) is not None:
            self._table.put({"pk": name, "sk": "progress", "body": progress.decode()})
            return
        at = f"{_moment(valid.started_at)}#{valid.run_id}"
        before = self._table.get(name, "-")
        if before is None or before["at"] != at:
            self._table.put({"pk": name, "sk": "-", "at": at})
        self._table.put({"pk": "RUN", "sk": at, "kind": run.kind, "body": packed(valid)})
        if before is not None and before["at"] != at:
            self._table.delete("RUN", before["at"])
        self._written.note(valid)

    def run(self, run_id: str) -> Run | None:
        """One run, or None."""
        place = self._table.get(f"RUN_ID#{run_id}", "-")
        item = None if place is None else self._table.get("RUN", place["at"])
        return None if item is None else self._as_it_stands(unpacked(item["body"]))

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Runs, newest first."""
        found = (item["body"] for item in self._table.query("RUN", newest=True) if kind in (None, item["kind"]))
        return [self._as_it_stands(unpacked(body)) for body in islice(found, limit)]

    def _as_it_stands(self, run: Run) -> Run:
        item = self._table.get(f"RUN_ID#{run.run_id}", "progress") if run.state is RunState.RUNNING else None
        return run if item is None else msgspec.json.decode(item["body"], type=Progress).over(run)

    def put_document(self, kind: str, key: str, body: Mapping[str, Any], *, if_absent: bool = False) -> bool:
        """Keep a small JSON document; False, and nothing changed, when `if_absent` and the key is there."""
        item = {"pk": f"DOCUMENT#{kind}", "sk": key, "body": document_text(kind, key, body)}
        if kind not in self._kinds:
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
        was = document_text(kind, key, before)
        if after is None:
            return self._table.delete(item["pk"], key, while_body=was)
        return self._table.put({**item, "body": document_text(kind, key, after)}, while_body=was)

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""
        item = self._table.get(f"DOCUMENT#{kind}", key)
        return None if item is None else json.loads(item["body"])

    def documents(self, kind: str) -> dict[str, dict[str, Any]]:
        """All documents of a kind by key, in order of key."""
        return {item["sk"]: json.loads(item["body"]) for item in self._table.query(f"DOCUMENT#{kind}")}

    def document_kinds(self) -> list[str]:
        """The kinds that have, or once had, documents, in order."""
        return [item["sk"] for item in self._table.query("DOCUMENT_KIND")]

    def delete_document(self, kind: str, key: str) -> None:
        """Remove a document; fine when it is not there."""
        self._table.delete(f"DOCUMENT#{kind}", key)

    def close(self) -> None:
        """Give connections back."""
        self._table.close()

    def _register(self, listing_ids: Sequence[str]) -> dict[str, str]:
        """Enter listings among the products with observations; the category of each that has one."""
        keys = [(pk, listing_id) for listing_id in listing_ids for pk in ("LISTING", "PRODUCT")]
        found = list(self._table.get_many(keys, ["pk", "sk", "category"]))
        known = {item["sk"] for item in found if item["pk"] == "PRODUCT"}
        self._table.put_many([{"pk": "PRODUCT", "sk": one} for one in listing_ids if one not in known])
        return {item["sk"]: item["category"] for item in found if "category" in item}

    def _revise(self) -> None:
        self._table.put({"pk": "REVISION", "sk": "-", "revision": new_revision()})

    def _newest(self, listing_id: str) -> Observation | None:
        found = next(self._table.query(_partition(listing_id), newest=True, page=1), None)
        return None if found is None else _observation(found)


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
    return msgspec.convert({**fields, "listing_id": item["product"], "observed_at": item["date"]}, Observation)
