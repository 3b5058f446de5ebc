"""What a store holds and nobody understands any more is refused in one sentence: never guessed, never left out."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from almazara.errors import DamagedError
from almazara.prices.schema import Availability, Listing, NamedPrice, Observation, PriceName, Run, RunState
from almazara.prices.store import patience
from almazara.prices.store.migration import check
from almazara.prices.store.observations import DAMAGED
from almazara.prices.store.registry import store_at

START = datetime(2024, 1, 1, tzinfo=UTC)
OIL = "shop.example:1"
FAR = 9_000_000_000_000_000_000

OBSERVATIONS = [
    "price = '1O.79'",
    "price = 'NaN'",
    "price = '-5'",
    "price = '1e5'",
    "price = '5,99'",
    "price = '0.00'",
    "price = NULL",
    "price = x'ff'",
    "observed_at = 9000000000000000000",
    "observed_at = 'yesterday'",
    "observed_at = observed_at + 0.5",
    "named = '[[['",
    'named = \'[{"name": "club", "price": "NaN", "condition": "x"}]\'',
    "availability = 'zzz'",
    "availability = 'unavailable'",
    "currency = 'EURO'",
    "currency = NULL",
    "seller = x'ff'",
    "rule = x'ff'",
    "list_price = 'cheap'",
]
IN_DAILY_SERIES = [one for one in OBSERVATIONS if one.startswith(("price = '", "observed_at", "currency = 'E"))]
LISTINGS = [
    "kind = 'zzz'",
    "tracked = 'perhaps'",
    "sizes = '['",
    "target_price = 'NaN'",
    "created_at = 'x'",
    "title = x'ff'",
]
BODIES = ["'{\"run_id'", "'[]'", "'3'", "'{}'", "x'ff'", "'" + "[" * 100_000 + "'"]


def seen(day, **more):
    at = START + timedelta(days=day)
    return Observation(
        OIL, at, Availability.IN_STOCK, Decimal("5.99"), "EUR", **{"rule": "r", "source": "http", **more}
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "prices.db"


@pytest.fixture
def damaged(path):
    """A store after a statement on its file, of which nothing was read before."""
    with closing(store_at(f"sqlite:///{path}")) as store:
        store.save_listing(Listing(OIL, "shop.example", "1", "https://shop.example/1"))
        club = NamedPrice(PriceName.CLUB, Decimal("5.49"), "con tarjeta")
        store.append([seen(0), seen(1, named=(club,)), seen(2)])
        store.save_run(Run("r1", "scrape", "*", RunState.DONE, START))
        store.put_document("held", OIL, {"a": 1})
    opened = []

    def damaged_(statement):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(statement)
            connection.commit()
        opened.append(store_at(f"sqlite:///{path}"))
        return opened[-1]

    yield damaged_
    for store in opened:
        store.close()


def assert_refused(call, path):
    with pytest.raises(DamagedError) as raised:
        call()
    assert raised.value.words == DAMAGED
    assert path.name not in str(raised.value)
    assert str(path) in raised.value.for_owner


@pytest.mark.parametrize("cell", OBSERVATIONS)
def test_an_observation_with_a_damaged_cell_is_in_no_answer(damaged, path, cell):
    store = damaged(f"UPDATE observation SET {cell} WHERE observed_at = (SELECT max(observed_at) FROM observation)")
    assert_refused(lambda: store.history(OIL), path)
    assert_refused(lambda: store.histories([OIL]), path)
    assert_refused(lambda: store.latest([OIL]), path)
    assert_refused(store.latest, path)
    assert_refused(lambda: check(store), path)


@pytest.mark.parametrize("day", [0, 1, 2])
@pytest.mark.parametrize("cell", IN_DAILY_SERIES)
def test_readings_with_a_damaged_cell_make_no_series(damaged, path, cell, day):
    store = damaged(
        f"UPDATE observation SET {cell} WHERE observed_at = {(seen(day).observed_at.timestamp() * 1e6):.0f}"
    )
    assert_refused(lambda: store.readings([OIL]), path)


@pytest.mark.parametrize("cell", LISTINGS)
def test_a_listing_with_a_damaged_cell_is_in_no_answer(damaged, path, cell):
    store = damaged(f"UPDATE listing SET {cell}")
    assert_refused(lambda: store.listing(OIL), path)
    assert_refused(store.listings, path)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:12])
def test_a_damaged_run_is_in_no_answer(damaged, path, body):
    store = damaged(f"UPDATE run SET body = {body}")
    assert_refused(lambda: store.run("r1"), path)
    assert_refused(store.runs, path)


@pytest.mark.parametrize("body", [one for one in BODIES if one != "'{}'"], ids=lambda body: body[:12])
def test_a_damaged_document_is_in_no_answer(damaged, path, body):
    store = damaged(f"UPDATE document SET body = {body}")
    assert_refused(lambda: store.document("held", OIL), path)
    assert_refused(lambda: store.documents("held"), path)
    assert_refused(store.revision, path)


def test_a_revision_that_says_nothing_is_none(damaged, path):
    assert_refused(damaged("UPDATE document SET body = '{}'").revision, path)


def test_a_damaged_moment_is_found_by_who_writes_too(damaged, path):
    store = damaged(f"UPDATE observation SET observed_at = {FAR} WHERE named IS NOT NULL")
    assert_refused(lambda: store.append([seen(9)]), path)


def test_a_text_that_is_no_unicode_is_damage_too(damaged, path):
    assert_refused(damaged("UPDATE observation SET rule = CAST(x'ff' AS TEXT)").latest, path)


def test_what_is_whole_is_answered_beside_what_is_damaged(damaged):
    store = damaged("UPDATE run SET body = '{'")
    assert store.history(OIL)[0] == seen(0)
    assert store.readings([OIL])[OIL].prices == ["5.99"] * 3
    assert store.listing(OIL).tracked is True


def test_damage_is_not_waited_for(damaged, monkeypatch):
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: pytest.fail("it waits"))
    with pytest.raises(DamagedError):
        patience.patient(damaged("UPDATE run SET body = '{'")).runs()
