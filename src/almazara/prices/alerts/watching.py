"""What rules watch, each with its history: listings, goods at their cheapest shop, the index of a category.

What is damaged is not watched until it is mended, and keeps nobody from watching the others. A good or an index of
which one listing is damaged is not watched either: without that one it would be another price.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from almazara import log
from almazara.errors import DamagedError
from almazara.prices.alerts.evaluating import FRESH, Watched, history_needed
from almazara.prices.alerts.rules import AlertRule
from almazara.prices.buying.category_index import PER_LITRE, category_index, index_id
from almazara.prices.buying.cheapest import FRESH_DAYS
from almazara.prices.buying.goods import best_offers, good_meant, goods
from almazara.prices.schema import Availability, Listing, Observation
from almazara.prices.store.protocol import ObservationStore
from almazara.prices.store.whole_readings import newest_of_whole, of_whole
from almazara.words.said import named, said

_READ_AT_ONCE: Final = 50
_Found = tuple[Watched, list[Observation], list[AlertRule]]


def watched(store: ObservationStore, rules: Sequence[AlertRule], now: datetime, timezone: str) -> Iterator[_Found]:
    """What some rules watch, each with its readings in order of time and those of the rules that watch it.

    Readings are there from when on any of the rules needs them. The days of an index are those of a time zone.
    """
    since = min(map(history_needed, rules), default=now)
    yield from _listings(store, rules, now, since)
    yield from _goods(store, [rule for rule in rules if rule.good is not None], since)
    yield from _indices(store, [rule for rule in rules if rule.index is not None], now, timezone)


def _listings(store: ObservationStore, rules: Sequence[AlertRule], now: datetime, since: datetime) -> Iterator[_Found]:
    """Listings by themselves; so many are read at once."""
    watching = {
        listing.listing_id: (listing, [rule for rule in rules if rule.watches(listing)])
        for listing in _followed(store, now)
        if any(rule.watches(listing) for rule in rules)
    }
    ids = list(watching)
    for start in range(0, len(ids), _READ_AT_ONCE):
        whole = of_whole(ids[start : start + _READ_AT_ONCE], lambda some: store.histories(some, since))
        for listing_id, history in whole.found.items():
            listing, by = watching[listing_id]
            yield Watched.of(listing), history, by


def _followed(store: ObservationStore, now: datetime) -> Iterator[Listing]:
    """What is followed, and what a followed search found lately: those are not followed one by one."""
    listings = store.listings()
    latest = newest_of_whole(store, [one.listing_id for one in listings]).found
    for listing in listings:
        newest = latest.get(listing.listing_id)
        if listing.tracked or (newest is not None and now - newest.observed_at <= FRESH):
            yield listing


def _log_damage(subject: str, error: DamagedError) -> None:
    log.event("not_watched", level=logging.ERROR, subject=subject, error=error)


def _goods(store: ObservationStore, rules: Sequence[AlertRule], since: datetime) -> Iterator[_Found]:
    """Goods at their cheapest shop, by rules that each name one."""
    listings = store.listings() if rules else []
    known = goods(listings)
    for key in sorted({rule.good for rule in rules if rule.good is not None}):
        good = good_meant(key, known, listings)
        members = good.listings if good else ()
        try:
            histories = store.histories([one.listing_id for one in members], since - timedelta(days=FRESH_DAYS))
        except DamagedError as error:
            _log_damage(key, error)
            continue
        readings = (reading for history in histories.values() for reading in history)
        found = Watched(key, None, {one.listing_id: one for one in members})
        best = best_offers(readings, timedelta(days=FRESH_DAYS))
        yield found, best, [rule for rule in rules if rule.good == key]


def _indices(store: ObservationStore, rules: Sequence[AlertRule], now: datetime, timezone: str) -> Iterator[_Found]:
    """The index of each category that a rule names, in the currency of most of its products; a day is a reading."""
    zone = ZoneInfo(timezone)
    for category in sorted({rule.index for rule in rules if rule.index is not None}):
        try:
            found = category_index(store, category, until=now.astimezone(zone).date(), timezone=timezone)
        except DamagedError as error:
            _log_damage(index_id(category), error)
            continue
        for index in found[:1]:
            unit = index.currency if index.unit == PER_LITRE else None
            days = [
                Observation(
                    index_id(category),
                    datetime.combine(row.date, time(), zone).astimezone(UTC),
                    Availability.UNKNOWN,
                    Decimal(str(row.price)),
                    unit,
                )
                for row in index.rows()
                if row.price is not None
            ]
            name = said(f"prices.alert.{index.unit}", category=named("category", category))
            yield Watched(index_id(category), name, {}), days, [rule for rule in rules if rule.index == category]
