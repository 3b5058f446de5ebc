"""What every observation store promises, tried on each of them."""

import dataclasses
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from almazara.errors import InputError, NotFoundError
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import forget_move, keep_moves, kept_moves, move_id
from almazara.prices.schema import (
    Availability,
    Listing,
    ListingKind,
    NamedPrice,
    Observation,
    PriceName,
    Problem,
    Readings,
    Run,
    RunState,
    Size,
)
from almazara.prices.store.observations import pages_of_history
from almazara.prices.store.protocol import BEHIND
from almazara.prices.store.registry import store_at
from observation_strategies import observations
from servers import empty_database

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OIL = "amazon.es:B00OIL"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.server),
        pytest.param("dynamodb-dynalite", marks=pytest.mark.server),
        pytest.param("dynamodb-moto", marks=[pytest.mark.server, pytest.mark.nightly]),  # more permissive than dynalite
    ]
)
def url(request, tmp_path):
    """The URL of an empty store."""
    kind, _, server = request.param.partition("-")
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/prices.db"
    if kind == "postgresql":
        return empty_database(request.getfixturevalue("postgresql"))
    request.getfixturevalue("aws")
    endpoint = request.getfixturevalue(server)
    return f"dynamodb://prices-{uuid.uuid4().hex}?region=eu-west-1&endpoint={endpoint}"


@pytest.fixture
def store(url):
    opened = store_at(url)
    yield opened
    opened.close()


def at(day, price="5.99", listing_id=OIL, **more):
    return Observation(
        listing_id, START + day * DAY, Availability.IN_STOCK, Decimal(price), "EUR", **{"rule": "test", **more}
    )


def listing(listing_id=OIL, **more):
    shop, _, sku = listing_id.partition(":")
    return Listing(listing_id, shop, sku, f"https://www.{shop}/dp/{sku}", **more)


def test_what_was_appended_comes_back_oldest_first(store):
    assert store.append([at(2), at(0, "6.50", seller="Almazara Núñez"), at(1)]) == 3
    assert store.history(OIL) == [at(0, "6.50", seller="Almazara Núñez"), at(1), at(2)]


def test_appending_again_keeps_the_first_and_counts_only_what_is_new(store):
    store.append([at(0, "5.00"), at(1)])
    assert store.append([at(0, "9.00"), at(1), at(2)]) == 1
    assert [o.price for o in store.history(OIL)] == [Decimal("5.00"), Decimal("5.99"), Decimal("5.99")]


def test_the_same_observation_twice_in_one_call_is_kept_once(store):
    assert store.append([at(0, "5.00"), at(0, "9.00")]) == 1
    assert [o.price for o in store.history(OIL)] == [Decimal("5.00")]


def test_an_unavailable_listing_has_no_price(store):
    out = Observation(OIL, START, Availability.UNAVAILABLE, rule="no-offer", source="http")
    store.append([out])
    assert store.history(OIL) == [out]


def test_named_prices_come_back_with_their_conditions(store):
    club = NamedPrice(PriceName.CLUB, Decimal("5.490"), "con tarjeta «Oro»")
    sellers = tuple(NamedPrice(PriceName.SELLER, Decimal(price), f"Tienda {price}") for price in ("6.10", "6.05"))
    store.append([at(0, named=(club,)), at(1), at(2, named=sellers)])
    assert [one.named for one in store.history(OIL)] == [(club,), (), sellers]
    assert store.latest([OIL])[OIL].named == sellers


def test_an_interval_holds_its_start_and_not_its_end(store):
    store.append([at(day) for day in range(5)])
    assert store.history(OIL, START + DAY, START + 3 * DAY) == [at(1), at(2)]
    assert store.history(OIL, START + DAY, START + DAY) == []
    assert store.history(OIL, START + 3 * DAY, START) == []


def test_a_limit_gives_the_first_ones(store):
    store.append([at(day) for day in range(5)])
    assert store.history(OIL, START + DAY, limit=2) == [at(1), at(2)]


