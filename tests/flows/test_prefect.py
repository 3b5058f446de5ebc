"""Prefect itself: its own environment, a real server on loopback, flows that a schedule starts."""

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from almazara.files import file_lock
from page_server import reply, serving
from price_shop import HTML, offer_page, opened, product, settings_over, shows
from profiles import by_night
from servers import _free_port, missing
from waiting import wait_for

pytestmark = pytest.mark.server

BIN = Path(__file__).resolve().parents[2] / ".venv-prefect" / "bin"
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
STORE = "sqlite:///{}/prices.db"


@pytest.fixture(scope="session", autouse=True)
def _environment():
    if not (BIN / "prefect").exists():
        missing("Prefect's environment", "make flows")


@contextmanager
def process(*command, env):
    """A program of Prefect's environment, in a group of its own, of which nothing is left at the end."""
    started = subprocess.Popen(
        [BIN / command[0], *command[1:]],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.communicate(timeout=30)
        finally:
            os.killpg(started.pid, signal.SIGKILL) if started.poll() is None else None


class AskingAgain(httpx.HTTPTransport):
    """Asks once more, for a while, where Prefect says 503 because its SQLite is busy, as its own client does."""

    def handle_request(self, request):
        until = time.monotonic() + 30
        while (answer := super().handle_request(request)).status_code == 503 and time.monotonic() < until:
            answer.close()
            time.sleep(0.5)
        return answer


@contextmanager
def prefect_server(port, home):
    """A Prefect server on this port, which has answered."""
    env = {**os.environ, **QUIET, "PREFECT_HOME": str(home), "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2"}
    command = ("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui")
    asking = httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30, transport=AskingAgain())
    with process(*command, env=env), asking as client:
        wait_for(lambda: answers(client))
        yield client


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A client of a Prefect server that lives as long as the module."""
    with prefect_server(_free_port(), tmp_path_factory.mktemp("prefect-server")) as client:
        yield client


def answers(client):
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def shop(tmp_path):
    """A shop with three products that are followed."""
    with serving() as server:
        shows(server, {f"/{number}": offer_page(f"2{number}.95") for number in (1, 2, 3)})
        with opened(settings_over(tmp_path / "home", loopback_ports=(server.port,))) as prices:
            for number in (1, 2, 3):
                prices.store.save_listing(product(number, server.url(f"/{number}")))
        yield server


@pytest.fixture
def env(shop, tmp_path):
    """The environment of a command that reads this shop."""
    values = {"HOME": tmp_path / "home", "LOOPBACK_PORTS": shop.port, "DELAY_SECONDS": 0, "DEMO": "false"}
    own = {f"ALMAZARA_{name}": str(value) for name, value in values.items()}
    return {**os.environ, **own, "PREFECT_HOME": str(tmp_path / "prefect")}


def almazara(*arguments, env):
    return subprocess.run([BIN / "almazara", *arguments], env=env, capture_output=True, text=True, check=False)


def asked(server):
    return [path for path in server.paths() if path != "/robots.txt"]


def found(api, what, **filters):
    return api.post(f"/{what}/filter", json=filters).json()


def test_without_a_server_a_flow_runs_and_none_is_started_and_nobody_is_told(env, shop, tmp_path):
    ended = almazara("flows", "run", "prices", env=env)
    assert ended.returncode == 0, ended.stderr
    assert "3 requested, 3 observed" in ended.stdout
    assert len(asked(shop)) == 3
    assert not list((tmp_path / "prefect").rglob("*.db"))


def test_a_flow_that_is_killed_goes_on_with_what_it_had_left(env, shop):
    shop.routes["/2"] = lambda _handler: time.sleep(60)
    env["ALMAZARA_SCRAPE_HOURS"] = ",".join(map(str, range(24)))
    with process("almazara", "flows", "run", "prices", env=env) as running:
        wait_for(lambda: "/2" in asked(shop))
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(30)
    shop.routes["/2"] = reply(offer_page("22.95"), Content_Type=HTML)
    ended = almazara("flows", "run", "prices", env=env)
    assert "3 requested, 3 observed" in ended.stdout
    assert asked(shop) == ["/1", "/2", "/2", "/3"]


ASK = """
import json
from almazara.cli.flows import _flows
from almazara.errors import UnavailableError
from almazara.settings import Settings

