"""Two machines, each with a home of its own, on one store: no shop is read twice, no run taken over while it lives."""

import random
import threading
from datetime import timedelta

import pytest

from almazara.api.limits.write_limits import OwnWrites, SharedWrites
from almazara.errors import ConflictError
from almazara.prices.collecting.collection import Archive, Collector
from almazara.prices.collecting.jobs import ScrapeJobs
from almazara.prices.fetching.config import HttpConfig
from almazara.prices.fetching.host_states import StoredHostStates
from almazara.prices.fetching.http import HttpSource
from almazara.prices.fetching.politeness import Politeness
from almazara.prices.fetching.protocol import Page, Refused
from almazara.prices.fetching.responses import Response
from almazara.prices.forecasting.retraining import Retraining
from almazara.prices.schema import RunState
from almazara.prices.store.leases import HELD, MARGIN, StoreLeases
from almazara.prices.store.registry import store_at
from contract.test_observation_store import url
from price_shop import NOW, offer_page, page_of, product
from prices.collecting.test_jobs import Gate
from waiting import wait_for

__all__ = ["url"]

ARCHIVE = Archive(lambda _listing, _page: None, lambda _listing: None)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Machine:
    """A home with its own connection to the store, its own source of pages and its own leases."""

    def __init__(self, url, clock):
        self.store = store_at(url)
        self.leases = StoreLeases(self.store, clock)
        self.gate = Gate()
        self.jobs = ScrapeJobs(
            self.store,
            lambda _run, stopped: Collector(self.gate, self.store, ARCHIVE, clock, stopped),
            locks=self.leases,
            clock=clock,
            rng=random.Random(id(self)),
            after=lambda: None,
        )

    def close(self):
        self.gate.let.set()
        self.jobs.stop()
        self.leases.close()
        self.store.close()


@pytest.fixture
def machines(url, clock):
    found = [Machine(url, clock) for _ in range(2)]
    for number in (1, 2, 3):
        found[0].store.save_listing(product(number, f"https://shop.example/{number}"))
    yield found
    for one in found:
        one.close()


def test_a_shop_that_one_machine_reads_is_not_read_by_the_other(machines):
    one, other = machines
    one.jobs.start()
    assert one.gate.asked.wait(20)
    with pytest.raises(ConflictError):
        other.jobs.start()
    assert not other.gate.asked.is_set()


def test_a_machine_that_starts_leaves_the_live_run_of_another_alone(machines):
    one, other = machines
    run = one.jobs.start()
    assert one.gate.asked.wait(20)
    assert other.jobs.resume() == []
    one.gate.let.set()
    wait_for(lambda: one.store.run(f"{run.run_id}.shop.example").state is RunState.DONE)
    assert [len(one.store.history(f"shop.example:{number}")) for number in (1, 2, 3)] == [1, 1, 1]


def test_the_run_of_a_machine_that_is_gone_is_gone_on_with_when_its_lease_is_over(machines, clock):
    one, other = machines
    run = one.jobs.start()
    assert one.gate.asked.wait(20)
    clock.now += HELD + MARGIN + timedelta(seconds=1)  # nothing renews the lease: the machine stands still
    other.gate.let.set()
    assert other.jobs.resume() == [f"{run.run_id}.shop.example"]
    wait_for(lambda: other.store.run(f"{run.run_id}.shop.example").state is RunState.DONE)


class Pages:
    """A source that counts what it was asked for, and stands still at one page until it is let through."""

    name = "made"

    def __init__(self, clock, stop_at=None):
        self.clock, self.stop_at = clock, stop_at
        self.asked, self.let, self.stands = [], threading.Event(), threading.Event()

    def fetch(self, url, validators=None):
        self.asked.append(url)
        if url == self.stop_at:
            self.stands.set()
            assert self.let.wait(60)
            raise OSError("killed")
        self.clock.now += timedelta(seconds=1)
        return page_of(offer_page("9.95"), url, at=self.clock())

    def report_block(self, url):
        pass

    def close(self):
        self.let.set()


def test_what_a_machine_that_was_killed_has_read_is_not_read_again_and_is_known_to_all_in_the_end(machines, clock):
    one, other = machines
    urls = {number: f"https://shop.example/{number}" for number in range(1, 21)}
    for number in range(4, 21):
        one.store.save_listing(product(number, urls[number]))
    in_order = [listing.url for listing in one.store.listings()]
    one.gate, other.gate = Pages(clock, stop_at=in_order[16]), Pages(clock)
    run = one.jobs.start()
    assert one.gate.stands.wait(60)
    told = other.store.revision()
    clock.now += HELD + MARGIN + timedelta(seconds=1)
    other.jobs.resume()
    wait_for(lambda: other.store.run(f"{run.run_id}.shop.example").state is RunState.DONE)
    ended = other.store.run(f"{run.run_id}.shop.example")
    assert one.gate.asked + other.gate.asked == [*in_order[:17], *in_order[16:]]
    assert ended.counts["observed"] + ended.counts.get("unchanged", 0) == 20
    assert sum(ended.rules.values()) == 20
    histories = other.store.histories([f"shop.example:{number}" for number in urls])
    assert [len(history) for history in histories.values()] == [1] * 20
    assert other.store.latest() == {name: history[0] for name, history in histories.items()}
    assert other.store.revision() != told


