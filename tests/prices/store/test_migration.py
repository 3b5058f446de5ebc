"""A store is copied whole into another, resumed when interrupted, and compared."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from almazara.errors import UnavailableError
from almazara.prices.schema import Availability, Listing, Observation, Run, RunState
from almazara.prices.store.migration import BOOKMARK, checksum, migrate
from almazara.prices.store.registry import store_at

START = datetime(2024, 1, 1, tzinfo=UTC)
IDS = ["amazon.es:B1", "amazon.es:B2", "carrefour.es:ñ"]


@pytest.fixture
def opened(request, tmp_path, aws):
    """Open an empty store of a kind; all are closed at the end."""
    stores = []

    def open_one(kind):
        name = uuid.uuid4().hex
        if kind == "dynamodb":
            endpoint = request.getfixturevalue("dynalite")
            stores.append(store_at(f"dynamodb://{name}?region=eu-west-1&endpoint={endpoint}"))
        else:
            stores.append(store_at(f"sqlite:///{tmp_path}/{name}.db"))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def source(opened):
    store = opened("sqlite")
    for number, listing_id in enumerate(IDS):
        store.save_listing(Listing(listing_id, *listing_id.split(":"), "https://x", target_price=Decimal("5.90")))
        store.append(at(listing_id, day, f"{day + 1}.90") for day in range(10 * (number + 1)))
    store.append([Observation("not.saved:1", START, Availability.UNAVAILABLE)])
    store.save_run(Run("run-1", "scrape", "*", RunState.DONE, START, counts={"requested": 3}))
    store.put_document("rule", "a", {"below": "5.90"})
    return store


def at(listing_id, day, price):
    return Observation(listing_id, START + timedelta(days=day), Availability.IN_STOCK, Decimal(price), "EUR")


def same(one, other):
    return (
        one.listings() == other.listings()
        and one.runs() == other.runs()
        and one.documents("rule") == other.documents("rule")
        and one.latest() == other.latest()
        and all(one.history(listing_id) == other.history(listing_id) for listing_id in one.latest())
    )


@pytest.mark.parametrize("kind", ["sqlite", "dynamodb"])
def test_everything_is_copied_and_proved_equal_there_and_back(opened, source, kind):
    target, back = opened(kind), opened("sqlite")
    seen = []
    report = migrate(source, target, seen.append)
    assert (report.listings, report.runs, report.documents, report.observations) == (3, 1, 1, 61)
    assert (report.verified, report.mismatched, report.resumed) == (4, (), 0)
    assert [(p.listing_id, p.done, p.total, p.copied) for p in seen][-1] == ("not.saved:1", 4, 4, 1)
    assert migrate(target, back).verified == 4
    assert same(source, target)
    assert same(source, back)
    assert target.documents(BOOKMARK[0]) == {}


def test_migrating_again_copies_nothing_new(opened, source):
    target = opened("sqlite")
    migrate(source, target)
    again = migrate(source, target)
    assert (again.observations, again.verified, again.mismatched) == (0, 4, ())


class Breaking:
    """A store whose connection is lost at the n-th append."""

    def __init__(self, store, after):
        self._store, self._left = store, after

    def __getattr__(self, name):
        return getattr(self._store, name)

    def append(self, observations):
        self._left -= 1
        if self._left < 0:
            raise UnavailableError("The connection was lost.")
        return self._store.append(observations)


def test_an_interrupted_migration_is_resumed_after_the_listings_that_were_done(opened, source):
    target = opened("sqlite")
    with pytest.raises(UnavailableError):
        migrate(source, Breaking(target, after=2))
    report = migrate(source, target)
    assert (report.resumed, report.observations, report.verified) == (2, 31, 4)
    assert same(source, target)


def test_a_history_that_differs_is_named_and_not_overwritten(opened, source):
    target = opened("sqlite")
    target.append([at(IDS[1], 0, "99.99")])
    report = migrate(source, target)
    assert report.mismatched == (IDS[1],)
    assert report.verified == 3
    assert target.history(IDS[1])[0].price == Decimal("99.99")


def test_a_difference_that_was_found_before_an_interruption_is_still_named(opened, source):
    target = opened("sqlite")
    target.append([at(IDS[0], 0, "99.99")])
    with pytest.raises(UnavailableError):
        migrate(source, Breaking(target, after=1))
    assert migrate(source, target).mismatched == (IDS[0],)


def test_a_checksum_tells_a_cent_and_a_microsecond(opened):
    first = at("a:1", 0, "5.90")
    tick = Observation("a:1", START + timedelta(microseconds=1), Availability.IN_STOCK, Decimal("5.90"), "EUR")
    digests = set()
    for observation in (first, at("a:1", 0, "5.91"), tick):
        store = opened("sqlite")
        store.append([observation])
        assert checksum(store, "a:1").count == 1
        digests.add(checksum(store, "a:1").digest)
    assert len(digests) == 3
    assert checksum(store, "nobody:1").count == 0
