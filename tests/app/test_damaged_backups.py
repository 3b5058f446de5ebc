"""A backup that is damaged, or was made by a stranger, is refused in a sentence before anything is changed."""

import hashlib
import json
import shutil
import sqlite3
import struct
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.app.backup import back_up, restore
from almazara.artifacts import open_artifacts
from almazara.errors import InputError
from almazara.movies.artifact import MOVIES
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.store.registry import open_store
from almazara.settings import Settings
from price_shop import NOW, observed, product, settings_over
from profiles import examples
from waiting import no_progress

VERSION = "20260301T120000-00"
MANIFEST = f"artifacts/movies/{VERSION}/manifest.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A backup with something of each kind."""
    folder = tmp_path_factory.mktemp("made")
    home = settings_over(folder / "home", timezone="Atlantic/Canary")
    with closing(open_store(home)) as store, closing(open_event_store(home)) as events:
        store.save_listing(product(1))
        store.append([observed("shop.example:1", day, f"{10 + day}") for day in range(30)])
        events.append([Event("e1", "ana", 900007, Kind.LIKE, None, NOW)], NOW)
    (home.home_path / "hosts").mkdir()
    (home.home_path / "hosts" / "shop.example.json").write_text("{}")

    def fill(target):
        (target / "films.txt").write_text("Oil/Water")
        return {"metrics": {"films": 1}}

    assert open_artifacts(home).publish(MOVIES, fill, now=NOW, keep=2).version == VERSION
    back_up(home, folder / "b.zip", no_progress, now=NOW)
    return folder / "b.zip"


def contents_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def stranger(made, path, change):
    """The backup as a stranger makes it anew, each of its files with the SHA-256 that it has."""
    contents = contents_of(made)
    about = json.loads(contents.pop("backup.json"))
    change(contents, about)
    about["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return packed({"backup.json": json.dumps(about).encode(), **contents}, path)


def saying(made, path, said):
    return packed({**contents_of(made), "backup.json": said}, path)


def said_of(made, **others):
    return json.dumps({**json.loads(contents_of(made)["backup.json"]), **others}).encode()


def held_in(home):
    """Every file of a home folder."""
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def refused(run, tmp_path, monkeypatch):
    """The sentence that ends a restore, and a home that is as it was before."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "note.txt").write_text("mine")
    monkeypatch.setenv("ALMAZARA_HOME", str(home))

    def refused_(path):
        code, _, told = run("restore", str(path))
        lines = [line for line in told.splitlines() if line.startswith("almazara: ")]
        assert (code, len(lines)) == (1, 1), told
        assert "Traceback" not in told
        assert [*held_in(home)] == [home / "note.txt"]
        assert path.name in lines[0]
        return lines[0]

    return refused_


def overwritten(name, place, with_):
    """Bytes of a member's headers, in the list at the end too, or of its content, are others."""

    def overwrite(made, path):
        content = bytearray(made.read_bytes())
        with zipfile.ZipFile(made) as archive:
            local = archive.getinfo(name).header_offset
        listed = content.rindex(name.encode()) - 46
        starts = {"content": [local + 30 + len(name)], "flags": [local + 6, listed + 8]}
        for start in starts.get(place, [local + 8, listed + 10]):
            content[start : start + len(with_)] = with_
        path.write_bytes(content)
        return path

    return overwrite


def test_records_that_unpack_to_more_than_any_home_has_fill_no_disk(made, tmp_path, refused):
    bomb = stranger(made, tmp_path / "bomb.zip", lambda contents, _: contents.update({"runs/b": bytes(200_000_001)}))
    assert "unpack to more than 200 MB" in refused(bomb)


@pytest.mark.parametrize(
    "damage",
    [
        overwritten("prices.db", "content", b"\xff" * 40),
        overwritten("backup.json", "content", b"\xff" * 40),
        overwritten("prices.db", "flags", b"\x01"),
        overwritten("prices.db", "method", struct.pack("<H", 99)),
    ],
    ids=["content", "list", "encrypted", "unknown method"],
)
def test_a_damaged_archive_is_refused_in_a_sentence(made, tmp_path, refused, damage):
    assert "damaged" in refused(damage(made, tmp_path / "damaged.zip"))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[" * 1_000_000,
        b'{"format": 1, "version": "1", "x": ' + b"[" * 1_000_000,
        b"\xff",
        b"null",
        b"{}",
        b'{"format": 1, "version": "1"}',
    ],
    ids=lambda said: repr(said[:40]),
)
def test_a_backup_that_says_nothing_readable_of_itself_is_refused(made, tmp_path, refused, said):
    refused(saying(made, tmp_path / "said.zip", said))


