"""Everything is lost and comes back from one file; what is no backup, or is damaged, changes nothing."""

import json
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from almazara import asgi
from almazara.app.backup import back_up, restore
from almazara.artifacts import open_artifacts
from almazara.errors import ConflictError, InputError, UnavailableError
from almazara.movies.artifact import MOVIES
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.alerts.alerting import RULES
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import keep_moves, kept_moves
from almazara.prices.schema import NamedPrice, PriceName
from almazara.prices.store.registry import open_store
from almazara.settings import Settings, plain_settings
from price_shop import NOW, observed, product, settings_over
from sample_catalog import served
from waiting import no_progress

LIKE = Event("e1", "ana", 900007, Kind.LIKE, None, NOW)
DISLIKE = Event("e0", "ana", 900007, Kind.DISLIKE, None, NOW)


def fill(settings):
    """Put something of each kind into a home; returns what must come back."""
    store, events = open_store(settings), open_event_store(settings)
    store.save_listing(product(1, category="oil", gtin="8410179100012", target_price=Decimal(9)))
    club = (NamedPrice(PriceName.CLUB, Decimal("9.50"), "socios"),)
    store.append([replace(observed("shop.example:1", day, f"{10 + day}"), named=club) for day in range(30)])
    store.append([observed("unknown:1", 1, "5")])
    store.put_document(RULES, "r1", {"kind": "drop"})
    keep_moves(store, [AnnouncedMove(NOW.date(), 1.02, "oil")])
    events.append([LIKE], NOW)
    events.append([DISLIKE], NOW + timedelta(seconds=1))  # of one moment: the order in which they came counts
    store.close()
    events.close()
    return state(settings)


def state(settings):
    store, events = open_store(settings), open_event_store(settings)
    ids = sorted(store.latest())
    documents = store.documents(RULES), kept_moves(store)
    found = store.listings(), store.histories(ids), documents, events.of_user("ana")
    store.close()
    events.close()
    return found


@pytest.fixture
def settings(tmp_path):
    return settings_over(tmp_path / "home")


@pytest.fixture
def made(settings, tmp_path):
    """A backup of a home."""
    fill(settings)
    back_up(settings, tmp_path / "b.zip", no_progress, now=NOW)
    return tmp_path / "b.zip"


@pytest.mark.server
def test_everything_is_lost_and_comes_back(tmp_path, sample_home):
    settings = settings_over(tmp_path / "home", timezone="Atlantic/Canary", api_keys="secret-key")
    kept = fill(settings)
    shutil.copytree(sample_home / "artifacts", settings.home_path / "artifacts")
    version = open_artifacts(settings).current_version(MOVIES)
    report = back_up(settings, tmp_path / "away" / "almazara.zip", no_progress, now=NOW)
    assert (report.listings, report.observations, report.film_events) == (1, 31, 2)
    shutil.rmtree(tmp_path / "home")
    found = restore(settings, tmp_path / "away" / "almazara.zip", no_progress)
    assert state(settings) == kept
    assert (found.artifacts, open_artifacts(settings).current_version(MOVIES)) == ({MOVIES: version}, version)
    assert "ALMAZARA_TIMEZONE=Atlantic/Canary" in found.settings
    with served(asgi.app_over(settings)) as client:
        assert client.get("/ready").status_code == 200


def test_a_version_that_is_damaged_is_named_and_left_out_and_the_rest_is_backed_up(tmp_path, settings, sample_home):
    kept = fill(settings)
    shutil.copytree(sample_home / "artifacts", settings.home_path / "artifacts")
    artifact = open_artifacts(settings).current(MOVIES)
    next(artifact.path.glob("*.npy")).write_bytes(b"")
    report = back_up(settings, tmp_path / "b.zip", no_progress, now=NOW)
    assert report.artifacts == {}
    (why,) = report.left_out
    assert artifact.version in why
    assert "damaged" in why
    shutil.rmtree(settings.home_path)
    assert restore(settings, tmp_path / "b.zip", no_progress).artifacts == {}
    assert state(settings) == kept


@pytest.mark.server
@pytest.mark.parametrize("kind", ["postgresql", "dynamodb"])
def test_a_backup_goes_from_one_kind_of_store_to_another_and_back(settings, tmp_path, empty_store):
    kept = fill(settings)
    back_up(settings, tmp_path / "b.zip", no_progress, now=NOW)
    elsewhere = settings_over(tmp_path / "new", store_url=empty_store)
    restore(elsewhere, tmp_path / "b.zip", no_progress)
    assert state(elsewhere) == kept
    back_up(elsewhere, tmp_path / "c.zip", no_progress, now=NOW)
    last = settings_over(tmp_path / "last")
    restore(last, tmp_path / "c.zip", no_progress)
    assert state(last) == kept
    assert kept[3] == [LIKE, DISLIKE]


def test_no_secret_is_in_a_backup(tmp_path):
    settings = settings_over(tmp_path / "home", api_keys="very-secret-key", notify_urls="json://u:pass@example.com")
    fill(settings)
    report = back_up(settings, tmp_path / "b.zip", no_progress, now=NOW)
    assert report.secrets == ["ALMAZARA_API_KEYS", "ALMAZARA_NOTIFY_URLS"]
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        contents = b"".join(archive.read(name) for name in archive.namelist())
    assert b"very-secret-key" not in contents
    assert b"u:pass" not in contents


def test_plain_settings_are_those_that_were_changed_without_secrets():
    lines, secrets = plain_settings(Settings(port=9000, scrape_hours="6,18", store_url="postgresql://u:p@h/d"))
    assert {"ALMAZARA_PORT=9000", "ALMAZARA_SCRAPE_HOURS=6,18"} <= set(lines)
    assert "ALMAZARA_STORE_URL" in secrets


def test_nothing_is_restored_over_what_is_there(made, settings):
    before = state(settings)
    with pytest.raises(ConflictError, match="ALMAZARA_HOME"):
        restore(settings, made, no_progress)
    assert state(settings) == before


def changed(made, tmp_path, change):
    """The backup with its contents changed."""
    with zipfile.ZipFile(made) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return tmp_path / "changed.zip"


def damaged(contents):
    contents["prices.db"] = contents["prices.db"][:-1] + b"x"


def newer(contents):
    contents["backup.json"] = json.dumps({**json.loads(contents["backup.json"]), "format": 2}).encode()


def leading_out(contents):
    about = json.loads(contents["backup.json"])
    contents["../evil"] = b""
    about["files"]["../evil"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of nothing
    contents["backup.json"] = json.dumps(about).encode()


def cut(contents):
    del contents["film_events.db"]


def test_a_backup_that_says_megabytes_of_itself_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("backup.json", b" " * 20_000_000)
    with pytest.raises(InputError, match="it is no backup"):
        restore(settings_over(tmp_path / "new"), path, no_progress)


@pytest.mark.parametrize("change", [damaged, newer, leading_out, cut, dict.clear])
def test_what_is_no_whole_backup_changes_nothing(made, tmp_path, change):
    new = settings_over(tmp_path / "new")
    with pytest.raises(InputError):
        restore(new, changed(made, tmp_path, change), no_progress)
    assert state(new) == ([], {}, ({}, ()), [])
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_a_file_that_is_no_backup_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "b.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"b\.zip"):
        restore(settings_over(tmp_path / "new"), path, no_progress)


def test_a_backup_that_cannot_be_written_leaves_the_one_before(made, settings, tmp_path, monkeypatch):
    before = made.read_bytes()

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("almazara.app.backup._pack", full)
    with pytest.raises(UnavailableError, match="No space left"):
        back_up(settings, made, no_progress, now=NOW)
    assert made.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
