"""What keeps prices from being recorded: an unwell scraper, held readings, pages that gave no price lately."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Final

from almazara.errors import DamagedError
from almazara.prices.answering.known import Known
from almazara.prices.collecting.collection import HELD, SEARCHES_READ, searches_read
from almazara.prices.collecting.plausibility import Held, HoldReason
from almazara.prices.collecting.runs import SCRAPE
from almazara.prices.collecting.scraper_health import BAD, HealthReport, assess
from almazara.prices.schema import Listing, ListingKind, Observation, Problem, Run
from almazara.prices.store.whole_readings import Whole, newest_of_whole
from almazara.words.said import Money, Said, is_worded, said

_RUNS: Final = 100
"""So many of the newest readings are looked at for pages that gave no price."""
_NOT_ASKED: Final = "refused"


@dataclass(frozen=True, slots=True)
class HeldReading:
    """A reading that waits for a second one to agree.

    Attributes:
        since: When it was read.
        before: The price that was recorded last; None where the last that is known has none.
        why: The reason in words.
    """

    product: str
    title: str | None
    price: Money
    before: Money | None
    since: datetime
    reason: HoldReason
    why: Said


@dataclass(frozen=True, slots=True)
class UnreadPage:
    """A followed page that gave no price when it was last asked for, or was not asked for.

    Attributes:
        kind: Of a search there is no page of its own.
        outcome: `blocked`, `unreadable`, `failed`, or `refused`: we did not ask.
        causes: What shop or reader name: how it was blocked, what is missing on it.
        reason: The same as the log has it, in English.
        since: The first reading that failed after the last that did not.
        times: How many have failed since, of the newest that are kept.
        last_read: When it was last read; None where it never was.
        why: The outcome in words.
    """

    product: str
    title: str | None
    shop: str
    kind: ListingKind
    outcome: str
    causes: tuple[str, ...]
    reason: str
    since: datetime
    times: int
    last_read: datetime | None
    why: Said


def held_readings(known: Known, limit: int) -> list[HeldReading]:
    """The readings that wait for a second one, newest first."""
    waiting = {key: Held.from_document(document) for key, document in known.store.documents(HELD).items()}
    newest = sorted(waiting.items(), key=lambda one: one[1].reading.observed_at, reverse=True)[:limit]
    before = known.store.latest([key for key, _ in newest]) if newest else {}
    listings = known.read.listings
    titles = {key: listings[key].title for key, _ in newest if key in listings}
    return [_held(key, titles.get(key), held, before.get(key)) for key, held in newest]


def held_reading(known: Known, listing: Listing, newest: Observation | None) -> HeldReading | None:
    """The reading of a listing that waits, beside the newest one that was recorded."""
    document = known.store.document(HELD, listing.listing_id)
    return _held(listing.listing_id, listing.title, Held.from_document(document), newest) if document else None


def _held(product: str, title: str | None, held: Held, newest: Observation | None) -> HeldReading:
    reading = held.reading
    before = Money(newest.price, newest.currency) if newest and newest.price is not None else None
    price = Money(reading.price or Decimal(0), reading.currency)
    otherwise = said("prices.held.sold_out" if newest else "prices.held.nothing")
    why = said(f"prices.held.{held.reason}", price=price, before=before or otherwise)
    return HeldReading(product, title, price, before, reading.observed_at, held.reason, why)


def unread_pages(known: Known, limit: int) -> list[UnreadPage]:
    """The followed pages that gave no price, from the newest readings on; those that failed for longest first."""
    failures = _failures(known)
    pages = [_unread(listing, found, last_read) for listing, found, last_read in failures]
    return sorted(pages, key=lambda page: (page.since, page.product))[:limit]


def health(known: Known, runs: Sequence[Run]) -> HealthReport:
    """Whether the scraper is well, from its runs as they stand and what was read last."""
    return _assessed(known, runs, known.read.listings.values(), Whole(known.read.newest))


def health_of_whole(known: Known, runs: Sequence[Run]) -> HealthReport:
    """The same also where what is kept of some listings is damaged, of which it speaks."""
    try:
        return health(known, runs)
    except DamagedError:
        listings = known.store.listings()
    return _assessed(known, runs, listings, newest_of_whole(known.store, [one.listing_id for one in listings]))


def _assessed(
    known: Known, runs: Sequence[Run], listings: Collection[Listing], newest: Whole[Observation]
) -> HealthReport:
    read_at = searches_read(known.store)
    return assess(listings, newest.found, runs, now=known.now, searches_read=read_at, damaged=newest.damaged)


_Failure = tuple[datetime, Problem]


def _failures(known: Known) -> Iterator[tuple[Listing, Sequence[_Failure], datetime | None]]:
    """Each followed listing that failed after it was read last, with its failures since, newest first."""
    found: dict[str, list[_Failure]] = {}
    for run in known.store.runs(kind=SCRAPE, limit=_RUNS):
        for problem in run.problems:
            if problem.outcome in {*BAD, _NOT_ASKED}:
                found.setdefault(problem.listing_id, []).append((run.started_at, problem))
    if not found:
        return
    read = {name: one.observed_at for name, one in known.store.latest(list(found)).items()}
    searches = known.store.documents(SEARCHES_READ)
    read |= {name: datetime.fromisoformat(searches[name]["at"]) for name in found if name in searches}
    for listing in known.listings(tracked=True):
        last_read = read.get(listing.listing_id)
        since = [one for one in found.get(listing.listing_id, []) if last_read is None or one[0] > last_read]
        if since:
            yield listing, since, last_read


def _unread(listing: Listing, failures: Sequence[_Failure], last_read: datetime | None) -> UnreadPage:
    problem = failures[0][1]
    return UnreadPage(
        product=listing.listing_id,
        title=listing.title,
        shop=listing.shop,
        kind=listing.kind,
        outcome=problem.outcome,
        causes=problem.causes,
        reason=problem.reason,
        since=failures[-1][0],
        times=len(failures),
        last_read=last_read,
        why=told(problem),
    )


def told(problem: Problem) -> Said:
    """Why a listing of a run gave no observation, or not all of them, in words."""
    causes = [said(code) for one in problem.causes if is_worded(code := f"prices.cause.{one}")]
    if not causes:
        return said(f"prices.unread.{problem.outcome}")
    every = reduce(lambda first, second: said("prices.cause.both", first=first, second=second), causes)
    return said(f"prices.unread.{problem.outcome}_by", causes=every)