@pytest.mark.parametrize(
    "others",
    [
        {"files": []},
        {"files": None},
        {"files": {}},
        {"files": {"prices.db": 3}},
        {"artifacts": None},
        {"artifacts": {MOVIES: 3}},
        {"listings": None},
        {"listings": -1},
        {"observations": 10**30},
        {"observations": 29},
        {"film_events": 2},
        {"made_at": "yesterday"},
        {"format": 2},
        {"format": "1"},
    ],
    ids=str,
)
def test_a_backup_that_says_something_else_of_itself_than_backups_do_is_refused(made, tmp_path, refused, others):
    refused(saying(made, tmp_path / "said.zip", said_of(made, **others)))


def without(name):
    return lambda contents, _: contents.pop(name)


def holding(name, content):
    return lambda contents, _: contents.update({name: content})


def naming(kind, version, **said):
    """A version is published as of a kind; its manifest may say something else."""

    def change(contents, about):
        about["artifacts"] = {kind: version}
        manifest(**said)(contents, about)

    return change


def database(name, statement):
    """The database changed by a statement of SQL."""

    def change(contents, _):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(contents[name])
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(f"{statement};")
            contents[name] = path.read_bytes()

    return change


def manifest(**others):
    def change(contents, _):
        contents[MANIFEST] = json.dumps({**json.loads(contents[MANIFEST]), **others}).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("prices.db"),
        without("film_events.db"),
        without("settings.env"),
        without(MANIFEST),
        without(f"artifacts/movies/{VERSION}/films.txt"),
        holding("settings.env", b"\xff\xfe"),
        holding("hosts", b"no folder"),
        holding("../evil", b""),
        holding("hosts/\x1b[2J", b""),
        holding(f"hosts/{'x' * 300}", b""),
        holding(MANIFEST, b"no JSON"),
        holding(MANIFEST, b"[" * 1_000_000),
        holding(MANIFEST, b"{}"),
        manifest(files={"../../../../note.txt": "0"}),
        manifest(metrics="\ud800"),
        naming(MOVIES, "../../evil"),
        naming(MOVIES, "20260301T120000-01"),
        naming("../hosts", VERSION),
        naming("../artifacts/movies", VERSION, files={}),
        holding("prices.db", b"no database"),
        holding("film_events.db", b"no database"),
        database("prices.db", "UPDATE alembic_version SET version_num = 'later'"),
        database("prices.db", "UPDATE observation SET price = 'cheap'"),
        database("prices.db", "UPDATE observation SET observed_at = 'y' || observed_at"),
        database("prices.db", "DROP TABLE run"),
        database("film_events.db", "UPDATE film_event SET kind = 'eaten'"),
        database("film_events.db", "UPDATE film_event SET film_id = 'Press'"),
        database("film_events.db", "UPDATE film_event SET at_us = 9223372036854775807"),
        database("film_events.db", "ALTER TABLE film_event DROP COLUMN value"),
    ],
)
def test_what_a_stranger_has_put_into_a_backup_is_refused_before_anything_is_changed(made, tmp_path, refused, change):
    refused(stranger(made, tmp_path / "strange.zip", change))


