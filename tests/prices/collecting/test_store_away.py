"""A store that is away for a while costs a run nothing: nothing is lost, nothing doubled, and the run is done."""

import itertools
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.cli.output import opened_prices
from almazara.errors import UnavailableError
from almazara.locks import FileLocks
from almazara.prices.collecting import runs
from almazara.prices.collecting.collection import HELD, Archive, Collector
from almazara.prices.collecting.jobs import ScrapeJobs
from almazara.prices.forecasting.retraining import Retraining
from almazara.prices.schema import RunState
from almazara.prices.service import PriceService
from almazara.prices.store import patience
from almazara.prices.store.leases import StoreLeases
from almazara.prices.store.patience import patient
from almazara.prices.store.registry import store_at
from api.test_prices_health import Relay
from page_server import reply, serving
from price_shop import HTML, NOW, observed, offer_page, opened, page_of, product, settings_over, shows
from profiles import examples
from servers import postgresql_server
from waiting import wait_for

PAGES = 4
AWAY_SECONDS = 2.0
LOCKING = (
    "import sqlite3,sys,time; w=sqlite3.connect(sys.argv[1],isolation_level=None); w.execute('BEGIN IMMEDIATE');"
    "print('held',flush=True); time.sleep(float(sys.argv[2]))"
)


def read_while(url, tmp_path, go_away):
    """A run over a store that goes away while its second page is shown; the run, and the history of each product."""
    with serving() as server, opened(settings_over(tmp_path, loopback_ports=(server.port,), store_url=url)) as prices:
        shows(server, {f"/{n}": offer_page(f"{n}.95", f"Aceite {n}, 1 l") for n in range(1, PAGES + 1)})
        added = [
            prices.service.add_product(server.url(f"/{n}"), marketplace=None, category=None, target_price=None)[0].id
            for n in range(1, PAGES + 1)
        ]

        def second(handler):
            go_away()
            reply(offer_page("2.95", "Aceite 2, 1 l"), Content_Type=HTML)(handler)

        server.routes["/2"] = second
        run = prices.jobs.run()
        return run, [prices.store.history(one) for one in added]


def require_whole(run, histories):
    assert (run.state, run.counts["observed"], run.pending) == (RunState.DONE, PAGES, 0)
    assert [len(history) for history in histories] == [1] * PAGES


@pytest.mark.server
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_postgresql_that_is_restarted_in_the_middle_costs_a_run_nothing(tmp_path, how):
    with postgresql_server() as server:

        def restart():
            server.stop(how)
            back = threading.Timer(AWAY_SECONDS, server.start)
            back.start()
            restarting.append(back)

        restarting = []
        require_whole(*read_while(f"{server.url}/postgres", tmp_path, restart))
        restarting[0].join()


@pytest.mark.server
def test_an_sqlite_file_that_another_process_locks_in_the_middle_costs_a_run_nothing(tmp_path):
    path, others = tmp_path / "prices.db", []

    def lock():
        other = subprocess.Popen([sys.executable, "-c", LOCKING, path, str(AWAY_SECONDS)], stdout=subprocess.PIPE)
        assert other.stdout.readline() == b"held\n"
        others.append(other)

    require_whole(*read_while(f"sqlite:///{path}?timeout=0.1", tmp_path, lock))
    with others[0] as other:
        other.wait()


@pytest.mark.server
def test_a_dynamodb_that_is_cut_off_in_the_middle_costs_a_run_nothing(tmp_path, dynalite, aws):
    with Relay(int(dynalite.rpartition(":")[2])) as relay:

        def cut():
            relay.cut()
            threading.Timer(AWAY_SECONDS, relay.mend).start()

        url = f"dynamodb://prices-patience?region=eu-west-1&endpoint=http://127.0.0.1:{relay.port}"
        require_whole(*read_while(url, tmp_path, cut))


@contextmanager
def throttling(code, is_throttled):
    """DynamoDB answers as it does when a table's capacity is used up, whenever it is so; nobody waits for boto3."""

    def answer(request, **_):
        if not is_throttled():
            return None
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "Slow down."}).encode()
        raw = SimpleNamespace(read=lambda: body, stream=lambda: iter([body]))
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.0"}, raw)

    events = boto3.session.Session().events
    events.register("before-send.dynamodb", answer)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
            yield
    finally:
        events.unregister("before-send.dynamodb", answer)


@pytest.mark.server
@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "ThrottlingException"])
def test_a_dynamodb_that_throttles_most_requests_of_a_run_costs_it_nothing(tmp_path, dynalite, code):
    begun, throttled, refused = threading.Event(), [], itertools.cycle([True, True, False])

    def is_throttled():
        if begun.is_set() and next(refused):
            throttled.append(code)
            return True
        return False

    with throttling(code, is_throttled):
        url = f"dynamodb://prices-{code.lower()}?region=eu-west-1&endpoint={dynalite}"
        require_whole(*read_while(url, tmp_path, begun.set))
    assert len(throttled) > 2 * PAGES


