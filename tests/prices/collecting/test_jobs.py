"""Runs: one a shop at a time, whoever asks; what breaks one is said, and what was cut off goes on."""

import json
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from almazara import log
from almazara.errors import ConflictError, InputError, NotFoundError, UnavailableError
from almazara.locks import FileLocks
from almazara.prices.collecting import runs
from almazara.prices.collecting.collection import Archive, Collector
from almazara.prices.collecting.jobs import ScrapeJobs
from almazara.prices.schema import RunState
from almazara.prices.store import patience
from almazara.prices.store.registry import store_at
from page_server import reply, serving
from price_shop import HTML, NOW, observed, offer_page, opened, page_of, product, settings_over, shows
from waiting import wait_for

ARCHIVE = Archive(lambda _listing, _page: None, lambda _listing: None)


class Gate:
    """A source whose answers wait until they are let through."""

    name = "made"

    def __init__(self):
        self.let = threading.Event()
        self.asked = threading.Event()
        self.closed = 0
        self.error = None

    def fetch(self, url, validators=None):
        self.asked.set()
        if self.error:
            raise self.error
        assert self.let.wait(20)
        return page_of(offer_page("9.95"), url)

    def report_block(self, url):
        pass

    def close(self):
        self.closed += 1


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def after():
    return []


@pytest.fixture
def jobs(store, gate, after, tmp_path):
    made = jobs_over(store, gate, tmp_path, after=lambda: after.append(1))
    yield made
    gate.let.set()
    made.stop()


@pytest.fixture
def logged(caplog, monkeypatch):
    """What was logged as an error."""
    monkeypatch.setattr(log.LOGGER, "propagate", True)
    caplog.set_level(logging.ERROR, logger="almazara")
    return caplog


def collector_of(gate, store, stopped):
    return Collector(gate, store, ARCHIVE, lambda: NOW, stopped)


def jobs_over(store, gate, tmp_path, *, after=lambda: None, collector=None, **more):
    return ScrapeJobs(
        store,
        collector or (lambda _run, stopped: collector_of(gate, store, stopped)),
        locks=FileLocks(tmp_path / "locks"),
        clock=lambda: NOW,
        rng=random.Random(7),
        after=after,
        **more,
    )


def follow(store, *listings):
    for listing in listings:
        store.save_listing(listing)
    return listings


def elsewhere(number=1):
    return replace(product(), listing_id=f"other.example:{number}", shop="other.example", url="https://other.example/1")


def test_a_run_is_answered_at_once_and_read_in_the_background(store, jobs, gate, after):
    follow(store, product())
    begun = jobs.start()
    assert (begun.state, begun.counts["requested"], begun.pending) == (RunState.RUNNING, 1, 1)
    gate.let.set()
    wait_for(lambda: runs.find(store, begun.run_id, runs.SCRAPE).state is RunState.DONE)
    wait_for(lambda: after)
    assert store.count("shop.example:1") == 1
    assert gate.closed == 1


def test_a_second_run_of_a_shop_is_a_conflict_and_one_of_another_shop_is_not(store, jobs, gate):
    follow(store, product(), elsewhere())
    jobs.start(["shop.example:1"])
    with pytest.raises(ConflictError, match=r"shop\.example"):
        jobs.start(["shop.example:1"])
    with pytest.raises(ConflictError):
        jobs.start()  # all shops: one of them is being read, so none is begun
    other = jobs.start(["other.example:1"])
    assert other.shops == ["other.example"]
    assert len(store.runs(kind=runs.SCRAPE)) == 2


@pytest.mark.server
def test_another_process_that_reads_the_shop_is_a_conflict_too(store, jobs, tmp_path):
    follow(store, product())
    (tmp_path / "locks").mkdir()
    lock = (
        "import fcntl,sys,time; f=open(sys.argv[1],'w'); fcntl.flock(f, 2); print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", lock, str(tmp_path / "locks" / "shop.example.lock")], stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ConflictError):
            jobs.start()
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert jobs.start().state is RunState.RUNNING  # the kernel freed the lock of the killed process