def test_histories_of_several_listings_are_read_at_once(store):
    other = "amazon.es:B00TWO"
    store.append([at(2), at(0), at(1, listing_id=other), at(5, listing_id="amazon.es:B00NOT")])
    assert store.histories([other, OIL, "nobody:nothing", OIL]) == {
        OIL: [at(0), at(2)],
        other: [at(1, listing_id=other)],
    }
    assert store.histories([OIL, other], START + 2 * DAY) == {OIL: [at(2)]}
    assert store.histories([]) == {}


def test_readings_are_the_same_as_columns(store):
    gone = Observation(OIL, START + DAY, Availability.UNAVAILABLE, source="http")
    store.append([at(3, "12.340", source="import"), gone, at(0), at(1, listing_id="amazon.es:B00TWO")])
    read = store.readings([OIL, "nobody:nothing"])
    assert list(read) == [OIL]
    assert rows_of(read[OIL]) == rows_of(Readings.of(store.history(OIL)))
    assert [row[1:] for row in rows_of(read[OIL])] == [
        ("5.99", "EUR", False), ("", "", False), ("12.340", "EUR", True)
    ]  # fmt: skip
    assert rows_of(store.readings([OIL], START + DAY)[OIL]) == rows_of(read[OIL])[1:]
    assert store.readings([]) == store.readings([OIL], START + 4 * DAY) == {}


def rows_of(read):
    """Readings in order of time."""
    return sorted(zip(read.moments.tolist(), read.prices, read.currencies, read.imported.tolist(), strict=True))


def test_the_revision_changes_with_observations_of_any_age_and_with_listings_and_with_nothing_else(store, url):
    seen = [store.revision()]
    other = store_at(url)  # another process's
    changes = (
        lambda: store.append([at(5)]),
        lambda: other.append([at(1)]),  # older than what is there
        lambda: store.save_listing(listing()),
        lambda: other.save_listing(listing(target_price=Decimal(5))),
    )
    for change in changes:
        change()
        assert store.revision() == other.revision()
        seen.append(store.revision())
    assert len(set(seen)) == len(changes) + 1
    store.save_run(Run("run-1", "scrape", "*", RunState.RUNNING, START))
    store.put_document("rule", "a", {})
    assert store.history(OIL)
    assert store.revision() == seen[-1]
    assert store.document_kinds() == ["rule"]
    other.close()


def test_the_revision_tells_listings_and_the_past_from_what_is_new(store, url):
    other = store_at(url)  # another process's
    store.append([at(5)])
    seen = store.revision()
    other.append([at(6)])
    assert (store.revision().past, store.revision().listings) == (seen.past, seen.listings)
    store.save_listing(listing())
    assert store.revision().past == seen.past
    assert store.revision().listings != seen.listings
    for batch in ([at(1)], [at(2), at(9)], [at(8)]):  # older than all that there was, or than some of it
        seen = store.revision()
        other.append(batch)
        assert store.revision().past != seen.past
        assert store.revision().listings == seen.listings
    other.close()


def test_of_two_prices_of_one_moment_the_first_is_the_newest_too(store, url):
    other = store_at(url)
    seen = [at(0, f"{number}.00", listing_id=f"shop:{number}") for number in range(2, 9)]
    store.append(seen, run="run-1")
    assert other.append([*(dataclasses.replace(one, price=Decimal("1.00")) for one in seen)]) == 0
    assert other.latest() == {one.listing_id: one for one in seen}
    other.close()


def test_moments_in_another_time_zone_are_the_same_moments(store):
    madrid = timezone(2 * timedelta(hours=1))
    store.append([dataclasses.replace(at(0), observed_at=START.astimezone(madrid))])
    assert store.append([at(0)]) == 0
    found = store.history(OIL, START.astimezone(madrid))[0].observed_at
    assert (found, found.utcoffset()) == (START, timedelta(0))


def test_microseconds_are_kept_apart(store):
    tick = timedelta(microseconds=1)
    store.append([dataclasses.replace(at(0), observed_at=START + n * tick) for n in range(3)])
    assert [o.observed_at for o in store.history(OIL, START, START + 2 * tick)] == [START, START + tick]


def test_an_unknown_listing_has_an_empty_history(store):
    assert (store.history("nobody:nothing"), store.count("nobody:nothing")) == ([], 0)
    assert store.listing("nobody:nothing") is None


