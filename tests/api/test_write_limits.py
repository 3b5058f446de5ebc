"""How often one may write: in any sixty seconds of one process, in each minute of all servers that share a store."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from almazara import asgi
from almazara.api.limits.write_limits import WRITES, OwnWrites, SharedWrites
from almazara.errors import UnavailableError
from almazara.prices.store.registry import store_at
from price_shop import settings_over

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Counting:
    """A store that counts what it is asked, and may be away."""

    def __init__(self, store):
        self.store = store
        self.asked = Counter()
        self.away = False

    def document(self, kind, key):
        return self._asked("read", self.store.document, kind, key)

    def swap_document(self, *values):
        return self._asked("write", self.store.swap_document, *values)

    def _asked(self, what, ask, *values):
        if self.away:
            raise UnavailableError("away")
        self.asked[what] += 1
        return ask(*values)


@pytest.fixture
def store(tmp_path):
    opened = store_at(f"sqlite:///{tmp_path}/prices.db")
    yield Counting(opened)
    opened.close()


def server(store, clock, per_minute=30):
    return SharedWrites(OwnWrites(per_minute), store, clock)


def let_through(*servers, caller="key-0", times=40):
    """How many of so many writes, spread over servers, are let through."""
    return sum(servers[number % len(servers)].wait_seconds(caller) == 0 for number in range(times))


def test_the_limit_slides_and_remembers_a_bounded_number_of_callers():
    now = [0.0]
    own = OwnWrites(2, clock=lambda: now[0])
    waits = []
    for second in (0, 30, 59, 60, 61, 89, 91):
        now[0] = second
        waits.append(own.wait_seconds("one"))
    assert waits == [0, 0, 1, 0, 29, 1, 0]
    for caller in range(30_000):
        own.wait_seconds(str(caller))
    assert len(own._calls) <= 10_002


def test_a_single_write_costs_a_read_and_a_write_and_a_minute_of_them_six(store, clock):
    one = server(store, clock)
    assert one.wait_seconds("key-0") == 0
    assert store.asked == {"read": 1, "write": 1}
    assert let_through(one, times=29) == 29
    assert store.asked == {"read": 6, "write": 6}
    assert let_through(one, times=100) == 0
    assert store.asked == {"read": 7, "write": 6}


@pytest.mark.parametrize("per_minute", [1, 2, 5, 30])
def test_one_waits_for_the_next_minute_which_is_a_new_one(store, clock, per_minute):
    one = server(store, clock, per_minute)
    clock.now = NOW + timedelta(seconds=15)
    assert let_through(one) == per_minute
    assert one.wait_seconds("key-0") == 45
    assert let_through(one, caller="key-1") == per_minute
    clock.now = NOW + timedelta(minutes=1)
    assert let_through(one) == per_minute


def test_what_a_server_that_was_killed_had_taken_nobody_gets(store, clock):
    assert let_through(server(store, clock), times=1) == 1
    assert let_through(server(store, clock)) == 25


def test_while_the_store_is_away_a_server_counts_its_own_writes(store, clock):
    one = server(store, clock)
    store.away = True
    assert let_through(one) == 30
    assert 0 < one.wait_seconds("key-0") <= 60
    store.away = False
    assert let_through(one) == 30


def test_no_more_is_taken_than_there_is_when_others_take_at_the_same_time(store, clock):
    one, other = server(store, clock), server(store, clock)
    swap = store.swap_document

    def late(*values):
        store.swap_document = swap
        other.wait_seconds("key-0")
        return swap(*values)

    store.swap_document = late
    assert let_through(one, other, times=60) == 29
    assert store.document(WRITES, "key-0")["used"] == 30


@pytest.mark.server
@pytest.mark.parametrize(("keys", "shared"), [("first-key-123456", True), ("", False)])
def test_keys_are_counted_by_all_servers_of_a_store_and_an_open_server_counts_its_own(
    postgresql, tmp_path, keys, shared
):
    settings = settings_over(tmp_path, store_url=f"{postgresql}/postgres", api_keys=keys, open_writes=not keys)
    app = asgi.app_over(settings)
    assert isinstance(app.state.guard._writes, SharedWrites if shared else OwnWrites)
    app.state.prices.close()
