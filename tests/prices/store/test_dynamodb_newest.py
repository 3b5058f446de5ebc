"""The newest observations of a table, several an item: one query reads them, few writes keep them, nothing is lost."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import UnavailableError
from almazara.prices.schema import Availability, NamedPrice, Observation, PriceName
from almazara.prices.store.dynamodb_newest import Newest

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Killed(BaseException):
    """What ends a process in the middle."""


class Table:
    """A table in memory, as far as it is used here; `meanwhile` is what another process does before a write."""

    name = "made"

    def __init__(self):
        self.items = {}
        self.meanwhile = lambda: None
        self.lives = 10**9
        self.read = self.written = 0

    def query(self, pk, *, between=None, newest=False, page=None):
        assert pk == "NEWEST"
        self.read += 1
        first, last = between or ("", "\U0010ffff")
        found = [item for key, item in sorted(self.items.items()) if first <= key <= last]
        yield from found[::-1] if newest else found

    def get(self, pk, sk):
        self.read += 1
        return self.items.get(sk)

    def put(self, item, *, if_absent=False, while_body=None):
        self.meanwhile()
        self.lives -= 1
        if self.lives < 0:
            raise Killed
        was = self.items.get(item["sk"])
        if was is not None if if_absent else was is None or was["body"] != while_body:
            return False
        self.written += 1
        self.items[item["sk"]] = item
        return True


def seen(number, minute=0, price="9.95", **more):
    offer = {"rule": "structured:json-ld", "source": "http", **more}
    at = START + timedelta(minutes=minute)
    return Observation(f"shop.example:{number:05d}", at, Availability.IN_STOCK, Decimal(price), "EUR", **offer)


def by_listing(observations):
    found = {}
    for one in sorted(observations, key=lambda one: one.observed_at):
        found[one.listing_id] = one
    return dict(sorted(found.items()))


READINGS = st.lists(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 50), st.integers(1, 99999)), min_size=1, max_size=40),
    max_size=8,
)


def observations(batch):
    """Each with a price that its listing and moment alone say, as there is one observation of a moment."""
    return [
        seen(number, minute, f"{number + 1}.{minute:02d}", seller="x" * (long % 90)) for number, minute, long in batch
    ]


def one_a_moment(batches):
    known = {}
    for batch in batches:
        yield [known.setdefault((one.listing_id, one.observed_at), one) for one in observations(batch)]


@given(READINGS)
def test_the_newest_of_each_listing_is_kept_whatever_comes_in_whatever_order(batches):
    newest, kept = Newest(Table()), []
    for batch in one_a_moment(batches):
        newest.note(batch)
        kept += batch
        assert newest.all() == by_listing(kept)
    assert list(newest.all()) == sorted(newest.all())


@given(READINGS, st.integers(0, 12))
def test_a_process_that_is_killed_leaves_nothing_worse_than_what_is_noted_again(batches, lives):
    table, kept = Table(), []
    for batch in one_a_moment(batches):
        table.lives = lives
        try:
            Newest(table).note(batch)
        except Killed:
            before, found = by_listing(kept), Newest(table).all()
            assert all(found[name].observed_at >= one.observed_at for name, one in before.items())
            table.lives = 10**9
            Newest(table).note(batch)
        kept += batch
        assert Newest(table).all() == by_listing(kept)


@given(READINGS, READINGS)
def test_what_another_process_notes_meanwhile_is_kept_too(ours, theirs):
    table, others, kept = Table(), list(one_a_moment(theirs)), []

    def meanwhile():
        if others:
            batch, table.meanwhile = others.pop(), lambda: None
            Newest(table).note(batch)
            kept.extend(batch)
            table.meanwhile = meanwhile

    table.meanwhile = meanwhile
    for batch in one_a_moment(ours):
        later = [
            one for one in batch if not any(o.listing_id == one.listing_id for b in theirs for o in observations(b))
        ]
        Newest(table).note(later)
        kept.extend(later)
    assert Newest(table).all() == by_listing(kept)


def test_whoever_always_comes_too_late_is_told_so():
    table = Table()
    table.put = lambda *_, **_more: False
    with pytest.raises(UnavailableError, match="at once"):
        Newest(table).note([seen(1)])


def test_an_item_is_one_write_unit_and_readings_in_order_of_listings_share_it():
    table = Table()
    for start in range(0, 1000, 12):
        Newest(table).note([seen(number, 0, f"{number % 90 + 1}.95") for number in range(start, min(start + 12, 1000))])
    sizes = [sum(len(name) + len(value.encode()) for name, value in item.items()) for item in table.items.values()]
    assert max(sizes) <= 1024
    assert len(sizes) < 250
    table.written = table.read = 0
    for start in range(0, 1000, 12):
        prices = [f"{number % 70 + 2}.45" for number in range(start, min(start + 12, 1000))]
        Newest(table).note([seen(start + n, 60 * 24 + n, price) for n, price in enumerate(prices)])
    assert table.written < 400
    assert table.read < 400


def test_what_is_as_new_as_what_is_there_is_not_written():
    table = Table()
    batch = [seen(number) for number in range(30)]
    Newest(table).note(batch)
    table.written = 0
    Newest(table).note(batch)
    Newest(table).note([seen(3, -5), seen(7, -1)])
    Newest(table).note([])
    assert table.written == 0


def test_an_observation_that_is_more_than_one_unit_has_an_item_of_its_own():
    table = Table()
    rng = random.Random(1)
    sellers = [f"{rng.getrandbits(500):0125x}" for _ in range(19)]
    named = tuple(NamedPrice(PriceName.SELLER, Decimal("5.10"), seller) for seller in sellers)
    large = seen(2, named=named)
    Newest(table).note([seen(1), large, seen(3)])
    assert Newest(table).all()["shop.example:00002"] == large
    assert sorted(table.items) == ["#", "#shop.example:00002", "#shop.example:00003"]