def test_the_latest_observation_of_each_listing(store):
    store.append([at(0), at(3), at(1), at(2, listing_id="amazon.es:B00TWO")])
    expected = {OIL: at(3), "amazon.es:B00TWO": at(2, listing_id="amazon.es:B00TWO")}
    assert store.latest() == expected
    assert store.latest([OIL, "nobody:nothing", OIL]) == {OIL: at(3)}
    assert store.latest([]) == {}


def test_the_latest_of_very_many_listings(store):
    ids = [f"shop:{n:04d}" for n in range(130)]
    store.append([at(0, listing_id=listing_id) for listing_id in ids])
    assert sorted(store.latest(ids)) == ids
    assert store.histories(ids) == {listing_id: [at(0, listing_id=listing_id)] for listing_id in ids}


def test_nothing_to_append_is_fine(store):
    assert store.append([]) == 0


def test_a_long_history_is_counted_and_read_in_pages(store):
    seller = "x" * 5000
    store.append([at(day, seller=seller) for day in range(300)])
    assert store.count(OIL) == 300
    assert len(store.history(OIL)) == 300
    pages = list(pages_of_history(store, OIL, START + DAY, size=100))
    assert [len(page) for page in pages] == [100, 100, 99]
    assert [o.observed_at for page in pages for o in page] == [START + day * DAY for day in range(1, 300)]


def test_one_wrong_observation_is_refused_and_nothing_of_the_call_is_kept(store):
    for wrong in ({"price": Decimal("NaN")}, {"observed_at": START.replace(tzinfo=None)}):
        with pytest.raises(InputError):
            store.append([at(0), dataclasses.replace(at(1), **wrong)])
    assert store.latest() == {}


def test_a_listing_or_run_with_a_moment_without_time_zone_is_refused(store):
    naive = START.replace(tzinfo=None)
    with pytest.raises(InputError):
        store.save_listing(listing(created_at=naive))
    with pytest.raises(InputError):
        store.save_run(Run("run-1", "scrape", "*", RunState.RUNNING, naive))
    assert (store.listings(), store.runs()) == ([], [])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(batch=st.lists(observations(), min_size=1, max_size=8))
def test_any_observation_comes_back_as_it_was(store, batch):
    ours = uuid.uuid4().hex  # the store keeps what earlier examples appended
    batch = [dataclasses.replace(o, listing_id=f"{ours}:{o.listing_id}") for o in batch]
    expected = {}
    for observation in batch:
        expected.setdefault((observation.listing_id, observation.observed_at), observation)
    assert store.append(batch) == len(expected)
    for listing_id in {o.listing_id for o in batch}:
        of_listing = sorted((o for o in expected.values() if o.listing_id == listing_id), key=lambda o: o.observed_at)
        assert store.history(listing_id) == of_listing
        assert rows_of(store.readings([listing_id])[listing_id]) == rows_of(Readings.of(of_listing))
    prices = {(o.listing_id, o.observed_at): str(o.price) for o in batch if o.price and "E" not in str(o.price)}
    if len(prices) == len(batch):  # trailing zeros too
        assert prices == {key: str(o.price) for key, o in expected.items()}


def test_a_listing_is_kept_replaced_and_filtered(store):
    oil = listing(
        title="Aceite 5 l",
        category="olive-oil",
        kind=ListingKind.SEARCH,
        target_price=Decimal("24.90"),
        litres=Decimal("5.000"),
        created_at=START,
        sizes=(Size(START, None), Size(START + DAY, Decimal("5.000"))),
        gtin="8410179100012",
        good="aove-5l",
    )
    other = listing("carrefour.es:abc", category="milk", tracked=False)
    for one in (listing(), other, oil):
        store.save_listing(one)
    assert store.listing(OIL) == oil
    assert store.listings() == [oil, other]
    assert store.listings(category="milk") == [other]
    assert store.listings(tracked=True) == [oil]
    assert store.listings(category="milk", tracked=True) == []


def under_way(listings):
    pending = tuple(f"shop.example:{number}" for number in range(listings))
    counts = {"requested": listings}
    return Run("r1.shop.example", "scrape", "shop.example", RunState.RUNNING, START, pending=pending, counts=counts)