def test_an_unknown_product_is_not_found_and_begins_nothing(store, jobs):
    follow(store, product())
    for unknown in ("shop.example:2", "", "a" * 5000, "\ud800", "\0"):
        with pytest.raises(NotFoundError):
            jobs.start(["shop.example:1", unknown])
    assert store.runs() == []


def test_nothing_followed_is_an_input_error(store, jobs):
    follow(store, product(tracked=False))
    with pytest.raises(InputError, match="POST /productos"):
        jobs.start()


def test_a_product_that_is_named_is_read_though_it_is_not_followed(store, jobs, gate):
    follow(store, product(tracked=False))
    gate.let.set()
    assert jobs.run(["shop.example:1", "shop.example:1"]).counts["observed"] == 1


@pytest.mark.parametrize(
    "broken",
    [
        (UnavailableError("The disk is full."), "The disk is full."),
        (OSError(28, "No space left on device"), "No space left"),
    ],
)
def test_what_every_listing_would_fail_on_ends_it_as_failed_and_frees_the_shop(store, jobs, gate, broken, logged):
    error, said = broken
    follow(store, product())
    gate.error = error
    failed = jobs.run()
    assert failed.state is RunState.FAILED
    assert said in failed.problems[0].reason
    assert "run_failed" in logged.text
    assert store.runs(kind=runs.SCRAPE)[0].pending == ("shop.example:1",)
    gate.error = None
    gate.let.set()
    assert jobs.run().state is RunState.DONE


def test_a_mistake_of_ours_before_a_run_reads_ends_it_as_failed_and_frees_the_shop(store, jobs, gate, logged):
    follow(store, product())
    jobs.collector = lambda *_: 1 / 0
    failed = jobs.run()
    assert (failed.state, failed.pending) == (RunState.FAILED, 1)
    assert "An error in Almazara itself" in failed.problems[0].reason
    assert "run_failed" in logged.text
    jobs.collector = lambda _run, stopped: collector_of(gate, store, stopped)
    gate.let.set()
    assert jobs.run().state is RunState.DONE


def test_shops_are_read_side_by_side_where_the_source_can(store, tmp_path, gate, after, monkeypatch):
    """Nobody gets a page before both shops have asked; progress is told by one of them at a time."""
    together, telling, told = threading.Barrier(2, timeout=20), threading.Lock(), []

    def fetch(url, _validators=None):
        together.wait()
        return page_of(offer_page("9.95"), url)

    def tell(run):
        assert telling.acquire(blocking=False)
        told.append(run.shop)
        telling.release()

    monkeypatch.setattr(gate, "fetch", fetch)
    follow(store, product(), elsewhere())
    run = jobs_over(store, gate, tmp_path, after=lambda: after.append(1), shops_at_once=8).run(on_progress=tell)
    assert (run.state, run.counts["observed"], run.shops) == (RunState.DONE, 2, ["other.example", "shop.example"])
    assert sorted(told) == ["other.example"] * 2 + ["shop.example"] * 2
    assert (gate.closed, after) == (2, [1])


def test_two_runs_of_a_shop_are_resumed_one_after_the_other(store, tmp_path, gate):
    listings = follow(store, product(1), product(2, "https://shop.example/2"))
    for number, listing in enumerate(listings):
        store.save_run(runs.scrape_runs(f"20260228T12000{number}-aaaaaa", [listing], NOW)[0])
    under_way, crowds, fetch = [], [], gate.fetch

    def counted(url, validators=None):
        under_way.append(url)
        crowds.append(len(under_way))
        page = fetch(url, validators)
        under_way.remove(url)
        return page

    gate.fetch = counted
    jobs = jobs_over(store, gate, tmp_path, shops_at_once=8)
    assert len(jobs.resume()) == 2
    threading.Timer(0.2, gate.let.set).start()
    wait_for(lambda: {run.state for run in store.runs(kind=runs.SCRAPE)} == {RunState.DONE})
    assert crowds == [1, 1]


