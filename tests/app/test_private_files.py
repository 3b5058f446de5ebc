"""What is personal is for its owner alone: files 0600 in folders 0700, also those that were made before."""

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from almazara.app.backup import back_up
from almazara.errors import AlmazaraError, InputError
from almazara.files import make_folder, replace_file
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.events import Event, Kind
from almazara.prices.fetching.snapshots import open_snapshots
from almazara.prices.store.registry import open_store
from price_shop import NOW, page_of, product, settings_over
from waiting import no_progress


@pytest.fixture(autouse=True)
def _open_umask():
    """New files are for everybody, where nobody says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def write_all(settings):
    """Everything personal; the databases stay open, so that what SQLite keeps beside them is there."""
    prices, events = open_store(settings), open_event_store(settings)
    prices.save_listing(product(1))
    events.append([Event("e1", "ana", 1, Kind.LIKE, None, NOW)], NOW)
    open_snapshots(settings).keep("shop.example", "1", page_of(b"page"))
    back_up(settings, settings.home_path.parent / "kept" / "backup.zip", no_progress, now=NOW)
    return closing(prices), closing(events)


def personal(home):
    databases = [
        home / f"{name}{beside}" for name in ("prices.db", "film_events.db") for beside in ("", "-wal", "-shm")
    ]
    kept = [path for path in (home / "snapshots").rglob("*") if path.is_file() and path.name != ".lock"]
    assert len(kept) == 2
    return [*databases, *kept, home.parent / "kept" / "backup.zip"]


def test_what_is_personal_is_readable_for_its_owner_alone(tmp_path):
    home = tmp_path / "new" / "home"
    prices, events = write_all(settings_over(home))
    with prices, events:
        for path in personal(home):
            assert mode(path) == 0o600, path
            assert all(mode(folder) == 0o700 for folder in [path.parent, *path.parents] if tmp_path in folder.parents)


def test_what_was_made_for_everybody_is_closed_when_it_is_opened_again(tmp_path):
    home = tmp_path / "home"
    prices, events = write_all(settings_over(home))
    with prices, events:
        for path in personal(home):
            path.chmod(0o644)
        (home / "snapshots").chmod(0o755)
        with closing(open_store(settings_over(home))), closing(open_event_store(settings_over(home))):
            open_snapshots(settings_over(home)).keep("shop.example", "2", page_of(b"another"))
        for path in (home / name for name in ("prices.db", "film_events.db", "film_events.db-wal", "prices.db-shm")):
            assert mode(path) == 0o600, path
        assert mode(home / "snapshots") == 0o700


def test_a_folder_that_was_there_keeps_its_permissions(tmp_path):
    (tmp_path / "shared").mkdir(mode=0o755)
    make_folder(tmp_path / "shared" / "home" / "below")
    assert [mode(tmp_path / "shared"), mode(tmp_path / "shared" / "home")] == [0o755, 0o700]


def test_a_private_file_is_so_from_its_first_byte_and_others_are_as_the_user_wants_them(tmp_path):
    replace_file(tmp_path / "own", b"x", durable=False, private=True)
    replace_file(tmp_path / "report.html", b"x", durable=False)
    assert [mode(tmp_path / "own"), mode(tmp_path / "report.html")] == [0o600, 0o666]
    assert not list(Path(tmp_path).glob(".*"))


@pytest.mark.parametrize("make", [lambda path: path.write_text("mine"), Path.mkdir])
def test_what_is_no_database_keeps_its_permissions_and_its_neighbours(tmp_path, make):
    path = tmp_path / "mine"
    make(path)
    path.chmod(0o755)
    with pytest.raises(AlmazaraError):
        open_store(settings_over(tmp_path / "home", store_url=f"sqlite:///{path}"))
    assert mode(path) == 0o755
    assert [one.name for one in tmp_path.iterdir() if one.name != "home"] == ["mine"]


def test_a_device_is_no_store(tmp_path):
    before = mode(Path("/dev/null"))
    with pytest.raises(InputError, match="a folder or a device"):
        open_store(settings_over(tmp_path / "home", store_url="sqlite:////dev/null"))
    assert mode(Path("/dev/null")) == before
    assert not Path("/dev/null-journal").exists()