def test_a_run_is_read_at_any_moment_as_it_was_saved_last_and_by_others_soon(store, url):
    other = store_at(url)
    run, states = under_way(60), []
    for done in range(61):
        problems = run.problems
        if done % 4 == 0:
            problems = (*problems, Problem(f"shop.example:{done}", "unreadable", "no price " * 20, ("price",)))
        counts = {"requested": 60, "observed": done - len(problems), "unreadable": len(problems)}
        run = dataclasses.replace(run, pending=under_way(60).pending[done:], counts=counts, problems=problems)
        store.save_run(run)
        states.append(run)
        if done % 7 == 0:
            assert (store.run(run.run_id), store.runs()) == (run, [run])
            assert other.run(run.run_id) in states[-BEHIND:]
            assert other.runs() == [other.run(run.run_id)]
    ended = dataclasses.replace(run, state=RunState.DONE, ended_at=START + DAY)
    store.save_run(ended)
    assert other.run(run.run_id) == other.runs()[0] == ended
    other.close()


def test_a_run_that_another_process_goes_on_with_is_as_that_one_saved_it(store, url):
    run = under_way(9)
    store.save_run(run)
    store.save_run(dataclasses.replace(run, pending=run.pending[3:], counts={"observed": 3}))
    other = store_at(url)
    taken = other.run(run.run_id)
    for done in (2, 4):
        state = dataclasses.replace(taken, pending=taken.pending[done:], counts={"observed": done})
        other.save_run(state)
        assert other.run(run.run_id) == state
    other.save_run(dataclasses.replace(state, state=RunState.INTERRUPTED, ended_at=START + DAY))
    assert (store.run(run.run_id).pending, store.run(run.run_id).counts) == (taken.pending[4:], {"observed": 4})
    other.close()


def test_what_a_run_has_read_is_kept_at_once_and_is_news_when_its_state_is_kept(store, url):
    other = store_at(url)
    run = under_way(3 * BEHIND)
    store.save_run(run)
    told = other.revision()
    for done, listing_id in enumerate(run.pending, start=1):
        seen = at(0, listing_id=listing_id)
        assert store.append([seen], run=run.run_id) == 1
        assert store.append([seen], run=run.run_id) == 0
        assert other.history(listing_id) == [seen]
        store.save_run(dataclasses.replace(run, pending=run.pending[done:]))
        assert len(other.latest()) > done - BEHIND
    assert other.revision() != told
    told = other.revision()
    store.append([at(1, listing_id=run.pending[0])], run=run.run_id)
    store.save_run(dataclasses.replace(run, pending=(), state=RunState.DONE, ended_at=START + DAY))
    assert other.revision() != told
    assert other.latest()[run.pending[0]] == at(1, listing_id=run.pending[0])
    assert sorted(other.latest()) == sorted(other.latest(run.pending)) == sorted(run.pending)
    other.close()


def test_a_run_of_twenty_thousand_listings_is_kept(store):
    run = under_way(20_000)
    store.save_run(run)
    assert store.run(run.run_id) == run


def test_a_document_is_swapped_only_while_it_is_what_was_read(store):
    assert store.swap_document("lease", "a", None, {"owner": "one", "n": 1})
    assert not store.swap_document("lease", "a", None, {"owner": "two"})
    assert not store.swap_document("lease", "a", {"owner": "two"}, {"owner": "three"})
    assert store.swap_document("lease", "a", store.document("lease", "a"), {"owner": "two", "ñ": "«»"})
    assert store.document("lease", "a") == {"owner": "two", "ñ": "«»"}
    assert not store.swap_document("lease", "a", {"owner": "one", "n": 1}, None)
    assert store.swap_document("lease", "a", store.document("lease", "a"), None)
    assert store.document("lease", "a") is None
    assert not store.swap_document("lease", "a", {"owner": "two"}, {"owner": "three"})
    assert store.document("lease", "a") is None


def test_a_long_document_is_swapped_only_while_it_is_what_was_read(store):
    bodies = [{"text": f"{letter} «ñ» " * 2000} for letter in "abc"]
    assert store.swap_document("long", "a", None, bodies[0])
    assert not store.swap_document("long", "a", bodies[1], bodies[2])
    assert store.swap_document("long", "a", bodies[0], bodies[1])
    assert store.documents("long") == {"a": bodies[1]}
    assert not store.swap_document("long", "b", bodies[1], None)
    assert store.swap_document("long", "a", bodies[1], None)
    assert store.document("long", "a") is None


