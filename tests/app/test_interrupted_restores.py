"""A restore that was killed is said to be half done wherever its store is opened, and is finished by repeating it."""

import json
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest

from almazara import asgi
from almazara.app.backup import back_up, restore
from almazara.artifacts import open_artifacts
from almazara.errors import ConflictError, UnavailableError
from almazara.files import file_lock
from almazara.movies.artifact import MOVIES
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.alerts.alerting import RULES
from almazara.prices.store.registry import open_store
from price_shop import NOW, observed, product, settings_over
from sample_catalog import app_over, served
from waiting import no_progress

pytestmark = pytest.mark.server

LIKE = Event("e1", "ana", 900007, Kind.LIKE, None, NOW)
KILLED = """
import os, signal, sys
from pathlib import Path
from almazara.app.backup import restore
from almazara.artifacts import ArtifactStore
from almazara.movies.users.event_store import EventStore
from almazara.prices.store.sql import SqlStore
from almazara.settings import Settings

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "film events":
    EventStore.copy_to = die
if sys.argv[2] == "versions":
    ArtifactStore.adopt = die
if sys.argv[2] == "prices before any":
    SqlStore.save_listings = die
last = ("restoring prices", 2, 3) if sys.argv[2] == "prices" else None
restore(Settings(), Path(sys.argv[1]), lambda *step: step == last and die())
"""


@pytest.fixture
def made(tmp_path):
    """A backup of three products, a film event and a version of films."""
    settings = settings_over(tmp_path / "old")
    with closing(open_store(settings)) as store, closing(open_event_store(settings)) as events:
        store.save_listings(product(number) for number in range(3))
        store.append(observed(f"shop.example:{number}", day, "9") for number in range(3) for day in range(30))
        store.put_document(RULES, "r1", {"kind": "drop"})
        events.append([LIKE], NOW)

    def fill(target):
        (target / "films.txt").write_text("Oil/Water")
        return {}

    open_artifacts(settings).publish(MOVIES, fill, now=NOW, keep=2)
    back_up(settings, tmp_path / "b.zip", no_progress, now=NOW)
    return tmp_path / "b.zip"


@pytest.fixture
def killed(made, monkeypatch):
    """Restores into a home and a store, and is killed on the way."""

    def killed_(settings, where="prices"):
        monkeypatch.setenv("ALMAZARA_HOME", str(settings.home_path))
        if settings.store_url:
            monkeypatch.setenv("ALMAZARA_STORE_URL", settings.store_url.get_secret_value())
        assert subprocess.run([sys.executable, "-c", KILLED, made, where], check=False).returncode == -signal.SIGKILL
        return settings

    return killed_


def state(settings):
    with closing(open_store(settings)) as store, closing(open_event_store(settings)) as events:
        prices = store.listings(), store.histories(sorted(store.latest())), store.documents(RULES)
        return *prices, events.all(), open_artifacts(settings).current_version(MOVIES)


@pytest.mark.parametrize("where", ["prices before any", "prices", "film events", "versions"])
def test_a_restore_that_was_killed_anywhere_is_finished_by_repeating_it(made, killed, tmp_path, where):
    new = killed(settings_over(tmp_path / "new"), where)
    assert [*new.home_path.glob(".restore-*")]
    restore(new, made, no_progress)
    assert state(new) == state(settings_over(tmp_path / "old"))
    assert not [*new.home_path.glob(".restore-*")]
    with pytest.raises(ConflictError, match="something in"):
        restore(new, made, no_progress)


@pytest.mark.parametrize("kind", ["postgresql", "dynamodb"])
def test_a_restore_into_a_shared_store_that_was_killed_is_finished_by_repeating_it(made, killed, tmp_path, empty_store):
    new = killed(settings_over(tmp_path / "new", store_url=empty_store))
    restore(new, made, no_progress)
    assert state(new) == state(settings_over(tmp_path / "old"))


def test_another_backup_is_not_mixed_with_one_that_is_half_restored(made, killed, tmp_path):
    new = killed(settings_over(tmp_path / "new"))
    back_up(settings_over(tmp_path / "empty"), tmp_path / "c.zip", no_progress, now=NOW + timedelta(days=1))
    with pytest.raises(ConflictError, match=r"that of 2026-03-01T12:00:00\+00:00, was interrupted .* c\.zip"):
        restore(new, tmp_path / "c.zip", no_progress)
    restore(new, made, no_progress)


def test_a_store_that_is_half_restored_is_opened_by_nobody_and_the_doctor_says_why(killed, tmp_path, run):
    new = killed(settings_over(tmp_path / "new"))
    for use in (open_store, lambda settings: back_up(settings, tmp_path / "d.zip", no_progress, now=NOW)):
        with pytest.raises(UnavailableError, match="repeat `almazara restore` with the same file"):
            use(new)
    code, out, _ = run("doctor", "--json")
    [check] = [check for check in json.loads(out) if check["name"] == "price store"]
    assert (code, check["state"]) == (1, "failed")
    assert "2026-03-01T12:00:00+00:00 into this store has not ended" in check["found"]
    assert "what it says" in check["advice"]


def test_a_server_over_a_store_that_is_half_restored_does_not_serve_prices_and_says_why(killed, tmp_path, sample_home):
    new = killed(settings_over(tmp_path / "new"))
    with pytest.raises(UnavailableError, match="has not ended"):
        asgi.app_over(new)
    with served(app_over(sample_home, new.home_path)) as client:
        assert client.get("/health").json()["sin_servir"] == ["precios"]


def test_two_restores_into_one_home_are_not_at_work_at_once(made, tmp_path):
    new = settings_over(tmp_path / "new")
    with (
        file_lock(new.home_path / ".restore-first" / "lock", busy=""),
        pytest.raises(ConflictError, match="under way"),
    ):
        restore(new, made, no_progress)
    restore(new, made, no_progress)
