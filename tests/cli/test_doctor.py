"""The doctor knows what is installed, kept, shared and reached, and says of all that is not well what to do."""

import json
import re
import shutil
import tomllib
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from almazara import tracing
from almazara.app.backup import back_up
from almazara.app.schedule import CLAIMS, claim_of
from almazara.artifacts import open_artifacts
from almazara.cli.doctor import installed, kept, machine, reached
from almazara.prices.store.leases import StoreLeases
from almazara.prices.store.registry import open_store
from almazara.words.said import said
from page_server import reply, serving
from price_shop import NOW, settings_over
from sample_catalog import app_over, served, settings_for, without_files
from waiting import no_progress

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SLOT = datetime(2026, 3, 1, 6, tzinfo=UTC)  # seven in Madrid
MB = 1 << 20


@pytest.fixture
def told(run, tmp_path, monkeypatch):
    """What the command says of a home that holds nothing: its exit code and its lines by name."""
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ALMAZARA_PORT", "1")

    def told_(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        code, out, _ = run("doctor", "--json")
        return code, {check["name"]: check for check in json.loads(out)}

    return told_


def test_all_that_is_not_there_is_told_with_what_to_do(told):
    code, checks = told()
    assert code == 0
    assert {checks[name]["state"] for name in ("films", "schedule", "backup", "server", "traces")} == {"missing"}
    assert {checks[name]["state"] for name in ("home", "disk", "memory", "price store", "film events")} == {"ok"}
    for check in checks.values():
        assert check["state"] == "ok" or check["advice"], check


def test_a_proxy_that_is_not_there_is_a_failure_named_without_its_login(told):
    code, checks = told(ALMAZARA_PROXIES="http://ana:hidden@127.0.0.1:1")
    assert (code, checks["proxy http://127.0.0.1:1"]["state"]) == (1, "failed")
    assert "hidden" not in str(checks)


def test_the_films_of_the_sample_are_called_that(told, sample_home):
    _, checks = told(ALMAZARA_HOME=str(sample_home))
    assert "invented sample" in checks["films"]["found"]


def test_films_that_another_version_built_are_a_failure(told, sample_home, tmp_path):
    shutil.copytree(sample_home / "artifacts" / "movies", tmp_path / "home" / "artifacts" / "movies")
    without_files(open_artifacts(settings_for(tmp_path / "home")).current("movies"), "orders.*.npy")
    code, checks = told()
    assert (code, checks["films"]["state"]) == (1, "failed")
    assert "another version of Almazara" in checks["films"]["found"]
    assert "movies retrain" in checks["films"]["advice"]


def test_damaged_films_are_a_failure(told, sample_home, tmp_path):
    shutil.copytree(sample_home / "artifacts" / "movies", tmp_path / "home" / "artifacts" / "movies")
    next((tmp_path / "home" / "artifacts").rglob("orders.*.npy")).write_bytes(b"damaged")
    code, checks = told()
    assert (code, checks["films"]["state"]) == (1, "failed")
    assert "is damaged: orders." in checks["films"]["found"]


@pytest.mark.parametrize(
    ("setting", "value", "name", "found"),
    [
        ("ALMAZARA_HOME", __file__, "home", "File exists"),
        ("ALMAZARA_ARTIFACTS_URL", "nowhere://at/all", "shared artifacts", "no known kind"),
        ("ALMAZARA_OTLP_ENDPOINT", "http://127.0.0.1:1", "traces", "nothing answers"),
        ("ALMAZARA_OTLP_ENDPOINT", "http://me:secret@collector", "traces", "no address of a collector"),
        ("PREFECT_API_URL", "http://me:secret@127.0.0.1:1/api", "prefect server", "http://127.0.0.1"),
    ],
)
def test_what_is_asked_for_and_does_not_work_is_a_failure(told, setting, value, name, found):
    code, checks = told(**{setting: value})
    assert code == 1
    assert checks[name]["state"] == "failed"
    assert found in checks[name]["found"]
    assert checks[name]["advice"]
    assert "secret" not in json.dumps(checks)


def test_each_extra_of_the_package_is_known():
    assert {*installed.EXTRAS, "prefect"} == set(PROJECT["optional-dependencies"])


def test_a_part_of_a_package_that_is_not_there_is_missing(monkeypatch):
    monkeypatch.setattr(installed, "EXTRAS", {"one": ("nothing_of_the_kind.part", "do this"), "two": ("json.tool", "")})
    one, two = (check for check in installed.checks() if check.name.startswith("extra"))
    assert (one.state, one.advice) == ("missing", "to do this: pip install '.[one]'")
    assert two.state == "ok"


def test_in_80_columns_each_cure_can_be_copied_in_one_piece(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(installed, "_is_there", lambda module: module == "dash")
    out = re.sub(r"\x1b\[[0-9;]*m", "", run("doctor", columns=80)[1])
    assert [line for line in out.splitlines() if len(line) > 80] == []
    for extra in installed.EXTRAS:
        assert f"extra {extra} " in out
        assert (f"pip install '.[{extra}]'\n" in out) is (extra != "explore")


@pytest.mark.parametrize(("size", "state"), [(None, "missing"), (1000, "ok"), (250_000_001, "failed")])
def test_the_package_of_lambda_is_looked_at_where_it_is_made(tmp_path, monkeypatch, size, state):
    monkeypatch.chdir(tmp_path)
    names = {check.name for check in installed.checks()}
    (tmp_path / "deploy" / "aws").mkdir(parents=True)
    (tmp_path / "deploy" / "aws" / "template.yaml").touch()
    if size:
        (tmp_path / "build" / "lambda").mkdir(parents=True)
        with (tmp_path / "build" / "lambda" / "module.py").open("wb") as file:
            file.truncate(size)
    *_, last = installed.checks()
    assert (last.name, last.state) == ("lambda package", state)
    assert "lambda package" not in names


def test_programs_beside_this_environment_are_found(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert {check.state for check in installed.checks() if check.name in {"DVC", "Prefect"}} == {"missing"}
    for program in (tmp_path / ".venv-dvc" / "bin" / "dvc", tmp_path / ".venv" / "bin" / "prefect"):
        program.parent.mkdir(parents=True)
        program.touch()
        assert any(check.found == str(program) for check in installed.checks())


@pytest.mark.parametrize(("free", "state"), [(99_000_000, "failed"), (150_000_000, "missing"), (200_000_001, "ok")])
def test_a_disk_has_room_for_another_version_or_that_is_said(tmp_path, free, state):
    with (tmp_path / "tables.parquet").open("wb") as file:
        file.truncate(200_000_000)
    check = machine.room(free, tmp_path)
    assert (check.state, bool(check.advice)) == (state, state != "ok")


@pytest.mark.parametrize(
    ("groups", "files"),
    [
        ("0::/", {"memory.max": 400 * MB}),
        ("0::/a/b", {"a/memory.max": 400 * MB, "a/b/memory.max": "max"}),
        (
            "5:cpu:/a\n4:memory:/a/b",
            {"memory/memory.limit_in_bytes": 2**63 - 4096, "memory/a/memory.limit_in_bytes": 400 * MB},
        ),
    ],
    ids=["version 2", "one around this", "version 1"],
)
def test_the_memory_that_may_be_taken_is_that_of_the_control_group(tmp_path, groups, files):
    assert machine.memory_limit(tmp_path) > 400 * MB  # all of this machine's, without any
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text(f"{groups}\n")
    for name, limit in files.items():
        path = tmp_path / "sys" / "fs" / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{limit}\n")
    limit = machine.memory_limit(tmp_path)
    assert limit == 400 * MB
    assert (machine.memory(limit).state, machine.memory(limit).found) == ("missing", "400 MB")
    assert machine.memory(512 * MB).state == "ok"


@pytest.mark.parametrize(
    ("claimed", "later", "values", "told"),
    [
        (None, timedelta(), {}, ("missing", "nothing is read by itself")),
        (None, timedelta(), {"schedule": True}, ("ok", "on, prices next at 2026-03-01 18:00 UTC")),
        (
            SLOT,
            timedelta(hours=12, minutes=14),
            {},
            ("ok", "prices last begun 2026-03-01 06:00 UTC, next 2026-03-02 06:00 UTC"),
        ),
        (
            SLOT,
            timedelta(hours=12, minutes=16),
            {},
            ("missing", "prices last begun 2026-03-01 06:00 UTC, not 2026-03-01 18:00 UTC"),
        ),
        (SLOT, timedelta(), {"scrape_hours": ""}, ("ok", "no hours: ALMAZARA_SCRAPE_HOURS is empty")),
    ],
)
def test_an_hour_that_no_server_has_begun_is_told(tmp_path, claimed, later, values, told):
    settings = settings_over(tmp_path, **values)
    with closing(open_store(settings)) as store:
        store.put_document(CLAIMS, claim_of("films", SLOT + timedelta(days=9)), {})
        for slot in (claimed - timedelta(days=1), claimed) if claimed else ():
            store.put_document(CLAIMS, claim_of("prices", slot), {})
    found = next(check for check in kept.checks(settings, SLOT + later) if check.name == "schedule")
    assert (found.state, found.found) == told


def test_work_under_a_lease_is_named_as_long_as_it_holds(tmp_path):
    with closing(open_store(settings_over(tmp_path))) as store:
        leases = StoreLeases(store, lambda: NOW)
        lease = leases.take("shop.example", said("prices.error.scrape", run="1"))
        assert "shop.example" in kept._leases(store, NOW).found
        assert kept._leases(store, NOW + timedelta(days=1)).found == "none at work now"
        lease.close()
        assert kept._leases(store, NOW).found == "none at work now"


def test_what_is_shared_is_told_by_version(tmp_path):
    settings = settings_over(tmp_path / "home", artifacts_url=f"file://{tmp_path / 'shared'}")
    with closing(open_store(settings)) as store:
        [empty] = kept._shared(settings, store)
        assert empty.found == "forecasts none yet, movies none yet"
        assert empty.advice
        (tmp_path / "shared" / "movies").mkdir(parents=True)
        (tmp_path / "shared" / "movies" / "current").write_text("20260301T060000-00\n")
        [one] = kept._shared(settings, store)
        assert one.found == "forecasts none yet, movies 20260301T060000-00"
        assert list(kept._shared(settings_over(tmp_path), store)) == []


def test_the_newest_backup_is_told_and_an_old_one_advised_against(tmp_path):
    settings = settings_over(tmp_path / "home")
    assert kept._backup(settings, NOW).state == "missing"
    back_up(settings, tmp_path / "almazara.zip", no_progress, now=NOW)
    fresh, old = (kept._backup(settings, NOW + timedelta(days=days)) for days in (7, 8))
    assert str(tmp_path / "almazara.zip") in fresh.found
    assert (fresh.advice, bool(old.advice)) == ("", True)
    (settings.home_path / "last_backup.json").write_text("[]")
    assert kept._backup(settings, NOW).state == "missing"


@pytest.mark.server
def test_a_server_of_ours_is_known_from_another_one_and_its_metrics_are_asked_for(sample_home, tmp_path):
    with served(app_over(sample_home, tmp_path / "home")) as client:
        ours = settings_for(tmp_path, host="0.0.0.0", port=client.base_url.port)
        server, metrics = reached._server(ours)
    assert (server.state, server.advice) == ("ok", "")
    assert server.found.startswith(f"Almazara {PROJECT['version']} on 127.0.0.1:")
    assert (metrics.state, metrics.found) == ("ok", f"http://127.0.0.1:{ours.port}/metrics")
    with serving() as other:
        other.routes["/health"] = reply(b'{"version": "1.0"}')
        [server] = reached._server(settings_for(tmp_path, port=other.port))
        assert (server.state, server.found) == ("missing", f"something else listens on 127.0.0.1:{other.port}")
        assert reached._traces(f"http://127.0.0.1:{other.port}").state == "ok"
    assert not tracing.is_on()