def test_a_machine_that_lost_its_lease_ends_after_the_page_that_it_reads(machines, clock):
    one, _ = machines
    run = one.jobs.start()
    assert one.gate.asked.wait(20)
    clock.now += HELD + timedelta(seconds=1)
    one.gate.let.set()
    wait_for(lambda: one.store.run(f"{run.run_id}.shop.example").state is RunState.INTERRUPTED)
    assert len(one.store.run(f"{run.run_id}.shop.example").pending) == 2


def retrainings(machines, clock, folder):
    return [
        Retraining(
            machine.store,
            locks=folder / str(number),
            leases=machine.leases,
            clock=clock,
            rng=random.Random(number),
        )
        for number, machine in enumerate(machines)
    ]


def test_a_retraining_that_one_machine_has_just_begun_is_left_alone_by_the_other(machines, clock, tmp_path):
    one, other = retrainings(machines, clock, tmp_path)
    begun = one.kept.begin("20260301T120000-00000a", clock())  # its child is being loaded
    assert other.resume() is None
    with other.running(None, None):
        assert one.kept.unfinished(begun.run_id)
    clock.now += HELD + MARGIN + timedelta(seconds=1)
    with other.running(None, None):
        assert one.kept.unfinished(begun.run_id) is None


def test_forecasts_are_made_by_one_machine_at_a_time(machines, clock, tmp_path):
    one, other = retrainings(machines, clock, tmp_path)
    with one.running(None, None) as run:
        with pytest.raises(ConflictError), other.running(None, None):
            raise AssertionError
        assert other.resume() is None
        failed = other.kept.store.runs(limit=1)
        with pytest.raises(ConflictError):
            other.start()
        assert other.kept.store.runs(limit=1) == failed
        assert machines[1].store.run(run.run_id).state is RunState.RUNNING
    with other.running(None, None):
        pass


def source(machine, clock, slept, **polite):
    """A source of pages whose host's state lies in the machine's store; nothing is asked over a network."""
    manners = Politeness(**{"delay_seconds": 5.0, "jitter": 0.0, "robots": False, **polite})

    def sleep(seconds):
        slept.append(seconds)
        clock.now += timedelta(seconds=seconds)

    return HttpSource(
        HttpConfig(politeness=manners),
        StoredHostStates(machine.store),
        clock=clock,
        sleep=sleep,
        resolver=lambda *_: ["93.184.216.34"],
        download=lambda *_: (Response(200, {"content-type": "text/html"}, offer_page("9.95")), "93.184.216.34"),
    )


def test_the_pause_after_one_machines_last_request_is_kept_by_the_other(machines, clock):
    slept = []
    one, other = (source(machine, clock, slept) for machine in machines)
    assert isinstance(one.fetch("https://shop.example/1"), Page)
    one.close()
    assert isinstance(other.fetch("https://shop.example/2"), Page)
    assert slept == [5.0]


def test_the_days_budget_is_one_for_all_machines(machines, clock):
    slept = []
    one, other = (source(machine, clock, slept, daily_budget=25) for machine in machines)
    for number in range(15):
        assert isinstance(one.fetch(f"https://shop.example/{number}"), Page)
    one.close()
    answers = [other.fetch(f"https://shop.example/{number}") for number in range(15)]
    assert sum(isinstance(answer, Page) for answer in answers) == 10
    assert isinstance(answers[-1], Refused)


def test_what_a_machine_that_was_killed_has_asked_is_counted(machines, clock):
    slept = []
    one, other = (source(machine, clock, slept, daily_budget=20) for machine in machines)
    for number in range(11):
        one.fetch(f"https://shop.example/{number}")
    assert sum(isinstance(other.fetch(f"https://shop.example/{n}"), Page) for n in range(15)) <= 9


def test_the_writes_of_a_minute_are_counted_by_all_machines(machines, clock):
    servers = [SharedWrites(OwnWrites(30), machine.store, clock) for machine in machines]
    for minute in range(2):
        clock.now = NOW + timedelta(minutes=minute, seconds=30)
        waits = [servers[number % 2].wait_seconds("key-0") for number in range(60)]
        assert waits.count(0) == 30
        assert set(waits[-30:]) == {30.0}
    assert servers[1].wait_seconds("key-1") == 0


def test_a_host_that_blocks_one_machine_is_left_alone_by_the_other(machines, clock):
    slept = []
    one, other = (source(machine, clock, slept) for machine in machines)
    one.fetch("https://shop.example/1")
    one.report_block("https://shop.example/1")
    answer = other.fetch("https://shop.example/2")
    assert isinstance(answer, Refused)
    assert "left alone" in answer.reason