def test_a_run_that_cannot_be_saved_is_raised_when_the_other_shops_have_ended(store, tmp_path, gate):
    follow(store, product(), elsewhere())
    jobs = jobs_over(store, gate, tmp_path, shops_at_once=2)
    make, other_has_failed = jobs.collector, threading.Event()

    def failed(*_):
        other_has_failed.set()
        raise UnavailableError("The disk is full.")

    def collector(run, stopped):
        if run.shop == "other.example":
            raise UnavailableError("The proxy is gone.")
        assert other_has_failed.wait(20)
        gate.let.set()
        return make(run, stopped)

    jobs.collector, jobs._failed = collector, failed
    with pytest.raises(UnavailableError, match="disk is full"):
        jobs.run()
    assert store.count("shop.example:1") == 1
    jobs.collector = make
    del jobs._failed
    assert jobs.run().state is RunState.DONE  # and the shops are free again


def test_an_interrupt_stops_the_other_shops_before_the_locks_are_free(store, tmp_path, gate):
    follow(store, product(), elsewhere(), replace(elsewhere(2), url="https://other.example/2"))
    jobs = jobs_over(store, gate, tmp_path, shops_at_once=2)
    main, fetch = threading.current_thread(), gate.fetch

    def interrupted(url, validators=None):
        if threading.current_thread() is main:
            assert gate.asked.wait(20)  # the other shop is being read
            threading.Timer(0.1, gate.let.set).start()
            raise KeyboardInterrupt
        return fetch(url, validators)

    gate.fetch = interrupted
    with pytest.raises(KeyboardInterrupt):
        jobs.run()
    left = {run.state: len(run.pending) for run in store.runs(kind=runs.SCRAPE)}
    assert left.pop(RunState.RUNNING) > 0  # of this thread, to be resumed
    assert left in ({RunState.DONE: 0}, {RunState.INTERRUPTED: 1})
    assert all(not thread.is_alive() for thread in jobs._threads)


def test_a_collector_that_cannot_be_made_fails_the_run(store, tmp_path, gate):
    follow(store, product())

    def collector(_run, _stopped):
        raise UnavailableError("Old pages could not be removed.")

    failed = jobs_over(store, gate, tmp_path, collector=collector).run()
    assert failed.state is RunState.FAILED
    assert failed.problems[0].reason == "Old pages could not be removed."


def test_one_shop_that_breaks_does_not_keep_the_others_from_being_read(store, tmp_path, gate):
    follow(store, product(), elsewhere())
    gate.let.set()

    def collector(run, stopped):
        if run.shop == "other.example":
            raise UnavailableError("The proxy is gone.")
        return collector_of(gate, store, stopped)

    ended = jobs_over(store, gate, tmp_path, collector=collector).run()
    assert ended.state is RunState.FAILED
    assert (ended.counts["observed"], store.count("shop.example:1")) == (1, 1)