def test_of_many_that_swap_what_they_read_one_wins(store):
    store.put_document("lease", "a", {"n": 0})
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: store.swap_document("lease", "a", {"n": 0}, {"n": n}), range(1, 9)))
    assert won.count(True) == 1
    assert store.document("lease", "a") == {"n": 1 + won.index(True)}


def test_a_listing_without_observations_and_observations_without_a_listing(store):
    store.save_listing(listing())
    store.append([at(0, listing_id="carrefour.es:abc")])
    assert (store.history(OIL), store.latest([OIL])) == ([], {})
    assert [one.listing_id for one in store.listings()] == [OIL]


def test_replacing_a_listing_leaves_its_history(store):
    store.append([at(0)])
    store.save_listing(listing(tracked=True))
    store.save_listing(listing(tracked=False))
    assert store.history(OIL) == [at(0)]


def test_several_listings_are_saved_at_once_and_of_one_id_the_last_counts(store):
    store.save_listing(listing("b:1"))
    seen = store.revision()
    many = [listing(f"a:{number}", category="oil") for number in range(30)]
    store.save_listings([*many, listing("b:1", tracked=False), listing("b:1", title="Aceite")])
    assert store.listings(category="oil") == sorted(many, key=lambda one: one.listing_id)
    assert store.listing("b:1") == listing("b:1", title="Aceite")
    assert store.revision() != seen
    with pytest.raises(InputError):
        store.save_listings([listing("c:1"), listing("")])
    assert store.listing("c:1") is None
    seen = store.revision()
    store.save_listings([])
    assert store.revision() == seen


def test_listings_come_in_order_of_their_characters(store):
    ids = ["b:1", "B:2", "a:3", "a:10", "ñ:1", "a-b:1"]
    for listing_id in ids:
        store.save_listing(listing(listing_id))
    assert [one.listing_id for one in store.listings()] == sorted(ids)


def test_runs_come_newest_first(store):
    runs = [Run(f"run-{9 - n}", "scrape", "amazon.es", RunState.DONE, START + n * DAY) for n in range(3)]
    retraining = Run("run-0", "retrain", "*", RunState.FAILED, START + 5 * DAY)
    for run in (runs[1], retraining, runs[0], runs[2]):
        store.save_run(run)
    assert store.runs() == [retraining, *reversed(runs)]
    assert store.runs(kind="scrape", limit=2) == [runs[2], runs[1]]


def test_a_run_is_replaced_whole(store):
    problems = (Problem(OIL, "blocked", "captcha «robot»"),)
    store.save_run(Run("run-1", "scrape", "*", RunState.RUNNING, START, pending=(OIL, "a:b")))
    ended = Run("run-1", "scrape", "*", RunState.DONE, START, START + DAY, (), {"requested": 2}, problems)
    store.save_run(ended)
    assert store.run("run-1") == ended
    assert store.runs() == [ended]
    moved = dataclasses.replace(ended, started_at=START - DAY)
    store.save_run(moved)
    assert (store.run("run-1"), store.runs()) == (moved, [moved])
    assert store.run("run-2") is None


def test_documents_are_kept_by_kind_and_key(store):
    body = {"text": "ñ «»", "numbers": [1, 2.5, None, True], "nested": {"": ""}}
    assert store.put_document("rule", "b", body)
    assert store.put_document("rule", "a", {})
    assert store.put_document("sent", "b", {"other": 1})
    assert store.document("rule", "b") == body
    assert list(store.documents("rule").items()) == [("a", {}), ("b", body)]
    assert store.document_kinds() == ["rule", "sent"]
    assert store.put_document("rule", "b", {"new": 1})
    assert store.document("rule", "b") == {"new": 1}
    store.delete_document("rule", "b")
    store.delete_document("rule", "b")
    assert store.document("rule", "b") is None
    assert store.document("sent", "b") == {"other": 1}