@pytest.mark.server
@pytest.mark.usefixtures("aws")
def test_a_run_that_dynamodb_throttles_without_end_is_seen_as_cut_off_and_doubles_nothing(
    tmp_path, dynalite, monkeypatch
):
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    ended = threading.Event()
    url = f"dynamodb://prices-throttled?region=eu-west-1&endpoint={dynalite}"
    with throttling("ThrottlingException", ended.is_set), pytest.raises(UnavailableError, match="read or write units"):
        read_while(url, tmp_path, ended.set)
    later = datetime.now(UTC) + timedelta(minutes=3)  # its lease, which could not be given back, is over
    monkeypatch.setattr("almazara.app.prices._clock", lambda: later)
    with opened(settings_over(tmp_path, store_url=url)) as prices:
        assert prices.service.runs(None, 5)[0].state is RunState.INTERRUPTED
        followed = prices.store.listings()
        assert len(followed) == PAGES
        assert max(prices.store.count(one.listing_id) for one in followed) <= 1


class Faulty:
    """A store of which calls fail as planned: before they are made, or after, so that their answer alone is lost."""

    def __init__(self, store):
        self._store, self.plan = store, iter(())

    def __getattr__(self, name):
        def call(*args, **options):
            fault = next(self.plan, None)
            if fault == "before":
                raise UnavailableError("The store is away.")
            done = getattr(self._store, name)(*args, **options)
            if fault == "after":
                raise UnavailableError("Its answer was lost.")
            return done

        return call


class Shop:
    """A source of pages; the second product's price has jumped."""

    name = "made"

    def fetch(self, url, validators=None):
        return page_of(offer_page("99.95" if url.endswith("2") else "9.95"), url)

    def report_block(self, url):
        pass

    def close(self):
        pass


def jobs_over(store, folder):
    """Runs whose store fails as planned once they have begun."""
    archive = Archive(lambda _listing, _page: None, lambda _listing: None)

    def collector(_run, stopped):
        store.plan = store.planned
        return Collector(Shop(), patient(store, stopped), archive, lambda: NOW, stopped)

    clock = {"clock": lambda: NOW, "rng": random.Random(7)}
    return ScrapeJobs(store, collector, locks=FileLocks(folder / "locks"), after=lambda: None, **clock)


@contextmanager
def faulty(planned):
    """A store that follows two products with a past, whose runs meet the planned faults; and its folder."""
    with tempfile.TemporaryDirectory() as name, closing(store_at(f"sqlite:///{name}/prices.db")) as store:
        for number in (1, 2):
            store.save_listing(product(number, f"https://shop.example/{number}"))
            store.append([observed(f"shop.example:{number}", day, "9.95") for day in range(1, 8)])
        failing = Faulty(store)
        failing.planned = iter(planned)
        yield failing, Path(name)


@settings(max_examples=examples(nightly=300))
@given(st.lists(st.sampled_from([None, None, "before", "after"]), max_size=60))
def test_whichever_calls_of_a_run_fail_for_a_while_it_is_done_as_if_none_had(planned):
    with pytest.MonkeyPatch.context() as patch, faulty(planned) as (store, folder):
        patch.setattr(patience.time, "sleep", lambda _seconds: None)
        run = jobs_over(store, folder).run()
        store.plan = iter(())
        assert (run.state, run.counts["unchanged"], run.counts["held"], run.pending) == (RunState.DONE, 1, 1, 0)
        assert (store.count("shop.example:1"), store.count("shop.example:2")) == (8, 7)
        assert list(store.documents(HELD)) == ["shop.example:2"]
        assert [one.state for one in store.runs()] == [RunState.DONE]


def service_over(store, folder):
    locks = FileLocks(folder / "locks")
    return PriceService(store, None, timezone="UTC", clock=lambda: NOW + timedelta(hours=1), is_idle=locks.is_free)


def test_a_run_whose_store_stays_away_is_seen_as_cut_off_and_is_gone_on_with(monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.1)
    with faulty([None] * 9 + ["before"] * 100_000) as (store, folder):
        jobs = jobs_over(store, folder)
        service = service_over(store, folder)
        with pytest.raises(UnavailableError):
            jobs.run()
        store.plan = store.planned = iter(())
        assert store.runs()[0].state is RunState.RUNNING
        seen = service.runs(None, 5)[0]
        assert (seen.state, service.run(seen.run_id.partition(".")[0], runs.SCRAPE).state) == (
            RunState.INTERRUPTED,
            RunState.INTERRUPTED,
        )
        assert [one.text() for one in service.health().sentences] == [
            "La última pasada de shop.example se cortó y ya nadie está con ella: un servidor en marcha la retoma."
        ]
        assert jobs.resume() == [seen.run_id]
        wait_for(lambda: store.runs()[0].state is RunState.DONE)
        assert service.health().healthy
        assert (store.count("shop.example:1"), store.count("shop.example:2")) == (8, 7)


