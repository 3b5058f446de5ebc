"""The observation store on SQL: SQLite by default, PostgreSQL (and TimescaleDB) by URL."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from almazara.prices.schema import EPOCH, TICK, Listing, Observation, Readings, Revision, Run
from almazara.prices.store import sql_tables as tables
from almazara.prices.store.observations import (
    END,
    LISTINGS,
    PAST,
    REVISION,
    START,
    document_of,
    document_text,
    kept_observation,
    new_revision,
    utc,
    validate_listing,
    validate_observation,
    validate_run,
)
from almazara.prices.store.sql_opening import open_observations
from almazara.sql import Database, sqlite_file

_KEYS_AT_ONCE: Final = 1000
_ROWS_AT_ONCE: Final = 20_000
_FIRST_TICK: Final = (datetime.min.replace(tzinfo=UTC) - EPOCH) // TICK
_LAST_TICK: Final = (datetime.max.replace(tzinfo=UTC) - EPOCH) // TICK
# What `joined_readings` gives, nothing of it tried twice.
_JOINED: Final = tuple(
    re.compile(f"(?:{one})(?:,(?:{one}))*+") for one in ("-?[0-9]++", f"(?:{tables.DIGITS})?+", "(?:[A-Z]{3})?+")
)
_VALUES: Final = [field.name for field in dataclasses.fields(Observation)][1:]
_READERS: Final = [attrgetter(name) for name in _VALUES]
_COLUMNS: Final = [column.name for column in tables.observations.columns]
_READ: Final = sa.select(
    tables.listing_keys.c.listing_id, *(tables.observations.c[name] for name in _VALUES)
).join_from(tables.listing_keys, tables.observations)
_NEWEST: Final = (
    sa.select(sa.func.max(tables.observations.c.observed_at))
    .where(tables.observations.c.listing_key == tables.listing_keys.c.key)
    .correlate(tables.listing_keys)
    .scalar_subquery()
)


def open_url(url: str) -> SqlStore:
    """Open the store of a `sqlite://` or `postgresql://` URL; see `registry.store_at`."""
    return SqlStore(open_observations(url))


def open_file(path: Path) -> SqlStore:
    """Open the store in an SQLite file; see `registry.store_at`."""
    return SqlStore(open_observations(sqlite_file(path)))


class SqlStore:
    """Keeps listings, observations, runs and documents in SQLite or PostgreSQL; see `protocol.ObservationStore`.

    Each process opens its own; threads may share one.
    """

    def __init__(self, database: Database) -> None:
        self.engine = database.engine
        self._database = database
        self._newest: dict[str, Observation] = {}

    def append(self, observations: Iterable[Observation], *, run: str | None = None) -> int:  # noqa: ARG002
        """Keep what is new, all of it or nothing, and say so; see `protocol.ObservationStore.append`."""
        batch = [validate_observation(observation) for observation in observations]
        if not batch:
            return 0
        with self._database.writing() as connection:
            keys = self._keys(connection, {observation.listing_id for observation in batch})
            # In one order for everybody, because two PostgreSQL writers would otherwise wait for each other.
            batch.sort(key=lambda observation: (keys[observation.listing_id], observation.observed_at))
            before = _newest_moments(connection, keys.values())
            new = sum(
                self._insert_rows(connection, keys, batch[start : start + _ROWS_AT_ONCE])
                for start in range(0, len(batch), _ROWS_AT_ONCE)
            )
            if new:
                self._revise(connection, REVISION)
                own = {keys[one.listing_id]: one.observed_at for one in batch}  # of each the newest, by their order
                after = _newest_moments(connection, own)  # with what others kept since: they had the row before us
                is_older = any(one.observed_at < before.get(keys[one.listing_id], one.observed_at) for one in batch)
                if is_older or after != own:
                    self._revise(connection, PAST)
            return new

    def history(
        self, listing_id: str, start: datetime | None = None, end: datetime | None = None, *, limit: int | None = None
    ) -> list[Observation]:
        """Observations with start <= observed_at < end, oldest first, the first `limit` of them."""
        query = _READ.where(tables.listing_keys.c.listing_id == listing_id).order_by(tables.observations.c.observed_at)
        if start is not None:
            query = query.where(tables.observations.c.observed_at >= utc(start, START))
        if end is not None:
            query = query.where(tables.observations.c.observed_at < utc(end, END))
        if limit is not None:
            query = query.limit(limit)
        with self._database.reading() as connection:
            return [kept_observation(Observation(*row)) for row in connection.execute(query).all()]

    def histories(self, listing_ids: Sequence[str], start: datetime | None = None) -> dict[str, list[Observation]]:
        """The observations of several listings from `start` on, each oldest first; absent where there is none."""
        query = _READ.order_by(tables.observations.c.listing_key, tables.observations.c.observed_at)
        if start is not None:
            query = query.where(tables.observations.c.observed_at >= utc(start, START))
        found: dict[str, list[Observation]] = {}
        with self._database.reading() as connection:
            for row in _each(connection, query, tables.listing_keys.c.listing_id, listing_ids):
                found.setdefault(row[0], []).append(kept_observation(Observation(*row)))
        return found

    def readings(self, listing_ids: Sequence[str], start: datetime | None = None) -> dict[str, Readings]:
        """The observations of several listings from `start` on, as columns; absent where there is none."""
        columns = tables.observations.c
        query = sa.select(columns.listing_key, *tables.joined_readings(self.engine.dialect))
        query = query.group_by(columns.listing_key)
        if start is not None:
            query = query.where(columns.observed_at >= utc(start, START))
        with self._database.reading() as connection:
            names = {key: name for name, key in _known_keys(connection, listing_ids).items()}
            found = _each(connection, query, columns.listing_key, names)
            return {names[key]: _readings(*columns) for key, *columns in found}

    def latest(self, listing_ids: Sequence[str] | None = None) -> dict[str, Observation]:
        """The newest observation of each listing (of all listings when None); absent where there is none."""
        return self._latest_of_all() if listing_ids is None else self._latest_of(listing_ids)

    def _latest_of(self, listing_ids: Sequence[str]) -> dict[str, Observation]:
        query = _READ.where(tables.observations.c.observed_at == _NEWEST)
        with self._database.reading() as connection:
            rows = _each(connection, query, tables.listing_keys.c.listing_id, listing_ids)
            return {row.listing_id: kept_observation(Observation(*row)) for row in rows}

    def _latest_of_all(self) -> dict[str, Observation]:
        """Those that are known already are good while no newer one is there: an observation is never changed."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(tables.listing_keys.c.listing_id, _NEWEST)).all()
        moments = {listing_id: moment for listing_id, moment in rows if moment is not None}
        known = self._newest
        news = [key for key, at in moments.items() if key not in known or known[key].observed_at != at]
        known = known | self._latest_of(news)
        self._newest = {key: known[key] for key in sorted(moments)}
        return dict(self._newest)

    def count(self, listing_id: str) -> int:
        """How many observations a listing has."""
        query = sa.select(sa.func.count()).join_from(tables.listing_keys, tables.observations)
        query = query.where(tables.listing_keys.c.listing_id == listing_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def save_listing(self, listing: Listing) -> None:
        """Add a listing or replace the one of the same id; observations are not touched."""
        self.save_listings([listing])

    def save_listings(self, listings: Iterable[Listing]) -> None:
        """Add or replace several listings at once; of one id the last counts."""
        valid = {listing.listing_id: validate_listing(listing) for listing in listings}
        names = tables.listings.columns.keys()
        rows = [{name: getattr(valid[key], name) for name in names} for key in sorted(valid)]
        if rows:
            with self._database.writing() as connection:
                self._replace(connection, tables.listings, *rows)
                self._revise(connection, REVISION, LISTINGS)

    def listing(self, listing_id: str) -> Listing | None:
        """One listing, or None."""
        query = sa.select(tables.listings).where(tables.listings.c.listing_id == listing_id)
        with self._database.reading() as connection:
            found = connection.execute(query).mappings().first()
            return None if found is None else validate_listing(Listing(**found))

    def listings(self, *, category: str | None = None, tracked: bool | None = None) -> list[Listing]:
        """Listings in order of listing_id."""
        query = sa.select(tables.listings)
        if category is not None:
            query = query.where(tables.listings.c.category == category)
        if tracked is not None:
            query = query.where(tables.listings.c.tracked == tracked)
        with self._database.reading() as connection:
            found = [validate_listing(Listing(**row)) for row in connection.execute(query).mappings()]
        # Sorted here, because PostgreSQL's order of texts depends on its locale.
        return sorted(found, key=lambda listing: listing.listing_id)

    def revision(self) -> Revision:
        """What is another one after every change of observations and listings, whoever made it."""
        documents = self.documents(REVISION)
        with self._database.translated():
            kept = {key: str(body[REVISION]) for key, body in documents.items()}
        return Revision(*(kept.get(key, "") for key in (REVISION, PAST, LISTINGS)))

    def save_run(self, run: Run) -> None:
        """Add a run or replace the one of the same id."""
        valid = validate_run(run)
        row = {"run_id": valid.run_id, "kind": valid.kind, "started_at": valid.started_at}
        with self._database.writing() as connection:
            self._replace(connection, tables.runs, {**row, "body": msgspec.json.encode(valid).decode()})

    def run(self, run_id: str) -> Run | None:
        """One run, or None."""
        query = sa.select(tables.runs.c.body).where(tables.runs.c.run_id == run_id)
        with self._database.reading() as connection:
            body = connection.execute(query).scalar()
            return None if body is None else _run(body)

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Runs, newest first."""
        columns = tables.runs.c
        query = sa.select(columns.body).order_by(columns.started_at.desc(), columns.run_id.desc()).limit(limit)
        if kind is not None:
            query = query.where(columns.kind == kind)
        with self._database.reading() as connection:
            return [_run(body) for body in connection.execute(query).scalars()]

    def put_document(self, kind: str, key: str, body: Mapping[str, Any], *, if_absent: bool = False) -> bool:
        """Keep a small JSON document; False, and nothing changed, when `if_absent` and the key is there."""
        row = {"kind": kind, "key": key, "body": document_text(kind, key, body)}
        insert = self._database.insert(tables.documents).values(row).on_conflict_do_nothing()
        with self._database.writing() as connection:
            if if_absent:
                return connection.execute(insert).rowcount == 1
            self._replace(connection, tables.documents, row)
            return True

    def swap_document(
        self, kind: str, key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> bool:
        """Put `after` in the place of a document that is still `before`; see `protocol.ObservationStore`."""
        if before is None:
            return self.put_document(kind, key, after or {}, if_absent=True)
        columns = tables.documents.c
        same = sa.and_(columns.kind == kind, columns.key == key, columns.body == document_text(kind, key, before))
        change: Any = (
            sa.delete(tables.documents)
            if after is None
            else sa.update(tables.documents).values(body=document_text(kind, key, after))
        )
        with self._database.writing() as connection:
            return connection.execute(change.where(same)).rowcount == 1

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """One document, or None."""
        columns = tables.documents.c
        query = sa.select(columns.body).where(columns.kind == kind, columns.key == key)
        with self._database.reading() as connection:
            body = connection.execute(query).scalar()
            return None if body is None else document_of(body)

    def documents(self, kind: str, prefix: str = "") -> dict[str, dict[str, Any]]:
        """All documents of a kind whose keys begin so, by key, in order of key."""
        columns = tables.documents.c
        begins = sa.func.substr(columns.key, 1, len(prefix)) == prefix  # LIKE would not tell a from A
        query = sa.select(columns.key, columns.body).where(columns.kind == kind, begins)
        with self._database.reading() as connection:
            found = sorted((row.key, row.body) for row in connection.execute(query))
            return {key: document_of(body) for key, body in found}

    def document_keys(self, kind: str) -> list[str]:
        """The keys of all documents of a kind, in order."""
        query = sa.select(tables.documents.c.key).where(tables.documents.c.kind == kind)
        with self._database.reading() as connection:
            return sorted(connection.execute(query).scalars())

    def document_kinds(self) -> list[str]:
        """The kinds that have documents, in order."""
        with self._database.reading() as connection:
            return sorted({*connection.execute(sa.select(tables.documents.c.kind).distinct()).scalars()} - {REVISION})

    def delete_document(self, kind: str, key: str) -> None:
        """Remove a document; fine when it is not there."""
        columns = tables.documents.c
        with self._database.writing() as connection:
            connection.execute(sa.delete(tables.documents).where(columns.kind == kind, columns.key == key))

    def close(self) -> None:
        """Give connections and files back."""
        self._database.close()

    def _revise(self, connection: sa.Connection, *parts: str) -> None:
        """Give parts of the revision new texts; that of all last of what is written, since others wait for its row."""
        for key in parts:
            body = json.dumps({REVISION: new_revision()})
            self._replace(connection, tables.documents, {"kind": REVISION, "key": key, "body": body})

    def _replace(self, connection: sa.Connection, table: sa.Table, *rows: Mapping[str, object]) -> None:
        insert = self._database.insert(table)
        keys = [column.name for column in table.primary_key]
        values = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=values), list(rows))

    def _keys(self, connection: sa.Connection, listing_ids: set[str]) -> dict[str, int]:
        """The short number of each listing, given out now to those that have none."""
        known = _known_keys(connection, listing_ids)
        missing = sorted(listing_ids - known.keys())
        if missing:
            insert = self._database.insert(tables.listing_keys).on_conflict_do_nothing()
            connection.execute(insert, [{"listing_id": listing_id} for listing_id in missing])
            known |= _known_keys(connection, missing)
        return known

    def _insert_rows(self, connection: sa.Connection, keys: Mapping[str, int], batch: Sequence[Observation]) -> int:
        columns = [[keys[one.listing_id] for one in batch], *([read(one) for one in batch] for read in _READERS)]
        insert = self._database.insert(tables.observations)
        if self.engine.dialect.name == "sqlite":
            rows = [dict(zip(_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
            return connection.execute(insert.on_conflict_do_nothing(), rows).rowcount
        # One statement with a list per column: several times as fast here as a statement per row.
        arrays = [
            sa.bindparam(name, column, postgresql.ARRAY(tables.observations.c[name].type, dimensions=1))
            for name, column in zip(_COLUMNS, columns, strict=True)
        ]
        table = sa.func.unnest(*arrays).table_valued(*_COLUMNS).render_derived()
        select = sa.select(*(table.c[name] for name in _COLUMNS))
        return connection.execute(insert.from_select(_COLUMNS, select).on_conflict_do_nothing()).rowcount


def _run(body: str) -> Run:
    return validate_run(msgspec.json.decode(body, type=Run))


def _readings(moments: str, prices: str, currencies: str, last: int | str) -> Readings:
    """The columns of `sql_tables.joined_readings`; raises ValueError where one holds something else than was kept."""
    joined = moments, prices, currencies
    if not all(known.fullmatch(text) for known, text in zip(_JOINED, joined, strict=True)):
        raise ValueError("an observation has a moment, a price or a currency that is none")
    marked = np.fromstring(moments, dtype=np.int64, sep=",")
    found = Readings(marked >> 1, prices.split(","), currencies.split(","), (marked & 1).astype(np.bool_))
    is_whole = marked.size == len(found.prices) == len(found.currencies) and found.moments.max() == last
    if not is_whole or not _FIRST_TICK <= found.moments.min() <= last <= _LAST_TICK:  # type: ignore[operator]
        raise ValueError("an observation has a moment that is none")
    return found


def _known_keys(connection: sa.Connection, listing_ids: Iterable[str]) -> dict[str, int]:
    query = sa.select(tables.listing_keys.c.listing_id, tables.listing_keys.c.key)
    return {row.listing_id: row.key for row in _each(connection, query, tables.listing_keys.c.listing_id, listing_ids)}


def _newest_moments(connection: sa.Connection, keys: Iterable[int]) -> dict[int, datetime]:
    """The moment of the newest observation of each listing that has one."""
    column = tables.listing_keys.c.key
    found = _each(connection, sa.select(column, _NEWEST), column, keys)
    return {key: moment for key, moment in found if moment is not None}


def _each(
    connection: sa.Connection, query: sa.Select[Any], column: sa.ColumnElement[Any], values: Iterable[Any]
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """The rows of a query in which a column has one of some values; a statement takes so many of them at once."""
    asked = sorted(set(values))
    for start in range(0, len(asked), _KEYS_AT_ONCE):
        yield from connection.execute(query.where(column.in_(asked[start : start + _KEYS_AT_ONCE])))