def test_announced_moves_are_kept_once_and_forgotten(store):
    early, late = AnnouncedMove(date(2026, 4, 1), 0.9), AnnouncedMove(date(2026, 10, 1), 1.02, "aceite «ñ»")
    keep_moves(store, [late])
    keep_moves(store, [late, early])
    assert kept_moves(store) == (early, late)
    forget_move(store, move_id(late))
    assert kept_moves(store) == (early,)
    for name in ("", "\0", "\ud800", move_id(late)):
        with pytest.raises(NotFoundError):
            forget_move(store, name)


def test_the_documents_whose_keys_begin_alike_are_read_alone_and_keys_without_them(store):
    keys = ["2026-1", "2026-1/%", "2026-1/1", "2026-1/a_", "2026-1/ñ\U0001f600", "2026-10/1"]
    for key in (*keys, "2026-1/A"):
        store.put_document("rule", key, {"key": key})
    store.delete_document("rule", "2026-1/A")
    store.put_document("sent", "2026-1/z", {})
    assert store.document_keys("rule") == keys
    assert store.document_keys("none") == []
    begin = {prefix: list(store.documents("rule", prefix)) for prefix in ("2026-1/", "2026-1/a", "2026-1/A", "3")}
    assert begin == {"2026-1/": keys[1:5], "2026-1/a": ["2026-1/a_"], "2026-1/A": [], "3": []}
    assert store.documents("rule", "2026-10") == {"2026-10/1": {"key": "2026-10/1"}}


def test_a_document_that_is_not_plain_json_is_refused(store):
    for body in ({"price": float("nan")}, {"price": Decimal(1)}):
        with pytest.raises(InputError):
            store.put_document("rule", "a", body)
    with pytest.raises(InputError):
        store.put_document("", "a", {})
    assert store.documents("rule") == {}


def test_one_of_several_threads_wins_a_document(store):
    ready = threading.Barrier(6)

    def claim(name):
        ready.wait()
        return store.put_document("lock", "amazon.es", {"owner": name}, if_absent=True)

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(claim, range(6)))
    assert sum(won) == 1
    assert store.document("lock", "amazon.es") == {"owner": won.index(True)}


APPENDER = """
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from almazara.prices.store.registry import store_at
from almazara.prices.schema import Availability, Observation

url, batches, size, name = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
store = store_at(url)
print("ready", flush=True)
sys.stdin.readline()
won = store.put_document("lock", "writer", {"name": name}, if_absent=True)
start, new = datetime(2024, 1, 1, tzinfo=UTC), 0
for batch in range(batches):
    moments = [start + timedelta(hours=batch * size + n) for n in range(size)]
    new += store.append(
        Observation(f"shop:{m.hour % 3}", m, Availability.IN_STOCK, Decimal("5.99"), "EUR") for m in moments
    )
    print("kept", batch, flush=True)
print("new", new, won, flush=True)
"""


def _appender(url, batches, size, name=""):
    process = subprocess.Popen(
        [sys.executable, "-c", APPENDER, url, str(batches), str(size), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def _go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def _moments(store):
    return Counter(o.observed_at for n in range(3) for o in store.history(f"shop:{n}"))


@pytest.mark.server
def test_a_killed_writer_loses_no_acknowledged_batch_and_doubles_none(url, store):
    with _appender(url, 10_000, 20) as process:
        _go(process)
        lines = [process.stdout.readline() for _ in range(5)]
        process.send_signal(signal.SIGKILL)
        acknowledged = len(lines) + len(process.stdout.readlines())
    kept = _moments(store)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    assert all(kept[first + timedelta(hours=n)] == 1 for n in range(acknowledged * 20))
    with _appender(url, acknowledged + 1, 20) as process:
        out, _ = process.communicate("go\n", timeout=60)
    assert out.splitlines()[-1].split()[:2] == ["new", str(max(acknowledged * 20 + 20 - len(kept), 0))]
    assert set(_moments(store).values()) == {1}


@pytest.mark.server
def test_two_processes_that_append_the_same_at_once_keep_each_observation_once(url, store):
    with _appender(url, 10, 30, "a") as one, _appender(url, 10, 30, "b") as two:
        _go(one)
        _go(two)
        said = [process.communicate(timeout=120)[0].splitlines()[-1].split() for process in (one, two)]
    assert sum(int(words[1]) for words in said) == 300
    assert sorted(words[2] for words in said) == ["False", "True"]
    assert len(_moments(store)) == 300