def test_a_run_that_is_under_way_or_waits_in_a_queue_is_not_seen_as_cut_off(store, tmp_path):
    service = service_over(store, tmp_path)
    whole, batch = (runs.scrape_runs("20260301T120000-aaaaaa", [product()], NOW, at_most=n)[0] for n in (None, 1))
    store.save_run(batch)
    assert service.runs(None, 1)[0].state is RunState.RUNNING
    store.save_run(whole)
    with closing(FileLocks(tmp_path / "locks").take("shop.example", "busy")):
        assert service.run(whole.run_id, runs.SCRAPE).state is RunState.RUNNING
    assert service.run(whole.run_id, runs.SCRAPE).state is RunState.INTERRUPTED


def test_the_newest_run_that_failed_is_trouble_until_another_one_is_done(store, tmp_path):
    service = service_over(store, tmp_path)
    store.save_listing(product())
    [failed] = runs.scrape_runs("20260301T110000-aaaaaa", [product()], NOW - timedelta(hours=1))
    failing = Faulty(store)
    failing.planned = iter(())
    jobs = jobs_over(failing, tmp_path)
    store.save_run(jobs._failed(failed, UnavailableError("The disk is full.")))
    assert [one.text() for one in service.health().sentences] == [
        "La última pasada de shop.example falló: The disk is full."
    ]
    jobs.run()
    assert service.health().healthy


def retraining_over(store, folder, leases=None):
    return Retraining(store, locks=folder / "locks", leases=leases, clock=lambda: NOW, rng=random.Random(7))


def test_a_retraining_outlasts_a_store_that_is_away_when_it_ends(store, tmp_path, monkeypatch):
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    failing = Faulty(store)
    retraining = retraining_over(failing, tmp_path)
    with retraining.running(None, None) as run:
        failing.plan = iter(["before", "before", "after"])
        retraining.done(run, {"forecast": 3}, "")
    assert [(one.state, one.counts) for one in store.runs()] == [(RunState.DONE, {"forecast": 3})]


def test_the_child_that_a_server_begins_outlasts_a_store_that_is_away_when_it_is_opened(tmp_path, monkeypatch):
    opening = ["away", "away"]

    def opened_late(url):
        if opening:
            raise UnavailableError(f"The store is {opening.pop()}.")
        return store_at(url)

    monkeypatch.setattr("almazara.prices.store.registry.store_at", opened_late)
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    monkeypatch.setenv("ALMAZARA_STORE_URL", f"sqlite:///{tmp_path}/prices.db")
    with pytest.raises(UnavailableError), opened_prices():
        pass
    with opened_prices(patient=True) as prices:
        assert prices.store.runs() == []


@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_retraining_outlasts_a_store_that_is_away_when_it_begins(store, tmp_path, monkeypatch, fault):
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    for number in range(4):  # the calls that take its lease, and the one after them
        failing = Faulty(store)
        retraining = retraining_over(failing, tmp_path, StoreLeases(failing, lambda: NOW))
        begun = retraining.kept.begin(f"20260301T120000-00000{number}", NOW)
        failing.plan = iter([None, *[None] * number, *[fault] * 3])
        with retraining.exclusive() as lock, retraining.running(begun.run_id, lock.fileno()) as run:
            retraining.done(run, {}, "")
        assert store.run(begun.run_id).state is RunState.DONE


def test_a_retraining_that_breaks_while_its_store_is_away_is_kept_as_failed(store, tmp_path, monkeypatch):
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: None)
    failing = Faulty(store)

    def retrain():
        with retraining_over(failing, tmp_path).running(None, None):
            failing.plan = iter(["before"] * 5)
            raise UnavailableError("The disk is full.")

    with pytest.raises(UnavailableError):
        retrain()
    assert store.runs()[0].state is RunState.FAILED


def test_a_retraining_that_nobody_is_at_is_seen_as_cut_off(store, tmp_path):
    retraining = retraining_over(store, tmp_path)
    service = service_over(store, tmp_path)
    run = retraining.kept.begin("20260301T120000-aaaaaa", NOW)
    with closing(retraining.exclusive()):
        assert service.run(run.run_id, runs.RETRAIN).state is RunState.RUNNING
    assert service.run(run.run_id, runs.RETRAIN).state is RunState.INTERRUPTED
    assert ["los pronósticos" in one.text() for one in service.health().sentences] == [True]


def test_what_is_stopped_waits_for_no_store(monkeypatch):
    monkeypatch.setattr(patience.time, "sleep", lambda _seconds: pytest.fail("it waits"))
    failing = Faulty(None)
    failing.plan = iter(["before"] * 2)
    with pytest.raises(UnavailableError):
        patient(failing, lambda: True).revision()