flows, refused = _flows(), ""
from prefect.settings import get_current_settings
try:
    flows.await_server(print)
except UnavailableError as error:
    refused = str(error)
schedules = [one.schedules[0].schedule for one in flows.deployments(Settings())]
settings = get_current_settings().server
flows._Shown().progress("reading", 1, 2)  # where nothing can be shown
print(json.dumps({
    "refused": refused,
    "hours": [[one.cron, one.timezone] for one in schedules],
    "counts_users": settings.analytics_enabled,
    "starts_servers": settings.ephemeral.enabled,
}))
"""


@pytest.fixture(scope="module")
def asked_of_flows(tmp_path_factory):
    """What the flows are, without a server; importing Prefect takes seconds."""
    hours = {"SCRAPE_HOURS": "6,18", "FILMS_RENEWED_ON": "monday", "TIMEZONE": "Asia/Tokyo"}
    env = os.environ | {f"ALMAZARA_{name}": value for name, value in hours.items()}
    env |= {"PREFECT_HOME": str(tmp_path_factory.mktemp("prefect"))}
    said = subprocess.run([BIN / "python", "-c", ASK], env=env, capture_output=True, text=True, check=True).stdout
    return json.loads(said)


def test_hours_are_those_of_the_settings(asked_of_flows):
    assert asked_of_flows["hours"] == [["0 6,18 * * *", "Asia/Tokyo"], ["0 4 * * 1", "Asia/Tokyo"]]


def test_without_a_server_nothing_is_served(asked_of_flows):
    assert asked_of_flows["refused"].startswith(
        "Schedules need a Prefect server: start one with `prefect server start`"
    )


def test_progress_that_cannot_be_shown_breaks_nothing(asked_of_flows):
    assert asked_of_flows["hours"]  # said after it


def test_prefect_counts_nobody_and_starts_no_server_by_itself(asked_of_flows):
    assert (asked_of_flows["counts_users"], asked_of_flows["starts_servers"]) == (False, False)


NOWHERE = {
    "http://me:geheim@127.0.0.1:{closed}/api?token=geheim": "server at http://127.0.0.1:{closed}/api does not answer",
    "http://me:geheim@127.0.0.1:{other}/api": "at http://127.0.0.1:{other}/api is no Prefect server that can be used",
    "me:geheim": "PREFECT_API_URL is no address of a Prefect server",
    "http://me:geheim@127.0.0.1:{other}": "at http://127.0.0.1:{other} is no Prefect server that can be used",
    "http://me:geheim@127.0.0.1:{other}/half/api": "at http://127.0.0.1:{other}/half/api is no Prefect server",
    "http://nowhere.invalid/api": "The Prefect server at http://nowhere.invalid/api does not answer",
    "http://me:geheim@[::1": "Prefect cannot read its settings: correct PREFECT_API_URL",
}
"""Addresses where no Prefect server is, and what is said of them; at `other` are a /health, and half a Prefect."""
SERVING = """
import sys
from almazara.cli import flows, main

