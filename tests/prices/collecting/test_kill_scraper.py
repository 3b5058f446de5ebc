"""kill -9 at any moment of a run loses no recorded observation and doubles none, and the run goes on afterwards."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from almazara.keys import KeyFolder
from almazara.prices.collecting import runs
from almazara.prices.schema import RunState
from almazara.prices.store.registry import store_at
from page_server import reply, serving
from price_shop import HTML, offer_page, opened, settings_over, shows
from profiles import by_night
from waiting import wait_for

pytestmark = pytest.mark.server

PAGES = 12


@contextmanager
def slow_shop(pause=0.08):
    """A shop that takes its time, and counts the pages that it has shown whole."""
    with serving() as server:
        shows(server, {})

        def page(number):
            def answer(handler):
                threading.Event().wait(pause)
                reply(offer_page(f"{number}.95", f"Aceite de oliva {number}, 1 l"), Content_Type=HTML)(handler)

            return answer

        server.routes |= {f"/{number}": page(number) for number in range(1, PAGES + 1)}
        yield server


def environment(home, server):
    values = {"HOME": home, "LOOPBACK_PORTS": server.port, "DELAY_SECONDS": 0, "DEMO": "false", "LOG_LEVEL": "info"}
    return {**os.environ, **{f"ALMAZARA_{name}": str(value) for name, value in values.items()}}


def follow_all(home, server):
    with opened(settings_over(home, loopback_ports=(server.port,))) as prices:
        for number in range(1, PAGES + 1):
            prices.service.add_product(server.url(f"/{number}"), marketplace=None, category=None, target_price=None)


def store_of(home):
    return store_at(f"sqlite:///{home / 'prices.db'}")


def histories(home):
    store = store_of(home)
    found = {one.listing_id: store.history(one.listing_id) for one in store.listings()}
    store.close()
    return found


def newest_run(home):
    store = store_of(home)
    found = store.runs(kind=runs.SCRAPE)
    store.close()
    return found[0] if found else None


@contextmanager
def process(*arguments, env):
    started = subprocess.Popen(
        [sys.executable, "-m", "almazara", *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate()


@contextmanager
def almazara_server(env):
    """`almazara serve` on a free port, with a client; asked to end at the end."""
    with process("serve", "--port", "0", env=env) as started:
        said = b""
        while b"http://" not in said:
            line = started.stderr.readline()
            assert line, said
            said += line
        drained = threading.Thread(target=started.stderr.read, daemon=True)  # a full pipe would stop it
        drained.start()
        address = re.search(rb"http://[\d.]+:\d+", said)[0].decode()
        own = {"X-API-Key": KeyFolder(Path(env["ALMAZARA_HOME"]) / "keys").made_own()}
        with httpx.Client(base_url=address, headers=own, trust_env=False, timeout=30) as client:
            wait_for(lambda: answers(client))
            yield started, client


def answers(client):
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("seed", [0, *by_night(1, 2, 3)])
def test_a_killed_scraper_loses_nothing_doubles_nothing_and_is_resumed(tmp_path, seed):
    home, rng = tmp_path / "home", random.Random(seed)
    with slow_shop() as server:
        follow_all(home, server)
        env = environment(home, server)
        with process("prices", "scrape", "--no-forecast", env=env) as scraper:
            shown = rng.randrange(1, PAGES)
            wait_for(lambda: sum(path != "/robots.txt" for path in server.paths()) >= shown)
            time.sleep(rng.random() * 0.1)
            scraper.send_signal(signal.SIGKILL)
            scraper.wait()
        before, killed = histories(home), newest_run(home)
        assert killed.state is RunState.RUNNING
        assert all(len(history) <= 1 for history in before.values())
        done = set(before) - set(killed.pending)
        assert all(len(before[listing_id]) == 1 for listing_id in done)
        settings = settings_over(home, loopback_ports=(server.port,))
        with opened(settings, serving=True) as prices:
            prices.start(read_now=False)
            wait_for(lambda: prices.store.run(killed.run_id).state is RunState.DONE)
            ended = prices.store.run(killed.run_id)
    after = histories(home)
    assert (ended.run_id, ended.pending, ended.counts["requested"]) == (killed.run_id, (), PAGES)
    assert ended.counts.get("observed", 0) + ended.counts.get("unchanged", 0) == PAGES
    for listing_id, history in after.items():
        assert history[: len(before[listing_id])] == before[listing_id]
        assert len({o.observed_at for o in history}) == len(history)
        # One that was recorded, and killed before the run said so, is read again: a second reading, not a double.
        assert len(history) == 1 or listing_id == killed.pending[0]


def test_a_server_that_is_killed_goes_on_with_its_run_when_it_starts_again(tmp_path):
    home = tmp_path / "home"
    with slow_shop() as server:
        follow_all(home, server)
        env = environment(home, server)
        with almazara_server(env) as (first, client):
            run_id = client.post("/scraper").json()["run_id"]
            wait_for(lambda: client.get(f"/scraper/{run_id}").json()["counts"]["observed"] >= 3)
            first.send_signal(signal.SIGKILL)
            first.wait()
        before = histories(home)
        assert sum(map(len, before.values())) >= 3
        with almazara_server(env) as (_, client):
            wait_for(lambda: client.get(f"/scraper/{run_id}").json()["state"] == "done")
            ended = client.get(f"/scraper/{run_id}").json()
    assert ended["counts"]["observed"] + ended["counts"]["unchanged"] == PAGES
    for listing_id, history in histories(home).items():
        assert history[: len(before[listing_id])] == before[listing_id]


def test_a_server_that_is_asked_to_end_interrupts_its_run_and_ends_cleanly(tmp_path):
    home = tmp_path / "home"
    with slow_shop() as server:
        follow_all(home, server)
        env = environment(home, server)
        with almazara_server(env) as (first, client):
            run_id = client.post("/scraper").json()["run_id"]
            wait_for(lambda: client.get(f"/scraper/{run_id}").json()["counts"]["observed"] >= 2)
            first.send_signal(signal.SIGTERM)
            assert first.wait(timeout=30) in {0, -signal.SIGTERM}  # uvicorn ends by the signal that it was sent
        interrupted = newest_run(home)
        assert interrupted.state is RunState.INTERRUPTED
        assert interrupted.pending
        with almazara_server(env) as (_, client):
            wait_for(lambda: client.get(f"/scraper/{run_id}").json()["state"] == "done")
    assert {len(history) for history in histories(home).values()} == {1}
