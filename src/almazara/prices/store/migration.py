"""Copies one observation store into another, resumes where it stopped, and proves that both hold the same."""

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from almazara.prices.schema import Observation
from almazara.prices.store.observations import (
    document_text,
    pages_of_history,
    validate_listing,
    validate_observation,
    validate_run,
)
from almazara.prices.store.protocol import ObservationStore

BOOKMARK: Final = ("migration", "bookmark")
RESTORING: Final = ("migration", "restore")
"""The document that says which backup comes into a store, until all of it is there."""
_ALL_RUNS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far a migration is: a listing was copied and compared.

    Attributes:
        done: Listings that are done, those of an earlier, interrupted call included.
        total: Listings with observations in the source.
        copied: Observations of this listing that were new in the target.
    """

    listing_id: str
    done: int
    total: int
    copied: int


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a migration did; both stores hold the same exactly when `mismatched` is empty.

    Attributes:
        observations: Observations that were new in the target.
        verified: Listings whose history has the same number of observations and the same checksum in both.
        resumed: Listings that an earlier, interrupted call had done, and that this one left.
        mismatched: Listings whose histories differ, because the target held something else before.
    """

    listings: int
    runs: int
    documents: int
    observations: int
    verified: int
    resumed: int
    mismatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checksum:
    """The number of observations of a history, and the SHA-256 of their canonical texts, oldest first."""

    count: int
    digest: str


def migrate(
    source: ObservationStore, target: ObservationStore, progress: Callable[[CopyProgress], object] = lambda _: None
) -> MigrationReport:
    """Copy listings, runs, documents and observations; what the target has is never overwritten by observations.

    A bookmark in the target says how far it came, so that an interrupted call is resumed by repeating it; a whole one
    removes it. Nothing should write to the source meanwhile, and the target should be new. `progress` is told after
    each listing.
    """
    listings, runs, documents = _copy_the_rest(source, target)
    ids = sorted(source.latest())
    bookmark = target.document(*BOOKMARK) or {"listing_id": "", "mismatched": []}
    left = [listing_id for listing_id in ids if listing_id > bookmark["listing_id"]]
    mismatched, observations = list(bookmark["mismatched"]), 0
    for done, listing_id in enumerate(left, len(ids) - len(left) + 1):
        copied = sum(target.append(page) for page in pages_of_history(source, listing_id))
        observations += copied
        if checksum(source, listing_id) != checksum(target, listing_id):
            mismatched.append(listing_id)
        target.put_document(*BOOKMARK, {"listing_id": listing_id, "mismatched": mismatched})
        progress(CopyProgress(listing_id, done, len(ids), copied))
    target.delete_document(*BOOKMARK)
    return MigrationReport(
        listings=listings,
        runs=runs,
        documents=documents,
        observations=observations,
        verified=len(ids) - len(mismatched),
        resumed=len(ids) - len(left),
        mismatched=tuple(mismatched),
    )


def check(source: ObservationStore) -> tuple[int, int]:
    """Read all that is kept, and change nothing; returns how many listings and observations there are.

    Raises:
        InputError: when something is what no store keeps.
        UnavailableError: when the source is damaged.
    """
    source.revision()
    listings, observations = source.listings(), 0
    for listing in listings:
        validate_listing(listing)
    for run in source.runs(limit=_ALL_RUNS):
        validate_run(run)
    for kind in source.document_kinds():
        for key, body in source.documents(kind).items():
            document_text(kind, key, body)
    for listing_id in source.latest():
        for page in pages_of_history(source, listing_id):
            observations += len(page)
            for observation in page:
                validate_observation(observation)
    return len(listings), observations


def checksum(store: ObservationStore, listing_id: str) -> Checksum:
    """The checksum of a listing's history, the same in every store that holds the same."""
    count, digest = 0, hashlib.sha256()
    for page in pages_of_history(store, listing_id):
        count += len(page)
        for observation in page:
            digest.update(_canonical(observation))
    return Checksum(count, digest.hexdigest())


def _canonical(observation: Observation) -> bytes:
    """One line of JSON; amounts as plain digits, because stores may differ in how they write exponents."""
    price, list_price = (None if a is None else format(a, "f") for a in (observation.price, observation.list_price))
    values = dataclasses.replace(observation, price=None, list_price=None)
    return msgspec.json.encode([values, price, list_price]) + b"\n"


def _copy_the_rest(source: ObservationStore, target: ObservationStore) -> tuple[int, int, int]:
    listings = source.listings()
    target.save_listings(listings)
    runs = source.runs(limit=_ALL_RUNS)
    for run in runs:
        target.save_run(run)
    documents = 0
    for kind in source.document_kinds():
        if kind == BOOKMARK[0]:
            continue
        for key, body in source.documents(kind).items():
            target.put_document(kind, key, body)
            documents += 1
    return len(listings), len(runs), documents
