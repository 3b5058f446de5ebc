"""Several processes that serve on one port, as users start them: what they count together, who reads, how they end."""

import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from almazara import asgi
from almazara.api.observing.metrics import _Processes
from page_server import serving
from price_shop import offer_page, opened, product, settings_over, shows
from sample_catalog import served, server_process, settings_for
from waiting import wait_for

pytestmark = pytest.mark.server


def ask(client, path="/health"):
    """One request over a connection of its own, which any worker may take."""
    with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as another:
        return another.get(path)


def told(client):
    """The lines of /metrics, as a worker tells them."""
    lines = (line.rpartition(" ") for line in ask(client, "/metrics").text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def workers(client):
    """The process ids of the workers that have answered anything so far and are alive."""
    return {int(name.split('"')[1]) for name in told(client) if name.startswith("process_resident_memory_bytes{pid=")}


def both(client):
    wait_for(lambda: ask(client).status_code == 200 and len(workers(client)) == 2)
    return workers(client)


def counted(client):
    return told(client).get('almazara_requests_total{method="GET",route="/health",status="200"}', 0)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_refused(client):
    with suppress(OSError), socket.create_connection(("127.0.0.1", client.base_url.port), timeout=10):
        return False
    return True


@pytest.fixture
def pair(tmp_path):
    """A server of two workers: its process and a client."""
    with server_process("serve", tmp_path / "home", "--workers", "2", demo=False) as (process, client):
        yield process, client


def test_whichever_worker_is_asked_tells_what_all_have_counted(pair):
    process, client = pair
    assert process.pid not in both(client)
    before = counted(client)
    for _ in range(20):
        assert ask(client).status_code == 200
    assert [counted(client) for _ in range(20)] == [before + 20] * 20


def test_one_that_is_killed_is_replaced_and_its_counts_stay(pair):
    _, client = pair
    one, other = both(client)
    before = counted(client)
    os.kill(one, signal.SIGKILL)
    wait_for(lambda: len(both(client) - {one, other}) == 1)
    assert one not in workers(client)
    assert counted(client) > before


def killed_while_busy(pid):
    """A worker that answers nobody, and dies so."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(1)  # until somebody has asked it whether it lives
    os.kill(pid, signal.SIGKILL)


def test_one_that_dies_while_it_is_busy_is_replaced_before_it_would_be_taken_for_hung(pair):
    _, client = pair
    one, other = both(client)
    killed_while_busy(one)
    wait_for(lambda: len(both(client) - {one, other}) == 1, 50)


def test_a_signal_is_heeded_while_a_worker_answers_nobody(pair):
    process, client = pair
    one, other = both(client)
    killed_while_busy(one)
    process.send_signal(signal.SIGTERM)
    assert process.wait(50) == 0
    assert not is_alive(other)


@pytest.mark.nightly
def test_one_that_hangs_is_replaced_and_holds_up_no_end(pair):
    process, client = pair
    pids = both(client)
    os.kill(min(pids), signal.SIGSTOP)
    wait_for(lambda: not is_alive(min(pids)))
    pids = both(client)
    os.kill(min(pids), signal.SIGSTOP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(50) == 0
    assert not any(map(is_alive, pids))


def test_the_figures_are_of_workers_that_run_and_of_nobody_who_has_their_id_now(tmp_path):
    gone, runs = (subprocess.Popen(["sleep", "600"]) for _ in range(2))
    try:
        gone.kill()
        wait_for(lambda: ") Z " in Path(f"/proc/{gone.pid}/stat").read_text())
        for pid in (gone.pid, runs.pid, os.getpid(), 2**22 + 1):
            (tmp_path / f"counter_{pid}.db").touch()
        shown = {sample.labels["pid"] for one in _Processes(tmp_path, os.getpid()).collect() for sample in one.samples}
    finally:
        for one in (gone, runs):
            one.kill()
            one.wait()
    assert shown == {str(runs.pid)}


def test_a_server_whose_workers_cannot_start_ends_and_says_why(tmp_path):
    settings = {"demo": False, "store_url": "postgresql://me:geheim@127.0.0.1:1/prices"}
    with server_process("serve", tmp_path / "home", "--workers", "2", **settings) as (process, _):
        assert process.wait(120) == 1
        said = process.stderr.read()
    assert "The database of prices does not answer" in said
    assert "Traceback" not in said
    assert "geheim" not in said


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_all_end_when_the_server_is_asked_to(pair, asked):
    process, client = pair
    pids = both(client)
    process.send_signal(asked)
    assert process.wait(60) == 0
    assert not any(map(is_alive, pids))
    assert is_refused(client)


def test_none_is_left_when_the_first_process_is_killed(pair):
    process, client = pair
    pids = both(client)
    process.kill()
    wait_for(lambda: is_refused(client))
    wait_for(lambda: not any(map(is_alive, pids)))


def test_prices_are_read_once_when_the_server_starts_and_not_by_who_is_started_later(tmp_path):
    home = tmp_path / "home"
    with serving() as shop, ExitStack() as stack:
        shows(shop, {"/1": offer_page("39.95")})
        with opened(settings_over(home, loopback_ports=str(shop.port))) as prices:
            prices.store.save_listing(product(url=shop.url("/1")))
        settings = {"demo": False, "loopback_ports": shop.port, "delay_seconds": 0}
        _, client = stack.enter_context(server_process("serve", home, "--workers", "2", "--read-now", **settings))
        wait_for(lambda: [one["state"] for one in ask(client, "/runs?kind=scrape").json()] == ["done"])
        first = both(client)
        for one in first:
            os.kill(one, signal.SIGKILL)
        wait_for(lambda: not both(client) & first)
        assert shop.paths() == ["/robots.txt", "/1"]


@pytest.mark.parametrize("keys", ["", "first-key-123456"])
def test_what_may_be_written_in_a_minute_holds_over_the_workers_of_a_home(sample_home, tmp_path, monkeypatch, keys):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    home = tmp_path / "home"
    home.mkdir()
    (home / "artifacts").symlink_to(sample_home / "artifacts")
    settings = settings_for(home, demo=False, writes_per_minute=10, api_keys=keys)
    wait_for(lambda: time.time() % 60 < 45)  # a minute of the clock
    with ExitStack() as stack:
        apps = [asgi.app_over(settings, is_worker=True) for _ in range(2)]
        clients = [stack.enter_context(served(app)) for app in apps]
        headers = {"X-API-Key": keys} if keys else {}
        statuses = [clients[n % 2].delete("/usuarios/ana", headers=headers).status_code for n in range(24)]
    assert statuses.count(200) == 10
    assert statuses.count(429) == 14