flows._flows()._WAIT_SECONDS = int(sys.argv.pop(1))
main()
"""


@pytest.mark.parametrize("address", [*list(NOWHERE)[:3], *by_night(*list(NOWHERE)[3:])])
def test_an_address_where_no_prefect_server_is_ends_in_one_sentence_without_its_password(env, shop, address):
    shop.routes["/health"] = shop.routes["/half/api/health"] = reply(b"true")
    shop.routes["/half/api/admin/version"] = reply(b'"3.9.0"')
    ports = {"closed": _free_port(), "other": shop.port}
    ended = almazara("flows", "run", "prices", env=env | {"PREFECT_API_URL": address.format(**ports)})
    assert ended.returncode == 1
    assert NOWHERE[address].format(**ports) in ended.stderr
    assert "PREFECT_API_URL" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert "geheim" not in ended.stdout + ended.stderr
    assert [path for path in asked(shop) if path[1:].isdigit()] == []


def test_serving_waits_for_a_server_that_starts_later_and_says_so(env, tmp_path):
    port = _free_port()
    env["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    with process("python", "-c", SERVING, "600", "flows", "serve", env=env) as waiting:
        assert any("Waiting for the Prefect server at http://127.0.0.1" in line for line in waiting.stdout)
        with prefect_server(port, tmp_path):
            assert any("are being served" in line for line in waiting.stdout)


def test_serving_waits_for_no_server_for_ever(env):
    env["PREFECT_API_URL"] = f"http://127.0.0.1:{_free_port()}/api"
    with process("python", "-c", SERVING, "1", "flows", "serve", env=env) as waiting:
        said, _ = waiting.communicate(timeout=120)
    assert "does not answer: start it with `prefect server start`" in said.splitlines()[-1]
    assert (waiting.returncode, "Traceback" in said) == (1, False)


@contextmanager
def served(api, env):
    """Both flows served at a Prefect server; yields the id of the deployment of prices."""
    env = {**env, "PREFECT_API_URL": str(api.base_url).rstrip("/"), "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    with process("almazara", "flows", "serve", env=env) as serving_flows:
        assert any("are being served" in line for line in serving_flows.stdout)
        [one] = [one for one in found(api, "deployments") if one["entrypoint"].endswith("prices")]
        yield one["id"]


def ended_runs(api, deployment, since):
    """Runs that came to an end; one whose time comes while another runs is cancelled."""
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}, "start_time": {"after_": since}}
    return found(api, "flow_runs", deployments={"id": {"any_": [deployment]}}, flow_runs=ended)


EVERY_FEW_SECONDS = {"interval": 15, "anchor_date": "2026-01-01T00:00:00Z"}
EVERY_MINUTE = {"cron": "* * * * *", "timezone": "Europe/Madrid"}


@pytest.mark.parametrize("schedule", [EVERY_FEW_SECONDS, pytest.param(EVERY_MINUTE, marks=pytest.mark.nightly)])
def test_a_schedule_starts_a_flow_whose_steps_and_results_are_shown(api, env, shop, schedule):
    since = datetime.now(UTC).isoformat()
    with served(api, env) as deployment:
        made = api.post(f"/deployments/{deployment}/schedules", json=[{"active": True, "schedule": schedule}])
        assert made.status_code == 201, made.text
        wait_for(lambda: ended_runs(api, deployment, since), 180)
        run = ended_runs(api, deployment, since)[-1]
    assert (run["state_type"], run["auto_scheduled"]) == ("COMPLETED", True)
    assert "3 requested, 3 observed" in run["state"]["message"]
    tasks = found(api, "task_runs", flow_runs={"id": {"any_": [run["id"]]}}, sort="EXPECTED_START_TIME_ASC")
    assert [task["name"].rpartition("-")[0] for task in tasks] == [
        "scrape",
        "forecast",
        "alert",
    ]  # of one day, no forecast
    assert all(task["state"]["message"] for task in tasks)
    pages = found(api, "artifacts", artifacts={"flow_run_id": {"any_": [run["id"]]}, "type": {"any_": ["markdown"]}})
    assert "| observed | 3 |" in pages[0]["data"]


def test_a_fetch_that_meets_a_busy_shop_waits_and_will_be_tried_again(api, env, shop, tmp_path):
    env |= {"PREFECT_API_URL": str(api.base_url).rstrip("/")}
    waiting, lock = {"state": {"name": {"any_": ["AwaitingRetry"]}}}, tmp_path / "home" / "locks" / "shop.example.lock"
    with file_lock(lock, busy=""), process("almazara", "flows", "run", "prices", env=env):
        wait_for(lambda: found(api, "task_runs", task_runs=waiting))
        [task] = found(api, "task_runs", task_runs=waiting)
    assert task["name"].startswith("scrape")
    assert asked(shop) == []
