"""Whatever is damaged, missing or forbidden, a command says so in one sentence and ends with code 1."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from almazara import artifacts
from almazara.app.movies import open_movies
from almazara.artifacts import MANIFEST, open_artifacts
from almazara.errors import AlmazaraError
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.schema import Run, RunState
from almazara.prices.store.registry import open_store
from price_shop import NOW, observed, product, settings_over
from sample_catalog import settings_for

OIL = "pazo.example:1"
COMMANDS = [
    ("movies", "ask", "score", "Press"),
    ("movies", "recommend", "Press"),
    ("movies", "recommend-for", "ana"),
    ("movies", "versions"),
    ("movies", "rollback"),
    ("movies", "report", "--output", "{out}/films.html"),
    ("movies", "evaluate", "--methods", "popularity"),
    ("movies", "retrain"),
    ("movies", "events", "delete", "ana", "--yes"),
    ("movies", "events", "address", "plex", "--user", "ana"),
    ("prices", "list"),
    ("prices", "history", OIL),
    ("prices", "advice", OIL),
    ("prices", "forecast", OIL),
    ("prices", "cheapest", "olive-oil"),
    ("prices", "score"),
    ("prices", "versions"),
    ("prices", "rollback"),
    ("prices", "retrain"),
    ("prices", "doctor"),
    ("prices", "scrape"),
    ("prices", "replay"),
    ("prices", "track", "https://shop.example/1"),
    ("prices", "export", "{out}/prices.csv"),
    ("prices", "alert", "list"),
    ("prices", "alert", "check"),
    ("prices", "goods", "list"),
    ("prices", "report", "--output", "{out}/prices.html"),
    ("doctor",),
    ("backup", "{out}/backup.zip"),
    ("restore", "{out}/backup.zip"),
]


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def _folder(path):
    path.unlink()
    path.mkdir()


DAMAGES = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "halved": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "one bit is another": _flip,
    "something else": lambda path: path.write_bytes(b"\x93NUMPY\x01\x00"),
    "missing": lambda path: path.unlink(),
    "a folder": _folder,
}
MANIFESTS = [
    b"",
    b"{",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"files": 3}',
    b'{"files": {}}',
    b'{"files": {"x": "y"}}',
    b'{"version": "x", "built_at": "y"}',
    b'{"version": "x", "built_at": "y", "files": 3}',
    b'{"version": "x", "built_at": "y", "files": {"a": "b"}}',
]


def copied(source, home):
    shutil.copytree(source / "artifacts", home / "artifacts", symlinks=False)
    return home


@pytest.fixture
def films(sample_home, tmp_path):
    """A home of its own with the sample, and its artifact."""
    home = copied(sample_home, tmp_path / "home")
    return home, open_artifacts(settings_for(home)).current("movies")


def is_a_sentence(ended):
    code, _, told = ended
    lines = [line for line in told.splitlines() if line.startswith("almazara: ")]
    assert code == 1, told
    assert len(lines) == 1, told
    assert "Traceback" not in told
    return lines[0]


@pytest.mark.parametrize("how", DAMAGES)
def test_a_catalog_of_which_any_file_is_damaged_is_refused_in_a_sentence_that_names_it(films, how):
    home, artifact = films
    files = sorted(path for path in artifact.path.iterdir() if path.name != MANIFEST and path.stat().st_size > 1)
    for path in files if how == "truncated" else files[::12]:
        kept = path.read_bytes()
        DAMAGES[how](path)
        with pytest.raises(AlmazaraError, match=path.name):
            open_movies(settings_for(home))
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.write_bytes(kept)
    open_movies(settings_for(home))


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_catalog_with_a_damaged_manifest_is_refused_in_a_sentence(films, manifest, run, monkeypatch):
    home, artifact = films
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    (artifact.path / MANIFEST).write_bytes(manifest)
    assert "movies" in is_a_sentence(run("movies", "ask", "score", "Press"))
    assert run("movies", "versions")[0] == 0


@pytest.fixture
def ended(run, tmp_path, monkeypatch):
    """How a command ends over a home folder: never with a traceback, which would be raised here."""
    monkeypatch.setenv("ALMAZARA_DELAY_SECONDS", "0")
    (tmp_path / "out").mkdir()

    def ended_(home, command):
        monkeypatch.setenv("ALMAZARA_HOME", str(home))
        return run(*(word.format(out=tmp_path / "out") for word in command))

    return ended_


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("where", ["a file", "below a file", "/proc/nowhere/home", "~nobody-of-this-name/home"])
def test_a_home_that_cannot_be_used_is_one_sentence(ended, tmp_path, command, where):
    (tmp_path / "a file").write_text("")
    home = {"a file": tmp_path / "a file", "below a file": tmp_path / "a file" / "home"}.get(where, where)
    if command[:2] in {("movies", "versions"), ("prices", "versions")}:  # nothing is there, and that is all they say
        code, _, told = ended(home, command)
        assert (code, told) in {(0, ""), (1, told)}
        return
    if command[0] == "doctor" and not where.startswith("~"):
        assert ended(home, command)[0] == 1
        return
    is_a_sentence(ended(home, command))


# What takes long is run where the damage ends it at once.
LONG = {
    ("movies", "evaluate"): "manifest.json",
    ("movies", "retrain"): "manifest.json",
    ("movies", "report"): "manifest.json",
    ("prices", "retrain"): "prices.db",
    ("prices", "scrape"): "prices.db",
    ("prices", "report"): "prices.db",
}


@pytest.mark.parametrize("name", ["prices.db", "film_events.db", "manifest.json", "values.npy", "index.json"])
def test_no_command_ends_with_a_traceback_over_a_damaged_home(demo_home, ended, tmp_path, name):
    home = copied(demo_home, tmp_path / "home")
    for database in demo_home.glob("*.db"):
        shutil.copy(database, home)
    for path in {*home.rglob(name), home / name} - {home / "manifest.json", home / "values.npy", home / "index.json"}:
        path.write_bytes(b"damaged")
    for command in COMMANDS:
        if LONG.get(command[:2], name) == name:
            code, _, told = ended(home, command)
            assert code in {0, 1}, command
            assert "Traceback" not in told, command


# Of each kind that a row can be damaged in, one cell; SQLite notices nothing.
CELLS = {
    "run": ("prices.db", "UPDATE run SET body = '{'"),
    "price": ("prices.db", "UPDATE observation SET price = '1O.79'"),
    "moment": ("prices.db", "UPDATE observation SET observed_at = 9000000000000000000"),
    "document": ("prices.db", "UPDATE document SET body = '[]'"),
    "listing": ("prices.db", "UPDATE listing SET kind = 'zzz'"),
    "event's moment": ("film_events.db", "UPDATE film_event SET at_us = 9000000000000000000"),
    "event's film": ("film_events.db", "UPDATE film_event SET film_id = 'abc'"),
    "event's value": ("film_events.db", "UPDATE film_event SET value = 'abc'"),
    "event's kind": ("film_events.db", "UPDATE film_event SET kind = 'zzz'"),
}


@pytest.fixture
def with_a_damaged_cell(films):
    """A home with films, prices and events, after one of the statements."""
    home = films[0]

    def damaged(cell):
        with closing(open_store(settings_over(home))) as store:
            store.save_listing(product())
            store.append([observed("shop.example:1", 1, "9.95")])
            store.save_run(Run("r1", "scrape", "shop.example", RunState.DONE, NOW))
            store.put_document("search", "amazon.es:1", {"at": NOW.isoformat()})
        with closing(open_event_store(settings_over(home))) as events:
            events.append([Event("e1", "ana", 900007, Kind.RATING, 4.0, NOW)], NOW)
        name, statement = CELLS[cell]
        with closing(sqlite3.connect(home / name)) as connection:
            connection.execute(statement)
            connection.commit()
        return home

    return damaged


@pytest.mark.parametrize("cell", CELLS)
def test_the_doctor_sees_a_damaged_cell_and_no_other_command_ends_with_a_traceback(with_a_damaged_cell, ended, cell):
    home = with_a_damaged_cell(cell)
    code, told, _ = ended(home, ("doctor", "--json"))
    failed = [check["name"] for check in json.loads(told) if check["state"] == "failed"]
    assert (code, failed) == (1, ["film events" if cell.startswith("event") else "price store"])
    for command in COMMANDS:
        if command[:2] not in LONG and command != ("backup", "{out}/backup.zip"):
            code, _, told = ended(home, command)
            assert code in {0, 1}, command
            assert "Traceback" not in told, command


@pytest.mark.parametrize("cell", CELLS)
def test_a_backup_of_a_damaged_cell_is_refused_in_a_sentence_that_names_no_user(with_a_damaged_cell, ended, cell):
    home = with_a_damaged_cell(cell)
    sentence = is_a_sentence(ended(home, ("backup", "{out}/backup.zip")))
    assert ("almacén de eventos está dañado" if cell.startswith("event") else "store of prices is damaged") in sentence
    assert "ana" not in sentence
    assert list((home.parent / "out").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"latest"])
def test_the_doctor_sees_a_damaged_pointer_and_what_it_advises_mends_it(films, ended, content):
    home, artifact = films
    pointer = artifact.path.parent / "current"
    pointer.unlink() if content is None else pointer.write_bytes(content)
    code, told, _ = ended(home, ("doctor", "--json"))
    [failed] = [check for check in json.loads(told) if check["state"] == "failed"]
    assert (code, failed["name"]) == (1, "movies in use")
    assert str(pointer) in failed["found"]
    assert failed["advice"] == f"almazara movies rollback {artifact.version}"
    assert ended(home, ("movies", "ask", "score", "Press"))[0] == 0
    assert ended(home, failed["advice"].split()[1:])[0] == 0
    assert ended(home, ("doctor",))[0] == 0


@pytest.mark.parametrize("name", ["named.json", "own"])
def test_the_doctor_sees_keys_that_cannot_be_read(films, ended, name):
    home = films[0]
    (home / "keys").mkdir()
    (home / "keys" / name).write_bytes(b"\xff")
    code, told, _ = ended(home, ("doctor", "--json"))
    [writing] = [check for check in json.loads(told) if check["name"] == "writing"]
    assert (code, writing["state"]) == (1, "failed")
    assert str(home / "keys" / name) in writing["found"]


@pytest.mark.parametrize(
    "key", ['{"name": "tv", "sha256": "no hash"}', '{"name": "", "sha256": "%s"}' % ("0" * 64)], ids=["hash", "name"]
)
@pytest.mark.parametrize("command", [("keys", "list"), ("movies", "events", "address", "plex", "--user", "ana")])
def test_a_damaged_key_is_told_by_each_command_that_reads_keys(films, ended, command, key):
    home = films[0]
    (home / "keys").mkdir()
    (home / "keys" / "named.json").write_text(f"[{key}]")
    assert "keys of this home cannot be read" in is_a_sentence(ended(home, command))


@pytest.mark.parametrize(
    "content", ["ALMAZARA_HOST=España".encode("latin-1"), "ALMAZARA_PORT=1".encode("utf-16"), b"\xff\xfe\x00"]
)
def test_a_file_of_settings_in_another_encoding_is_one_sentence(run, tmp_path, monkeypatch, content):
    (tmp_path / ".env").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert ".env" in is_a_sentence(run("movies", "versions"))


def test_a_file_of_settings_that_windows_marked_as_unicode_is_read(tmp_path, monkeypatch):
    from almazara.settings import Settings

    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfALMAZARA_PORT=81\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 81


def test_an_error_of_the_machine_that_nobody_expected_is_a_sentence_too(run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr(artifacts.ArtifactStore, "versions", full)
    assert "/somewhere: No space left on device" in is_a_sentence(run("movies", "versions"))


def test_a_setting_that_is_none_is_refused_with_the_nearest_that_is(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("ALMAZARA_MINVOTES=3\nALMAZARA_MIGRATE_TO=sqlite:///new.db\nOTHER=1\n")
    said = is_a_sentence(run("movies", "versions"))
    assert "There is no setting ALMAZARA_MINVOTES (did you mean ALMAZARA_MIN_VOTES?)" in said
    assert "OTHER" not in said
    assert "MIGRATE" not in said
    (tmp_path / ".env").unlink()
    monkeypatch.setenv("ALMAZARA_QZX", "1")
    assert "There is no setting ALMAZARA_QZX: docs/settings.md" in is_a_sentence(run("movies", "versions"))


def test_a_setting_may_be_written_in_small_letters(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("almazara_min_votes", "3")
    assert "no setting" not in str(run("movies", "versions"))