def test_a_store_that_does_not_answer_when_a_run_begins_leaves_no_lock(store, tmp_path, gate, monkeypatch):
    follow(store, product())
    jobs = jobs_over(store, gate, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(store, "save_run", lambda _run: (_ for _ in ()).throw(UnavailableError("locked")))
        with pytest.raises(UnavailableError):
            jobs.start()
    gate.let.set()
    assert jobs.run().state is RunState.DONE


def test_stopping_interrupts_the_run_after_the_listing_that_is_read_and_resume_goes_on_under_the_same_id(
    store, jobs, gate, tmp_path
):
    follow(store, *(product(number, f"https://shop.example/{number}") for number in (1, 2, 3)))
    begun = jobs.start()
    assert gate.asked.wait(10)
    threading.Timer(0.1, gate.let.set).start()
    jobs.stop()
    stopped = runs.find(store, begun.run_id, runs.SCRAPE)
    assert (stopped.state, stopped.pending, stopped.counts["observed"]) == (RunState.INTERRUPTED, 2, 1)
    again = jobs_over(store, gate, tmp_path)
    assert again.resume() == [f"{begun.run_id}.shop.example"]
    wait_for(lambda: runs.find(store, begun.run_id, runs.SCRAPE).state is RunState.DONE)
    ended = runs.find(store, begun.run_id, runs.SCRAPE)
    assert (ended.counts["requested"], ended.counts["observed"], ended.pending) == (3, 3, 0)
    again.stop()


def test_stopping_does_not_wait_for_a_shop_that_never_answers(store, jobs, gate):
    follow(store, product())
    jobs.start()
    assert gate.asked.wait(10)
    began = time.monotonic()
    jobs.stop(seconds=0.2)
    assert time.monotonic() - began < 10


def test_what_another_process_is_reading_is_not_resumed(store, jobs, gate, tmp_path):
    follow(store, product())
    jobs.start()
    assert jobs_over(store, gate, tmp_path).resume() == []


def test_a_new_run_takes_over_what_a_killed_one_left(store, jobs, gate):
    one, two = follow(store, product(1), product(2, "https://shop.example/2"))
    dead = runs.scrape_runs("20260228T120000-aaaaaa", [one, two], NOW)[0]
    store.save_run(dead)
    gate.let.set()
    assert jobs.run([one.listing_id]).state is RunState.DONE
    left = store.run(dead.run_id)
    assert (left.state, left.pending) == (RunState.INTERRUPTED, (two.listing_id,))
    assert jobs.run().state is RunState.DONE
    assert store.run(dead.run_id).pending == ()
    assert jobs.resume() == []


def test_what_is_left_of_a_cut_off_request_is_read_to_its_end_and_no_more(store, jobs, gate, after):
    _, two = follow(store, product(1), product(2, "https://shop.example/2"))
    [begun] = runs.scrape_runs("20260228T120000-aaaaaa", [product(1), two], NOW)
    store.save_run(replace(begun, pending=(two.listing_id,), counts={"requested": 2, "observed": 1}))
    gate.let.set()
    ended = jobs.finish({"20260228T120000-aaaaaa"})
    assert (ended.run_id, ended.state, ended.pending) == ("20260228T120000-aaaaaa", RunState.DONE, 0)
    assert (ended.counts["requested"], ended.counts["observed"]) == (2, 2)
    assert [len(store.history(one)) for one in (begun.pending[0], two.listing_id)] == [0, 1]
    assert (after, jobs.finish({"20260228T120000-aaaaaa"})) == ([1], None)


def test_a_request_that_was_not_named_is_not_finished(store, jobs, after):
    store.save_run(runs.scrape_runs("20260228T120000-aaaaaa", follow(store, product()), NOW)[0])
    assert jobs.finish({"20260228T120000-bbbbbb"}) is None
    assert after == []


def test_one_run_is_finished_by_its_name_and_one_that_has_ended_is_left(store, jobs, gate):
    gate.let.set()
    (begun,) = runs.scrape_runs("20260301T120000-abcdef", follow(store, product()), NOW, at_most=1)
    store.save_run(begun)
    ended = jobs.finish_one(begun.run_id)
    assert (ended.state, ended.pending, store.count(begun.pending[0])) == (RunState.DONE, (), 1)
    gate.error = AssertionError("it is asked again")
    given_up = replace(ended, state=RunState.INTERRUPTED)
    store.save_run(given_up)
    assert jobs.finish_one(begun.run_id) == store.run(begun.run_id) == given_up
    with pytest.raises(NotFoundError):
        jobs.finish_one("nobody")


def test_an_error_after_the_run_is_logged_and_breaks_nothing(store, tmp_path, gate, logged):
    follow(store, product())
    gate.let.set()

    def after():
        raise RuntimeError("mail")

    begun = jobs_over(store, gate, tmp_path, after=after).start()
    wait_for(lambda: "run_broken" in logged.text)
    assert runs.find(store, begun.run_id, runs.SCRAPE).state is RunState.DONE


def test_a_store_that_is_locked_for_long_ends_the_run_and_loses_nothing(tmp_path, gate, logged, monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.5)
    path = tmp_path / "locked.db"
    store = store_at(f"sqlite:///{path}?timeout=0.2")
    follow(store, product())
    store.append([observed("shop.example:1", 1, "9.95")])
    jobs = jobs_over(store, gate, tmp_path)
    begun = jobs.start()
    assert gate.asked.wait(10)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    gate.let.set()
    wait_for(lambda: "run_broken" in logged.text)
    writer.execute("ROLLBACK")
    writer.close()
    assert "locked by another process" in logged.text
    assert store.count("shop.example:1") == 1
    assert jobs.run().counts["unchanged"] == 1  # the shop is free again
    assert runs.find(store, begun.run_id, runs.SCRAPE).state is RunState.INTERRUPTED
    store.close()


def follow_pages(home, server, count=3):
    """Products of a real shop on loopback, in the store of a home folder."""
    shows(server, {f"/{number}": offer_page(f"{number}.95") for number in range(1, count + 1)})
    with opened(settings_over(home, loopback_ports=(server.port,))) as prices:
        return [
            prices.service.add_product(server.url(f"/{n}"), marketplace=None, category="oil", target_price=None)[0].id
            for n in range(1, count + 1)
        ]


@contextmanager
def environment(home, server, **values):
    quick = {"HOME": home, "LOOPBACK_PORTS": server.port, "DELAY_SECONDS": 0, "DEMO": "false", **values}
    yield {**os.environ, **{f"ALMAZARA_{name}": str(value) for name, value in quick.items()}}


@pytest.mark.server
def test_the_command_line_and_the_server_keep_to_one_run_a_shop(tmp_path):
    home = tmp_path / "home"
    with serving() as server:
        ids = follow_pages(home, server)
        asked, let = threading.Event(), threading.Event()

        def slow(handler):
            asked.set()
            let.wait(30)
            reply(offer_page("1.95"), Content_Type=HTML)(handler)

        server.routes["/1"] = slow
        with environment(home, server) as env:
            command = [sys.executable, "-m", "almazara", "prices", "scrape", "--no-forecast", "--json"]
            cli = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            try:
                assert asked.wait(60)
                with opened(settings_over(home, loopback_ports=(server.port,)), serving=True) as prices:
                    with pytest.raises(ConflictError):
                        prices.jobs.start([ids[0]])
                    assert prices.jobs.resume() == []
                let.set()
                run = json.loads(cli.communicate(timeout=60)[0])
            finally:
                if cli.poll() is None:
                    cli.send_signal(signal.SIGKILL)
                    cli.wait()
    assert (run["state"], run["counts"]["observed"]) == ("done", 3)
    store = store_at(f"sqlite:///{home / 'prices.db'}")
    assert [store.count(one) for one in ids] == [1, 1, 1]
    store.close()


def test_a_captcha_of_a_real_shop_ends_the_host_for_the_run(tmp_path):
    from sample_pages import html_of

    with serving() as server:
        follow_pages(tmp_path / "home", server)
        for number in (1, 2, 3):
            server.routes[f"/{number}"] = reply(html_of("blocked_image_captcha").encode(), Content_Type=HTML)
        with opened(settings_over(tmp_path / "home", loopback_ports=(server.port,))) as prices:
            run = prices.jobs.run()
    assert (run.counts["blocked"], run.counts["refused"]) == (1, 2)
    assert len([path for path in server.paths() if path != "/robots.txt"]) == 1
    assert all("captcha" in problem.reason for problem in run.problems[1:])