def test_a_backup_made_anew_as_it_was_is_restored(made, tmp_path):
    restore(settings_over(tmp_path / "new"), stranger(made, tmp_path / "same.zip", lambda *_: None), no_progress)
    assert open_artifacts(settings_over(tmp_path / "new")).current_version(MOVIES) == VERSION


def test_settings_that_open_a_server_are_told_behind_a_warning_and_commented_out(made, run, tmp_path, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "new"))
    lines = (
        "PORT=9000",
        "OPEN_WRITES=True",
        "OTLP_ENDPOINT=http://evil.example",
        "API_KEYS=known",
        "NOTIFY_URLS=x://y",
    )
    text = "".join(f"ALMAZARA_{line}\n" for line in lines) + "LD_PRELOAD=/evil.so\nALMAZARA_LANGUAGE=\x1b[2Jes\x07\n"
    code, out, told = run("restore", stranger(made, tmp_path / "open.zip", holding("settings.env", text.encode())))
    assert code == 0, told
    *_, warning, first, second = out.splitlines()
    assert "WARNING" in warning
    assert (first, second) == ("# ALMAZARA_OPEN_WRITES=True", "# ALMAZARA_OTLP_ENDPOINT=http://evil.example")
    assert "\nALMAZARA_PORT=9000\nALMAZARA_LANGUAGE=[2Jes\n" in out
    assert not [one for one in ("API_KEYS", "NOTIFY_URLS", "LD_PRELOAD", "\x1b", "\x07") if one in out]


HARMLESS = {"PORT", "LOG_LEVEL", "LOG_FORMAT", "TIMEZONE", "LANGUAGE", "MIN_VOTES", "DEMO"}
HARMLESS |= {"FILMS_RENEWED_ON", "FILMS_RENEWED_AT"}
PLAIN = sorted(
    name.upper() for name, field in Settings.model_fields.items()
    if name != "home" and "Secret" not in str(field.annotation)
)  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_each_setting_of_a_backup_that_was_not_said_to_be_harmless_stands_behind_the_warning(made, tmp_path, name):
    line = f"ALMAZARA_{name}=1"
    strange = stranger(made, tmp_path / "strange.zip", holding("settings.env", line.encode()))
    report = restore(settings_over(tmp_path / "new"), strange, no_progress)
    assert (report.settings, report.opening) == (([line], []) if name in HARMLESS else ([], [line]))


@st.composite
def others_of(draw, value):
    """A JSON value with something within it replaced, or left out."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        kept = {name: one for name, one in value.items() if name != key}
        return kept if draw(st.booleans()) else {**kept, key: draw(others_of(value[key]))}
    scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False)
    return draw(scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=20), scalars, max_size=2))


@st.composite
def damages(draw, content):
    """The bytes with some of them flipped, overwritten or cut off."""
    damaged = bytearray(content)
    start = draw(st.integers(0, len(content) - 1))
    damaged[start : start + 40] = draw(
        st.just(bytes([damaged[start] ^ draw(st.integers(1, 255))]) + damaged[start + 1 : start + 40])
        | st.binary(min_size=1, max_size=40)
    )
    return bytes(damaged)


@settings(max_examples=examples(nightly=1000))
@given(data=st.data())
def test_whatever_became_of_a_backup_it_is_restored_whole_or_refused_with_nothing_changed(made, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("restored")
    path, home = folder / "b.zip", folder / "home"
    home.mkdir()
    if data.draw(st.booleans()):
        path.write_bytes(data.draw(damages(made.read_bytes())))
    else:
        about = data.draw(others_of(json.loads(contents_of(made)["backup.json"])))
        saying(made, path, json.dumps(about).encode())
    if is_restored(home, path):
        with closing(open_store(settings_over(home))) as store:
            assert store.count("shop.example:1") == 30
    else:
        assert [*home.iterdir()] == []
    shutil.rmtree(folder)


def is_restored(home, path):
    try:
        restore(settings_over(home), path, no_progress)
    except InputError:
        return False
    return True
