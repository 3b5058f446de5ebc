"""What leases promise several servers on one store, tried on each store: one owner at a time, known when it is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from almazara.errors import ConflictError, UnavailableError
from almazara.prices.store.leases import HELD, LEASES, MARGIN, OWNERS, StoreLeases
from almazara.prices.store.registry import store_at
from almazara.words.said import said
from contract.test_observation_store import url
from waiting import wait_for

__all__ = ["url"]

BUSY = said("prices.error.retraining")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def wait(self, time):
        self.now += time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def servers(url, clock):
    """Two servers, each with a store of its own that it opened."""
    stores = [store_at(url) for _ in range(2)]
    leases = [StoreLeases(store, clock) for store in stores]
    yield leases
    for one in leases:
        one.close()
        one.store.close()


def test_one_server_holds_a_lease_and_the_other_is_told_so(servers):
    one, other = servers
    lease = one.take("shop.example", BUSY)
    with pytest.raises(ConflictError):
        other.take("shop.example", BUSY)
    with pytest.raises(ConflictError):
        one.take("shop.example", BUSY)
    assert (one.is_free("shop.example"), other.is_free("other.example"), lease.lost) == (False, True, False)
    assert other.in_force() == ["shop.example"]
    other.take("other.example", BUSY).close()


def test_what_was_let_go_is_free(servers):
    one, other = servers
    one.take("shop.example", BUSY).close()
    assert other.is_free("shop.example")
    assert not other.take("shop.example", BUSY).lost


def test_of_many_that_ask_at_once_one_gets_it(servers):
    def take(number):
        try:
            return servers[number % 2].take("shop.example", BUSY)
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sum(lease is not None for lease in pool.map(take, range(8))) == 1


def test_a_lease_that_is_renewed_holds_on(servers, clock):
    one, other = servers
    lease = one.take("shop.example", BUSY)
    for _ in range(5):
        clock.wait(HELD * 0.9)
        one.renew()
        assert not lease.lost
        with pytest.raises(ConflictError):
            other.take("shop.example", BUSY)


def test_however_many_leases_one_holds_they_are_renewed_by_one_document_that_goes_with_the_last_of_them(servers, clock):
    one, other = servers
    leases = [one.take(f"shop-{number}.example", BUSY) for number in range(5)]
    held = one.store.documents(LEASES)
    (before,) = one.store.documents(OWNERS).values()
    clock.wait(HELD * 0.9)
    one.renew()
    (after,) = one.store.documents(OWNERS).values()
    assert (before != after, one.store.documents(LEASES)) == (True, held)
    for lease in leases[1:]:
        lease.close()
        lease.close()
    clock.wait(HELD * 0.9)
    with pytest.raises(ConflictError):
        other.take("shop-0.example", BUSY)
    other.take("shop-1.example", BUSY)
    assert not leases[0].lost
    leases[0].close()
    other.close()
    assert (one.store.documents(OWNERS), one.store.documents(LEASES)) == ({}, {})


def test_a_server_that_was_taken_for_gone_has_lost_all_that_it_held_and_may_begin_anew(servers, clock):
    one, other = servers
    lost = [one.take(f"shop-{number}.example", BUSY) for number in range(2)]
    clock.wait(HELD + MARGIN + timedelta(seconds=1))
    taken = other.take("shop-0.example", BUSY)
    assert [lease.lost for lease in lost] == [True, True]
    again = one.take("shop-1.example", BUSY)
    for lease in lost:
        lease.close()
    assert (taken.lost, again.lost) == (False, False)
    with pytest.raises(ConflictError):
        other.take("shop-1.example", BUSY)


def test_the_lease_of_a_server_that_is_gone_is_free_in_time_and_not_before(servers, clock):
    one, other = servers
    lease = one.take("shop.example", BUSY)
    clock.wait(HELD + MARGIN)
    assert lease.lost
    with pytest.raises(ConflictError):
        other.take("shop.example", BUSY)
    clock.wait(timedelta(seconds=1))
    assert not other.take("shop.example", BUSY).lost


BACK = [timedelta(hours=-1), timedelta(days=-1)]


@pytest.mark.parametrize("back", BACK)
def test_when_the_clock_is_set_back_a_lease_is_kept_and_that_of_one_that_is_gone_is_free_in_time(servers, clock, back):
    one, other = servers
    passed = Clock()
    other.watch = lambda: passed().timestamp()
    lease = one.take("shop.example", BUSY)
    clock.wait(back)
    for _ in range(2):  # the first time it is still as it was said before
        assert not other.is_free("shop.example")
        passed.wait(HELD + MARGIN)
        one.renew()
    assert not lease.lost
    one.renew()
    clock.wait(back)  # and nobody renews it from here on
    assert not other.is_free("shop.example")
    passed.wait(HELD + MARGIN)
    assert not other.is_free("shop.example")
    passed.wait(timedelta(seconds=1))
    assert not other.take("shop.example", BUSY).lost


@pytest.mark.parametrize("back", BACK)
def test_who_alone_has_set_the_clock_back_takes_nothing_from_who_is_there(servers, back):
    clocks, passed = (Clock(), Clock()), Clock()
    for leases, own in zip(servers, clocks, strict=True):
        leases.clock, leases.watch = own, lambda: passed().timestamp()
    lease = servers[0].take("shop.example", BUSY)
    clocks[1].wait(back)
    for _ in range(5):
        with pytest.raises(ConflictError):
            servers[1].take("shop.example", BUSY)
        for one in (*clocks, passed):
            one.wait(HELD * 0.9)
        servers[0].renew()
    assert not lease.lost


def test_a_server_that_comes_back_late_knows_that_its_lease_is_lost_and_takes_nothing_from_the_new_owner(
    servers, clock
):
    one, other = servers
    late = one.take("shop.example", BUSY)
    clock.wait(HELD + MARGIN + timedelta(seconds=1))
    new = other.take("shop.example", BUSY)
    one.renew()
    late.close()
    assert (late.lost, new.lost, one.is_free("shop.example")) == (True, False, False)


def test_a_lease_is_renewed_by_itself_while_it_is_held(url):
    store = store_at(url)
    leases = StoreLeases(store, lambda: datetime.now(UTC), timedelta(seconds=0.3))
    lease = leases.take("shop.example", BUSY)
    first = store.documents(OWNERS)
    wait_for(lambda: store.documents(OWNERS) != first)
    lease.close()
    wait_for(lambda: leases._thread is None)
    store.close()


class Away:
    """A store that can be switched off."""

    def __init__(self, store):
        self.store = store
        self.away = False

    def __getattr__(self, name):
        if self.away:
            raise UnavailableError("away")
        return getattr(self.store, name)


@pytest.mark.parametrize("call", ["put_document", "swap_document"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lease_that_was_asked_for_in_vain_is_given_when_it_is_asked_for_again_to_its_owner_alone(servers, call, when):
    one = servers[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one.store, call, unanswered(getattr(one.store, call), when))
        with pytest.raises(UnavailableError):
            one.take("shop.example", BUSY)
    lease = one.take("shop.example", BUSY)
    for leases in servers:
        with pytest.raises(ConflictError):
            leases.take("shop.example", BUSY)
    one.renew()
    assert not lease.lost


def unanswered(call, when):
    def fail(*args, **options):
        if when == "after":
            call(*args, **options)
        raise UnavailableError("away")

    return fail


def test_while_the_store_is_away_a_lease_holds_for_its_time_and_is_then_lost(servers, clock):
    away = Away(servers[0].store)
    leases = StoreLeases(away, clock)
    lease = leases.take("shop.example", BUSY)
    away.away = True
    clock.wait(HELD * 0.9)
    leases.renew()
    assert not lease.lost
    away.away = False
    leases.renew()
    clock.wait(HELD * 0.9)
    assert not lease.lost
    away.away = True
    clock.wait(HELD)
    leases.renew()
    assert lease.lost
    lease.close()
